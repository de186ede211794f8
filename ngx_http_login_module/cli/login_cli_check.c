
/* What may stand in the options of a user. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_check_email(
    char dst[LOGIN_USERNAME_MAX + 1], const char *value);
static size_t login_cli_roles_find(const login_cli_roles_t *roles,
    const char *role);


login_cli_status_e
login_cli_fields(login_cli_t *cli, login_cli_fields_t *fields,
    char email[LOGIN_USERNAME_MAX + 1])
{
    const char          *value;
    login_cli_status_e   rc;

    memset(fields, 0, sizeof(login_cli_fields_t));

    fields->name = login_cli_option(cli, "--name");
    fields->language = login_cli_option(cli, "--language");

    rc = LOGIN_CLI_DONE;

    if (fields->name != NULL) {
        rc = login_cli_check_name(fields->name);
    }

    if (rc == LOGIN_CLI_DONE && fields->language != NULL) {
        rc = login_cli_check_language(fields->language);
    }

    value = login_cli_option(cli, "--email");

    if (rc == LOGIN_CLI_DONE && value != NULL) {
        rc = login_cli_check_email(email, value);
        fields->email = email;
    }

    return rc;
}


/* As nginx reads times: "30d", "1h30m", "90". */

login_cli_status_e
login_cli_check_time(uint64_t *seconds, const char *value)
{
    uint64_t     n, total;
    const char  *p, *unit;

    static const char      units[] = "yMwdhms";
    static const uint64_t  worth[] = {
        365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1
    };

    const char  *next = units;

    total = 0;

    for (p = value; *p != '\0'; next = unit + 1) {

        if (*p < '0' || *p > '9') {
            goto invalid;
        }

        for (n = 0; *p >= '0' && *p <= '9'; p++) {
            n = n * 10 + (uint64_t) (*p - '0');

            if (n > UINT32_MAX) {
                goto invalid;
            }
        }

        if (*p == '\0') {
            /* a number alone is in seconds */
            unit = units + sizeof(units) - 2;

        } else {
            unit = strchr(units, *p++);
        }

        /* each unit once, the greatest first */

        if (unit == NULL || unit < next || *unit == '\0') {
            goto invalid;
        }

        total += n * worth[unit - units];
    }

    if (p == value) {
        goto invalid;
    }

    *seconds = total;

    return LOGIN_CLI_DONE;

invalid:

    login_cli_error("invalid time \"%s\", as in \"30d\" or \"12h\"", value);

    return LOGIN_CLI_USAGE;
}


login_cli_status_e
login_cli_check_name(const char *value)
{
    const char  *p;

    if (strlen(value) > LOGIN_FULLNAME_MAX) {
        login_cli_error("name is longer than %d bytes", LOGIN_FULLNAME_MAX);
        return LOGIN_CLI_REFUSED;
    }

    for (p = value; *p != '\0'; p++) {
        if ((u_char) *p < 0x20 || *p == 0x7f) {
            login_cli_error("name has control characters");
            return LOGIN_CLI_REFUSED;
        }
    }

    if (login_utf8_check(login_cstr(value), NULL) != LOGIN_OK) {
        login_cli_error("name is not UTF-8");
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


/* Well-formed as of RFC 5646, 2.1: letters and digits in short parts. */

login_cli_status_e
login_cli_check_language(const char *value)
{
    size_t       part;
    const char  *p;

    part = 0;

    for (p = value; *p != '\0'; p++) {

        if (*p == '-') {
            if (part == 0) {
                break;
            }

            part = 0;
            continue;
        }

        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
              || (*p >= '0' && *p <= '9' && strchr(value, '-') != NULL
                  && p > strchr(value, '-')))
            || ++part > 8)
        {
            break;
        }
    }

    if (*p != '\0' || (part == 0 && p != value)
        || p - value > LOGIN_LANGUAGE_MAX)
    {
        login_cli_error("invalid language \"%s\", as in \"de\" or \"pt-BR\"",
                        value);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_check_email(char dst[LOGIN_USERNAME_MAX + 1], const char *value)
{
    size_t  len;

    dst[0] = '\0';

    if (value[0] == '\0') {
        return LOGIN_CLI_DONE;
    }

    if (strchr(value, '@') == NULL
        || login_username_normalise((u_char *) dst, &len, login_cstr(value))
           != LOGIN_OK)
    {
        login_cli_error("invalid address \"%s\"", value);
        return LOGIN_CLI_REFUSED;
    }

    dst[len] = '\0';

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_check_role(const char *value)
{
    if (login_role_check(login_cstr(value)) != LOGIN_OK) {
        login_cli_error("invalid role \"%s\": letters, digits and \"._:/-\", "
                        "64 at most", value);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_roles_add(login_cli_roles_t *roles, const char *role)
{
    size_t  len, comma;

    if (login_cli_roles_find(roles, role) < roles->len) {
        return LOGIN_CLI_DONE;
    }

    len = strlen(role);
    comma = (roles->len != 0);

    if (roles->len + comma + len > LOGIN_ROLES_MAX) {
        login_cli_error("roles are longer than %d bytes together",
                        LOGIN_ROLES_MAX);
        return LOGIN_CLI_REFUSED;
    }

    if (comma) {
        roles->data[roles->len++] = ',';
    }

    memcpy(roles->data + roles->len, role, len);
    roles->len += len;

    return LOGIN_CLI_DONE;
}


void
login_cli_roles_remove(login_cli_roles_t *roles, const char *role)
{
    size_t  at, end;

    at = login_cli_roles_find(roles, role);

    if (at == roles->len) {
        return;
    }

    end = at + strlen(role);

    /* one comma goes with it: the one behind, or else the one before */

    if (end < roles->len) {
        end++;

    } else if (at > 0) {
        at--;
    }

    memmove(roles->data + at, roles->data + end, roles->len - end);
    roles->len -= end - at;
}


/* Where "role" begins; the length of all where it is not one of them. */

static size_t
login_cli_roles_find(const login_cli_roles_t *roles, const char *role)
{
    size_t  at, end, len;

    len = strlen(role);

    for (at = 0; at < roles->len; at = end + 1) {

        for (end = at; end < roles->len && roles->data[end] != ','; end++) {
            /* void */
        }

        if (end - at == len && memcmp(roles->data + at, role, len) == 0) {
            return at;
        }
    }

    return roles->len;
}
