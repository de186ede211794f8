
/* Links that set a password. */

#include "login.h"

#include <string.h>


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
        login_link_url(url, portal, LOGIN_RESET_PATH, token);
    }

    login_wipe(token, sizeof(token));

    return rc;
}


void
login_link_url(char *url, login_str_t portal, const char *path,
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
