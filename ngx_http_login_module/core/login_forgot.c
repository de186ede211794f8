
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

/* One of those who have the name. */
typedef struct {
    login_account_t        account;
    login_forgot_offer_e   offer;
    login_link_t           invitation;
    char                  *url;
    unsigned               mailed;
} login_forgot_one_t;

/* All of them, to whom something can be mailed. */
typedef struct {
    size_t                 n;
    login_forgot_one_t     all[LOGIN_MAIL_ROWS_MAX];
} login_forgot_found_t;


static login_result_e login_forgot_build(login_forgot_t *forgot,
    login_forgot_found_t *found, login_view_t *view);
static login_result_e login_forgot_search(login_forgot_found_t *found,
    const login_forgot_t *forgot, login_view_t *view);
static login_result_e login_forgot_offer(login_forgot_one_t *one,
    const login_forgot_t *forgot, login_view_t *view);
static login_result_e login_forgot_send(login_forgot_t *forgot,
    login_forgot_found_t *found, login_view_t *view);
static login_result_e login_forgot_link(login_forgot_t *forgot,
    login_forgot_one_t *one, const u_char mail[LOGIN_ID_LEN],
    login_view_t *view);
static login_result_e login_forgot_mail(login_forgot_t *forgot,
    login_forgot_found_t *found, size_t first, login_view_t *view);


login_result_e
login_forgot_run(login_forgot_t *forgot, login_view_t *view)
{
    login_result_e         rc;
    login_forgot_found_t  *found;

    forgot->error.line = 0;
    forgot->error.text[0] = '\0';

    forgot->changes = login_changes_create();
    found = calloc(1, sizeof(login_forgot_found_t));

    if (forgot->changes == NULL || found == NULL
        || login_view_begin(view) != LOGIN_OK)
    {
        rc = LOGIN_FAULT;

    } else {
        rc = login_forgot_build(forgot, found, view);
        login_view_end(view);
    }

    if (rc != LOGIN_OK) {
        login_error(&forgot->error, "mail of who forgot a password could not "
                    "be written");
        login_changes_destroy(forgot->changes);
        forgot->changes = NULL;
    }

    free(found);

    return rc;
}


static login_result_e
login_forgot_build(login_forgot_t *forgot, login_forgot_found_t *found,
    login_view_t *view)
{
    u_char          name[LOGIN_ID_LEN];
    login_result_e  rc;

    if (login_forgot_search(found, forgot, view) != LOGIN_OK
        || login_limit_name(name, forgot->org, forgot->username) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    rc = login_mail_allowed(forgot->changes, view, name, found->n != 0,
                            forgot->now);

    if (rc == LOGIN_NO && found->n != 0) {
        return login_mail_allowed(forgot->changes, view, name, 0,
                                  forgot->now);
    }

    if (rc != LOGIN_OK || found->n == 0) {
        return rc;
    }

    return login_forgot_send(forgot, found, view);
}


static login_result_e
login_forgot_search(login_forgot_found_t *found, const login_forgot_t *forgot,
    login_view_t *view)
{
    size_t               i, n, len;
    u_char               name[LOGIN_USERNAME_MAX];
    u_char               ids[LOGIN_MAIL_ROWS_MAX][LOGIN_ID_LEN];
    login_result_e       rc;
    login_account_t      account;
    login_forgot_one_t  *one;

    rc = login_username_normalise(name, &len, forgot->username);
    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : rc;
    }

    n = 0;

    if (forgot->org.len == 0) {
        rc = login_orgs_people(ids, LOGIN_MAIL_ROWS_MAX, &n, view,
                               forgot->orgs, forgot->portal,
                               login_str(name, len));

    } else {
        rc = login_account_find(&account, view, forgot->org,
                                login_str(name, len));
        if (rc == LOGIN_OK) {
            memcpy(ids[n++], account.id, LOGIN_ID_LEN);
        }
    }

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < n && i < LOGIN_MAIL_ROWS_MAX; i++) {
        one = &found->all[found->n];

        if (login_account_get(&one->account, view, ids[i]) != LOGIN_OK
            || login_forgot_offer(one, forgot, view) != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        if (one->offer != LOGIN_FORGOT_NOTHING) {
            found->n++;
        }
    }

    return LOGIN_OK;
}


/* An account that has no password gets none by this. */

static login_result_e
login_forgot_offer(login_forgot_one_t *one, const login_forgot_t *forgot,
    login_view_t *view)
{
    login_result_e          rc;
    const login_org_t      *org;
    const login_account_t  *account;

    account = &one->account;
    one->offer = LOGIN_FORGOT_NOTHING;

    org = login_orgs_find(forgot->orgs, account->org);

    if (org == NULL || !org->password || account->disabled
        || login_mail_address(account->email) != LOGIN_OK)
    {
        return LOGIN_OK;
    }

    if (account->password.len != 0) {
        one->offer = LOGIN_FORGOT_RESET;
        return LOGIN_OK;
    }

    rc = login_invite_open(&one->invitation, account, view, forgot->now);

    if (rc == LOGIN_OK) {
        one->offer = LOGIN_FORGOT_INVITATION;
    }

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


/*
 * One mail for all that have an address in common.  Who has another one must
 * not learn the links of those who only have the same name elsewhere.
 */

static login_result_e
login_forgot_send(login_forgot_t *forgot, login_forgot_found_t *found,
    login_view_t *view)
{
    char            *urls;
    size_t           i, len;
    login_result_e   rc;

    len = forgot->portal.len + sizeof(LOGIN_INVITE_PATH)
          + LOGIN_LINK_TOKEN_LEN;

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
    login_mail_t         mail;
    login_mail_row_t     rows[LOGIN_MAIL_ROWS_MAX];
    const login_org_t   *org;
    login_forgot_one_t  *one, *to;

    memset(&mail, 0, sizeof(login_mail_t));
    to = &found->all[first];

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

        org = login_orgs_find(forgot->orgs, one->account.org);

        one->mailed = 1;

        memset(&rows[mail.nrows], 0, sizeof(login_mail_row_t));

        rows[mail.nrows].kind = one->offer == LOGIN_FORGOT_INVITATION
                                ? LOGIN_MAIL_ROW_INVITATION
                                : LOGIN_MAIL_ROW_RESET;
        rows[mail.nrows].title = org->title.len != 0 ? org->title
                                                     : org->name;
        rows[mail.nrows++].url = login_cstr(one->url);
    }

    mail.kind = to->offer == LOGIN_FORGOT_INVITATION ? LOGIN_MAIL_INVITATION
                                                     : LOGIN_MAIL_RESET;
    mail.expires = to->offer == LOGIN_FORGOT_INVITATION
                   ? to->invitation.expires
                   : forgot->now + LOGIN_FORGOT_EXPIRES;
    mail.url = login_cstr(to->url);

    if (mail.nrows > 1) {
        mail.kind = LOGIN_MAIL_ACCOUNTS;
        mail.expires = forgot->now + LOGIN_FORGOT_EXPIRES;
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

    memcpy(one->invitation.mail, mail, LOGIN_ID_LEN);

    rc = login_link_issue(forgot->changes, view, &one->invitation, token);

    if (rc == LOGIN_OK) {
        login_link_url(one->url, forgot->portal, LOGIN_INVITE_PATH, token);
    }

    login_wipe(token, sizeof(token));

    return rc;
}
