
#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_INVITE_PATH  "invite/"     /* the longer one */


/* What a mail can offer. */
typedef enum {
    LOGIN_FORGOT_NOTHING = 0,
    LOGIN_FORGOT_RESET,
    LOGIN_FORGOT_INVITATION
} login_forgot_offer_e;


static login_result_e login_forgot_build(login_forgot_t *forgot,
    login_view_t *view);
static login_result_e login_forgot_offer(login_forgot_offer_e *offer,
    login_account_t *account, login_link_t *invitation,
    const login_forgot_t *forgot, login_view_t *view);
static login_result_e login_forgot_invitation(login_link_t *invitation,
    const login_account_t *account, const login_forgot_t *forgot,
    login_view_t *view);
static login_result_e login_forgot_send(login_forgot_t *forgot,
    const login_account_t *account, login_link_t *invitation,
    login_view_t *view);
static login_result_e login_forgot_mail(login_forgot_t *forgot,
    const login_account_t *account, login_link_t *invitation,
    login_view_t *view, char *url);
static void login_forgot_url(char *url, login_str_t portal, const char *path,
    const u_char token[LOGIN_LINK_TOKEN_LEN]);


login_result_e
login_forgot_run(login_forgot_t *forgot, login_view_t *view)
{
    login_result_e  rc;

    forgot->error.line = 0;
    forgot->error.text[0] = '\0';

    forgot->changes = login_changes_create();

    if (forgot->changes == NULL || login_view_begin(view) != LOGIN_OK) {
        rc = LOGIN_FAULT;

    } else {
        rc = login_forgot_build(forgot, view);
        login_view_end(view);
    }

    if (rc != LOGIN_OK) {
        login_error(&forgot->error, "mail of who forgot a password could not "
                    "be written");
        login_changes_destroy(forgot->changes);
        forgot->changes = NULL;
    }

    return rc;
}


static login_result_e
login_forgot_build(login_forgot_t *forgot, login_view_t *view)
{
    u_char                name[LOGIN_ID_LEN];
    login_link_t          invitation;
    login_result_e        rc;
    login_account_t       account;
    login_forgot_offer_e  offer;

    if (login_forgot_offer(&offer, &account, &invitation, forgot, view)
        != LOGIN_OK
        || login_limit_name(name, forgot->org, forgot->username) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (offer == LOGIN_FORGOT_NOTHING) {
        return login_mail_allowed(forgot->changes, view, name, 0,
                                  forgot->now);
    }

    rc = login_mail_allowed(forgot->changes, view, name, 1, forgot->now);

    if (rc == LOGIN_NO) {
        return login_mail_allowed(forgot->changes, view, name, 0,
                                  forgot->now);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_forgot_send(forgot, &account,
                             offer == LOGIN_FORGOT_INVITATION ? &invitation
                                                              : NULL,
                             view);
}


/* An account that has no password gets none by this. */

static login_result_e
login_forgot_offer(login_forgot_offer_e *offer, login_account_t *account,
    login_link_t *invitation, const login_forgot_t *forgot,
    login_view_t *view)
{
    size_t          len;
    u_char          name[LOGIN_USERNAME_MAX];
    login_result_e  rc;

    *offer = LOGIN_FORGOT_NOTHING;

    rc = login_username_normalise(name, &len, forgot->username);

    if (rc == LOGIN_OK) {
        rc = login_account_find(account, view, forgot->org,
                                login_str(name, len));
    }

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : rc;
    }

    if (account->disabled || login_mail_address(account->email) != LOGIN_OK) {
        return LOGIN_OK;
    }

    if (account->password.len != 0) {
        *offer = LOGIN_FORGOT_RESET;
        return LOGIN_OK;
    }

    rc = login_forgot_invitation(invitation, account, forgot, view);

    if (rc == LOGIN_OK) {
        *offer = LOGIN_FORGOT_INVITATION;
    }

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


/* One that was revoked or is over stays so: it is for others to give. */

static login_result_e
login_forgot_invitation(login_link_t *invitation,
    const login_account_t *account, const login_forgot_t *forgot,
    login_view_t *view)
{
    login_result_e  rc;

    if (!account->invited) {
        return LOGIN_NO;
    }

    rc = login_link_of(invitation, view, account->id, LOGIN_LINK_INVITATION,
                       forgot->now);

    if (rc == LOGIN_OK && invitation->state != LOGIN_LINK_OPEN) {
        return LOGIN_NO;
    }

    return rc;
}


static login_result_e
login_forgot_send(login_forgot_t *forgot, const login_account_t *account,
    login_link_t *invitation, login_view_t *view)
{
    char            *url;
    size_t           len;
    login_result_e   rc;

    len = forgot->portal.len + sizeof(LOGIN_INVITE_PATH)
          + LOGIN_LINK_TOKEN_LEN;

    url = malloc(len);
    if (url == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_forgot_mail(forgot, account, invitation, view, url);

    login_wipe(url, len);
    free(url);

    return rc;
}


static login_result_e
login_forgot_mail(login_forgot_t *forgot, const login_account_t *account,
    login_link_t *invitation, login_view_t *view, char *url)
{
    u_char        token[LOGIN_LINK_TOKEN_LEN];
    login_mail_t  mail;

    memset(&mail, 0, sizeof(login_mail_t));

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (invitation != NULL) {
        memcpy(invitation->mail, mail.id, LOGIN_ID_LEN);

        if (login_link_issue(forgot->changes, view, invitation, token)
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        login_forgot_url(url, forgot->portal, LOGIN_INVITE_PATH, token);
        login_wipe(token, sizeof(token));

        mail.kind = LOGIN_MAIL_INVITATION;
        mail.expires = invitation->expires;

    } else {
        if (login_reset_issue(forgot->changes, view, account, forgot->now,
                              forgot->portal, mail.id, url)
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        mail.kind = LOGIN_MAIL_RESET;
        mail.expires = forgot->now + LOGIN_FORGOT_EXPIRES;
    }

    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = login_cstr(url);
    mail.address = forgot->address;
    mail.when = forgot->now;

    return login_mail_put(forgot->changes, view, &mail, forgot->now)
           == LOGIN_OK ? LOGIN_OK : LOGIN_FAULT;
}


login_result_e
login_reset_issue(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, uint64_t now, login_str_t portal,
    const u_char *mail, char *url)
{
    u_char          token[LOGIN_LINK_TOKEN_LEN];
    login_link_t    link;
    login_result_e  rc;

    memset(&link, 0, sizeof(login_link_t));

    link.purpose = LOGIN_LINK_RESET;
    link.created = now;
    link.expires = now + LOGIN_FORGOT_EXPIRES;
    link.generation = account->generation;

    memcpy(link.account, account->id, LOGIN_ID_LEN);

    if (mail != NULL) {
        memcpy(link.mail, mail, LOGIN_ID_LEN);
    }

    rc = login_link_issue(changes, view, &link, token);

    if (rc == LOGIN_OK) {
        login_forgot_url(url, portal, LOGIN_RESET_PATH, token);
    }

    login_wipe(token, sizeof(token));

    return rc;
}


static void
login_forgot_url(char *url, login_str_t portal, const char *path,
    const u_char token[LOGIN_LINK_TOKEN_LEN])
{
    size_t  len;

    len = strlen(path);

    memcpy(url, portal.data, portal.len);
    url += portal.len;

    memcpy(url, path, len);
    url += len;

    memcpy(url, token, LOGIN_LINK_TOKEN_LEN);
    url[LOGIN_LINK_TOKEN_LEN] = '\0';
}
