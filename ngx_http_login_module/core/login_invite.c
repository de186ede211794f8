
#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_invite_account(login_changes_t *changes,
    login_view_t *view, login_invite_t *invite, login_account_t *account,
    login_link_t *link);
static login_result_e login_invite_new(login_invite_t *invite,
    login_account_t *account);
static void login_invite_fields(const login_invite_t *invite,
    login_account_t *account);
static login_result_e login_invite_link(login_changes_t *changes,
    login_view_t *view, login_invite_t *invite, login_link_t *link);
static login_result_e login_invite_mail(login_changes_t *changes,
    login_view_t *view, login_invite_t *invite,
    const login_account_t *account, const login_link_t *link);


login_result_e
login_invite_make(login_changes_t *changes, login_view_t *view,
    login_invite_t *invite)
{
    login_link_t     link;
    login_result_e   rc;
    login_account_t  account;

    memset(&link, 0, sizeof(login_link_t));

    invite->disabled = 0;
    invite->mailed = 0;
    invite->len = 0;

    rc = login_invite_account(changes, view, invite, &account, &link);
    if (rc != LOGIN_OK) {
        return rc;
    }

    link.purpose = LOGIN_LINK_INVITATION;
    link.created = invite->now;
    link.expires = invite->expires;
    link.generation = account.generation;

    memcpy(link.account, account.id, LOGIN_ID_LEN);
    memcpy(invite->account, account.id, LOGIN_ID_LEN);

    if (invite->mail && login_mail_draw(link.mail) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_invite_link(changes, view, invite, &link);

    if (rc == LOGIN_OK && invite->mail) {
        rc = login_invite_mail(changes, view, invite, &account, &link);
    }

    return rc;
}


static login_result_e
login_invite_account(login_changes_t *changes, login_view_t *view,
    login_invite_t *invite, login_account_t *account, login_link_t *link)
{
    login_link_t    earlier;
    login_result_e  rc;

    rc = login_account_find(account, view, invite->org, invite->username);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO) {

        if (login_invite_new(invite, account) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        link->made = 1;
        login_account_add(changes, account);

        return LOGIN_OK;
    }

    if (account->disabled
        || (account->password.len != 0 && !invite->only))
    {
        invite->disabled = account->disabled;
        return LOGIN_NO;
    }

    rc = login_link_of(&earlier, view, account->id, LOGIN_LINK_INVITATION,
                       invite->now);
    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    link->made = (rc == LOGIN_OK && earlier.made);

    account->invited = 1;
    account->password = login_str("", 0);

    login_invite_fields(invite, account);
    login_account_update(changes, account);

    return LOGIN_OK;
}


static login_result_e
login_invite_new(login_invite_t *invite, login_account_t *account)
{
    if (login_account_new(account, invite->now) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    account->invited = 1;
    account->org = invite->org;
    account->username = invite->username;

    if (memchr(invite->username.data, '@', invite->username.len) != NULL) {
        account->email = invite->username;
    }

    login_invite_fields(invite, account);

    return LOGIN_OK;
}


static void
login_invite_fields(const login_invite_t *invite, login_account_t *account)
{
    if (invite->name.data != NULL) {
        account->name = invite->name;
    }

    if (invite->language.data != NULL) {
        account->language = invite->language;
    }

    if (invite->roles.data != NULL) {
        account->roles = invite->roles;
    }
}


static login_result_e
login_invite_link(login_changes_t *changes, login_view_t *view,
    login_invite_t *invite, login_link_t *link)
{
    u_char       *p;
    u_char        token[LOGIN_LINK_TOKEN_LEN];

    static const char  path[] = "invite/";

    if (invite->portal.len
        > LOGIN_INVITE_URL_MAX - sizeof(path) - LOGIN_LINK_TOKEN_LEN
        || login_link_issue(changes, view, link, token) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    p = invite->url;

    memcpy(p, invite->portal.data, invite->portal.len);
    p += invite->portal.len;

    memcpy(p, path, sizeof(path) - 1);
    p += sizeof(path) - 1;

    memcpy(p, token, LOGIN_LINK_TOKEN_LEN);
    p += LOGIN_LINK_TOKEN_LEN;

    invite->len = (size_t) (p - invite->url);

    login_wipe(token, sizeof(token));

    return LOGIN_OK;
}


/* Who has no address gets the link by hand. */

static login_result_e
login_invite_mail(login_changes_t *changes, login_view_t *view,
    login_invite_t *invite, const login_account_t *account,
    const login_link_t *link)
{
    login_mail_t    mail;
    login_result_e  rc;

    memset(&mail, 0, sizeof(login_mail_t));

    memcpy(mail.id, link->mail, LOGIN_ID_LEN);

    mail.kind = LOGIN_MAIL_INVITATION;
    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = login_str(invite->url, invite->len);
    mail.expires = invite->expires;

    rc = login_mail_put(changes, view, &mail, invite->now);

    invite->mailed = (rc == LOGIN_OK);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


login_result_e
login_invite_revoke(login_changes_t *changes, login_view_t *view,
    login_account_t *account, uint64_t now)
{
    login_link_t    link;
    login_result_e  rc;

    if (!account->invited) {
        return LOGIN_NO;
    }

    rc = login_link_of(&link, view, account->id, LOGIN_LINK_INVITATION, now);
    if (rc != LOGIN_OK) {
        return rc;
    }

    login_changes_urgent(changes);

    if (link.made) {
        return login_account_remove(changes, account, view);
    }

    account->invited = 0;

    login_account_update(changes, account);

    return login_link_end(changes, view, account->id, LOGIN_LINK_INVITATION);
}


/* One that was revoked or is over stays so: it is for others to give. */

login_result_e
login_invite_open(login_link_t *invitation, const login_account_t *account,
    login_view_t *view, uint64_t now)
{
    login_result_e  rc;

    if (!account->invited) {
        return LOGIN_NO;
    }

    rc = login_link_of(invitation, view, account->id, LOGIN_LINK_INVITATION,
                       now);

    if (rc == LOGIN_OK && invitation->state != LOGIN_LINK_OPEN) {
        return LOGIN_NO;
    }

    return rc;
}
