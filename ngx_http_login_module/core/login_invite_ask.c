
#include "login.h"

#include <string.h>


static login_result_e login_invite_answer(login_changes_t *changes,
    login_view_t *view, const login_invite_ask_t *ask,
    const login_link_t *link, login_str_t username);
static void login_invite_keep(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask, const login_link_t *link,
    const login_invite_t *invite);
static login_result_e login_invite_exists(login_changes_t *changes,
    login_view_t *view, const login_invite_ask_t *ask,
    const login_account_t *account);
static int login_invite_domain(login_str_t domains, login_str_t username);


login_result_e
login_invite_ask(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask)
{
    size_t          len;
    u_char          username[LOGIN_USERNAME_MAX], name[LOGIN_ID_LEN];
    login_link_t    link;
    login_result_e  rc;

    len = 0;

    rc = login_link_find(&link, NULL, view, LOGIN_LINK_SHARED, ask->token,
                         ask->now);

    if (rc == LOGIN_OK) {
        rc = login_username_normalise(username, &len, ask->username);
    }

    if (rc == LOGIN_OK
        && !login_invite_domain(link.domains, login_str(username, len)))
    {
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        rc = login_limit_name(name, link.org, login_str(username, len));
    }

    if (rc == LOGIN_OK) {
        rc = login_mail_allowed(changes, view, name, 1, ask->now);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_invite_answer(changes, view, ask, &link,
                               login_str(username, len));
}


static login_result_e
login_invite_answer(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask, const login_link_t *link,
    login_str_t username)
{
    login_invite_t   invite;
    login_result_e   rc;
    login_account_t  account;

    rc = login_account_find(&account, view, link->org, username);

    if (rc == LOGIN_OK && !account.invited) {
        return login_invite_exists(changes, view, ask, &account);
    }

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    memset(&invite, 0, sizeof(login_invite_t));

    invite.org = link->org;
    invite.username = username;
    invite.portal = ask->portal;
    invite.mail = 1;
    invite.now = ask->now;
    invite.expires = ask->now + LOGIN_INVITE_EXPIRES;

    /* what an administrator gave to somebody before stays */

    if (rc == LOGIN_NO && link->roles.len != 0) {
        invite.roles = link->roles;
    }

    rc = login_invite_make(changes, view, &invite);

    login_wipe(invite.url, sizeof(invite.url));

    if (rc == LOGIN_OK) {
        login_invite_keep(changes, view, ask, link, &invite);
    }

    return rc;
}


/* Which of the links for many it was is told by what "invite list" calls it. */

static void
login_invite_keep(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask, const login_link_t *link,
    const login_invite_t *invite)
{
    u_char             id[2 * LOGIN_LINK_ID_LEN];
    login_log_event_t  event;

    memset(&event, 0, sizeof(login_log_event_t));

    event.kind = LOGIN_LOG_INVITATION_ASKED;
    event.time = ask->now * 1000;
    event.org = invite->org;
    event.username = invite->username;
    event.address = ask->address;
    event.browser = ask->browser;
    event.detail = login_str(id, login_hex_encode(id, login_str(link->hash,
                                                       LOGIN_LINK_ID_LEN)));

    login_log_keep(changes, view, invite->account, &event);
}


static login_result_e
login_invite_exists(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask, const login_account_t *account)
{
    login_mail_t  mail;

    if (account->disabled) {
        return LOGIN_NO;
    }

    memset(&mail, 0, sizeof(login_mail_t));

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail.kind = LOGIN_MAIL_EXISTS;
    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = ask->portal;

    return login_mail_put(changes, view, &mail, ask->now);
}


/* Exactly one of them: not one that ends like it, and none below it. */

static int
login_invite_domain(login_str_t domains, login_str_t username)
{
    size_t         len;
    const u_char  *at, *p, *end, *comma;

    at = memchr(username.data, '@', username.len);
    if (at == NULL) {
        return 0;
    }

    at++;
    len = (size_t) (username.data + username.len - at);
    end = domains.data + domains.len;

    for (p = domains.data; p < end; p = comma + 1) {

        comma = memchr(p, ',', (size_t) (end - p));
        if (comma == NULL) {
            comma = end;
        }

        if (login_str_eq(login_str(p, (size_t) (comma - p)),
                         login_str(at, len)))
        {
            return 1;
        }

        if (comma == end) {
            break;
        }
    }

    return 0;
}
