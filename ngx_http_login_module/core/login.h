
/*
 * The core of the login module: everything that decides who may enter,
 * without a word of nginx in it.  The module, the command line, the unit
 * tests and the fuzzers are all built over it.
 *
 * nginx loads modules with RTLD_GLOBAL, so what is declared here is hidden
 * from the dynamic linker; system headers stand outside of the pragma.
 */

#ifndef LOGIN_H
#define LOGIN_H


#ifndef _GNU_SOURCE
#define _GNU_SOURCE         /* nginx's own build does not set it */
#endif

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>


#pragma GCC visibility push(hidden)

#include "login_types.h"
#include "login_secret.h"
#include "login_codec.h"
#include "login_arena.h"
#include "login_cookie.h"
#include "login_form.h"
#include "login_csv.h"
#include "login_url.h"
#include "login_asked.h"
#include "login_username.h"
#include "login_totp.h"
#include "login_code.h"
#include "login_qr.h"
#include "login_keyring.h"
#include "login_keyfile.h"
#include "login_crypto.h"
#include "login_token.h"
#include "login_json.h"
#include "login_jose.h"
#include "login_store.h"
#include "login_scan.h"
#include "login_reseal.h"
#include "login_backup.h"
#include "login_account.h"
#include "login_device.h"
#include "login_recovery.h"
#include "login_trust.h"
#include "login_factor.h"
#include "login_policy.h"
#include "login_session.h"
#include "login_link.h"
#include "login_audit.h"
#include "login_opaque.h"
#include "login_blocklist.h"
#include "login_strength.h"
#include "login_password.h"
#include "login_foreign.h"
#include "login_phc.h"
#include "login_flow.h"
#include "login_flow_seal.h"
#include "login_limit.h"
#include "login_lock.h"
#include "login_log.h"
#include "login_mail.h"
#include "login_plural.h"
#include "login_mo.h"
#include "login_language.h"
#include "login_locale.h"
#include "login_agent.h"
#include "login_image.h"
#include "login_letter.h"
#include "login_html.h"
#include "login_template.h"
#include "login_template_op.h"
#include "login_catalog.h"
#include "login_mail_template.h"
#include "login_org.h"
#include "login_signin.h"
#include "login_step.h"
#include "login_register.h"
#include "login_oidc.h"
#include "login_federated.h"
#include "login_used.h"
#include "login_sso.h"
#include "login_sso_state.h"
#include "login_hint.h"
#include "login_backchannel.h"
#include "login_last.h"
#include "login_renew.h"
#include "login_forgot.h"
#include "login_invite.h"
#include "login_pool.h"
#include "login_queue.h"
#include "login_smtp.h"
#include "login_sender.h"
#include "login_http.h"
#include "login_rp.h"
#include "login_reason.h"
#include "login_page.h"
#include "login_pages.h"

#pragma GCC visibility pop


#endif /* LOGIN_H */
