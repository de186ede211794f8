
/* Mails that tell owners what an administrator did to their account. */

#include "login_cli.h"

#include <string.h>


/* Does nginx send any? */

login_cli_status_e
login_cli_notices(login_cli_t *cli, unsigned *mails)
{
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    *mails = (rc == LOGIN_CLI_DONE && policy.mail.len != 0);

    login_arena_destroy(arena);

    return rc;
}


login_result_e
login_cli_notice(login_cli_t *cli, login_changes_t *changes,
    const login_account_t *account, login_mail_t *mail)
{
    login_result_e  rc;

    if (login_mail_draw(mail->id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail->language = account->language;
    mail->name = account->name;
    mail->org = account->org;
    mail->when = cli->now;

    /* who has no address is told by nothing */

    rc = login_mail_put(changes, cli->view, mail, cli->now);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}
