
/* The mail of who forgot a password: what works in each organisation. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_INVITE_PATH  "invite/"
#define LOGIN_SSO_PATH     "options?org="

/* What the longest address has behind the portal's. */
#define LOGIN_FORGOT_PATH_MAX                                                 \
    (sizeof(LOGIN_SSO_PATH) + 3 * LOGIN_ORG_MAX + LOGIN_LINK_TOKEN_LEN)


static void login_forgot_options(login_forgot_one_t *one,
    const login_forgot_t *forgot);
static void login_forgot_row(login_mail_row_t *row,
    const login_forgot_one_t *one, const login_org_t *org);
static login_result_e login_forgot_link(login_forgot_t *forgot,
    login_forgot_one_t *one, const u_char mail[LOGIN_ID_LEN],
    login_view_t *view);
static login_result_e login_forgot_mail(login_forgot_t *forgot,
    login_forgot_found_t *found, size_t first, login_view_t *view);


/*
 * One mail for all that have an address in common.  Who has another one must
 * not learn the links of those who only have the same name elsewhere.
 */

login_result_e
login_forgot_send(login_forgot_t *forgot, login_forgot_found_t *found,
    login_view_t *view)
{
    char            *urls;
    size_t           i, len;
    login_result_e   rc;

    len = forgot->portal.len + LOGIN_FORGOT_PATH_MAX;

    urls = calloc(found->n, len);
    if (urls == NULL) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < found->n; i++) {
        found->all[i].url = urls + i * len;
    }

    rc = LOGIN_OK;

    for (i = 0; i < found->n && rc == LOGIN_OK; i++) {
        if (!found->all[i].mailed) {
            rc = login_forgot_mail(forgot, found, i, view);
        }
    }

    login_wipe(urls, found->n * len);
    free(urls);

    return rc;
}


static login_result_e
login_forgot_mail(login_forgot_t *forgot, login_forgot_found_t *found,
    size_t first, login_view_t *view)
{
    size_t               i;
    unsigned             reset;
    login_mail_t         mail;
    login_mail_row_t     rows[LOGIN_MAIL_ROWS_MAX];
    login_forgot_one_t  *one, *to;

    memset(&mail, 0, sizeof(login_mail_t));
    to = &found->all[first];
    reset = 0;

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    for (i = first; i < found->n; i++) {
        one = &found->all[i];

        if (!login_str_eq(one->account.email, to->account.email)) {
            continue;
        }

        if (login_forgot_link(forgot, one, mail.id, view) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        one->mailed = 1;
        reset |= (one->offer == LOGIN_FORGOT_RESET);

        login_forgot_row(&rows[mail.nrows++], one,
                         login_orgs_find(forgot->orgs, one->account.org));
    }

    mail.kind = to->offer == LOGIN_FORGOT_INVITATION ? LOGIN_MAIL_INVITATION
                                                     : LOGIN_MAIL_RESET;
    mail.expires = to->offer == LOGIN_FORGOT_INVITATION
                   ? to->invitation.expires
                   : forgot->now + LOGIN_FORGOT_EXPIRES;
    mail.url = login_cstr(to->url);

    if (mail.nrows > 1 || to->offer == LOGIN_FORGOT_SSO) {
        mail.kind = LOGIN_MAIL_ACCOUNTS;
        mail.expires = reset ? forgot->now + LOGIN_FORGOT_EXPIRES : 0;
        mail.url = login_str("", 0);
        mail.rows = rows;

    } else {
        mail.nrows = 0;
    }

    mail.to = to->account.email;
    mail.language = to->account.language;
    mail.username = to->account.username;
    mail.name = to->account.name;
    mail.org = to->account.org;
    mail.address = forgot->address;
    mail.when = forgot->now;

    return login_mail_put(forgot->changes, view, &mail, forgot->now)
           == LOGIN_OK ? LOGIN_OK : LOGIN_FAULT;
}


static void
login_forgot_row(login_mail_row_t *row, const login_forgot_one_t *one,
    const login_org_t *org)
{
    static const login_mail_row_e  kinds[] = {
        [LOGIN_FORGOT_RESET] = LOGIN_MAIL_ROW_RESET,
        [LOGIN_FORGOT_SSO] = LOGIN_MAIL_ROW_SSO,
        [LOGIN_FORGOT_INVITATION] = LOGIN_MAIL_ROW_INVITATION
    };

    memset(row, 0, sizeof(login_mail_row_t));

    row->kind = kinds[one->offer];
    row->title = org->title.len != 0 ? org->title : org->name;
    row->url = login_cstr(one->url);

    if (one->offer == LOGIN_FORGOT_SSO) {
        row->text = org->providers;
    }
}


static login_result_e
login_forgot_link(login_forgot_t *forgot, login_forgot_one_t *one,
    const u_char mail[LOGIN_ID_LEN], login_view_t *view)
{
    u_char          token[LOGIN_LINK_TOKEN_LEN];
    login_result_e  rc;

    if (one->offer == LOGIN_FORGOT_RESET) {
        return login_reset_issue(forgot->changes, view, &one->account,
                                 forgot->now, forgot->portal, mail,
                                 one->url);
    }

    if (one->offer == LOGIN_FORGOT_SSO) {
        login_forgot_options(one, forgot);
        return LOGIN_OK;
    }

    memcpy(one->invitation.mail, mail, LOGIN_ID_LEN);

    rc = login_link_issue(forgot->changes, view, &one->invitation, token);

    if (rc == LOGIN_OK) {
        login_link_url(one->url, forgot->portal, LOGIN_INVITE_PATH, token);
    }

    login_wipe(token, sizeof(token));

    return rc;
}


/* The page with the buttons of its providers. */

static void
login_forgot_options(login_forgot_one_t *one, const login_forgot_t *forgot)
{
    u_char  *p;

    p = (u_char *) one->url;

    memcpy(p, forgot->portal.data, forgot->portal.len);
    p += forgot->portal.len;

    memcpy(p, LOGIN_SSO_PATH, sizeof(LOGIN_SSO_PATH) - 1);
    p += sizeof(LOGIN_SSO_PATH) - 1;

    p += login_percent_encode(p, one->account.org);
    *p = '\0';
}
