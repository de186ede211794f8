
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_ACCOUNT_DISABLED  0x01
#define LOGIN_ACCOUNT_INVITED   0x02
#define LOGIN_ACCOUNT_FLAGS     0x03


static int login_account_valid(const login_account_t *account);
static int login_role_char(u_char c);


size_t
login_account_encode(u_char *dst, const login_account_t *account)
{
    unsigned         flags;
    login_encoder_t  e;

    if (!login_account_valid(account)) {
        return 0;
    }

    flags = (account->disabled ? LOGIN_ACCOUNT_DISABLED : 0)
            | (account->invited ? LOGIN_ACCOUNT_INVITED : 0);

    e.pos = dst;
    e.end = dst + LOGIN_ACCOUNT_PAYLOAD;
    e.failed = 0;

    login_put_uint(&e, account->created, 8);
    login_put_uint(&e, account->generation, 4);
    login_put_uint(&e, flags, 1);
    login_put_str(&e, account->org);
    login_put_str(&e, account->username);
    login_put_str(&e, account->name);
    login_put_str(&e, account->email);
    login_put_str(&e, account->language);
    login_put_str(&e, account->roles);
    login_put_str(&e, account->password);

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_account_decode(login_account_t *account, login_str_t payload)
{
    unsigned         flags;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    account->created = login_get_uint(&d, 8);
    account->generation = (uint32_t) login_get_uint(&d, 4);
    flags = (unsigned) login_get_uint(&d, 1);
    account->org = login_get_str(&d);
    account->username = login_get_str(&d);
    account->name = login_get_str(&d);
    account->email = login_get_str(&d);
    account->language = login_get_str(&d);
    account->roles = login_get_str(&d);
    account->password = login_get_str(&d);

    account->disabled = (flags & LOGIN_ACCOUNT_DISABLED) != 0;
    account->invited = (flags & LOGIN_ACCOUNT_INVITED) != 0;

    if (d.failed
        || d.pos != d.end
        || (flags & ~(unsigned) LOGIN_ACCOUNT_FLAGS) != 0
        || !login_account_valid(account))
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static int
login_account_valid(const login_account_t *account)
{
    return account->org.len != 0
           && account->org.len <= LOGIN_ORG_MAX
           && account->username.len != 0
           && account->username.len <= LOGIN_USERNAME_MAX
           && account->name.len <= LOGIN_FULLNAME_MAX
           && account->email.len <= LOGIN_FULLNAME_MAX
           && account->language.len <= LOGIN_LANGUAGE_MAX
           && account->roles.len <= LOGIN_ROLES_MAX
           && account->password.len <= LOGIN_PHC_MAX
           && (!account->invited || account->password.len == 0);
}


login_result_e
login_role_check(login_str_t role)
{
    size_t  i;

    if (role.len == 0 || role.len > LOGIN_ROLE_MAX) {
        return LOGIN_NO;
    }

    for (i = 0; i < role.len; i++) {
        if (!login_role_char(role.data[i])) {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


static int
login_role_char(u_char c)
{
    return (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9')
           || c == '.' || c == '_' || c == ':' || c == '/' || c == '-';
}


int
login_account_has_role(const login_account_t *account, login_str_t role)
{
    size_t         len;
    const u_char  *p, *end, *comma;

    if (role.len == 0 || account->roles.len == 0) {
        return 0;
    }

    end = account->roles.data + account->roles.len;

    for (p = account->roles.data; p < end; p = comma + 1) {

        len = (size_t) (end - p);

        comma = memchr(p, ',', len);
        if (comma == NULL) {
            comma = end;
        }

        if (login_str_eq(login_str(p, (size_t) (comma - p)), role)) {
            return 1;
        }

        if (comma == end) {
            break;
        }
    }

    return 0;
}
