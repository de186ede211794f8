
#include "login.h"
#include "login_otpauth.h"

#include <string.h>
#include <strings.h>


static login_result_e login_otpauth_label(login_otpauth_t *otpauth,
    u_char *buf, login_str_t label, login_error_t *error);
static login_result_e login_otpauth_decode(login_str_t *s, u_char *dst,
    login_error_t *error);
static login_result_e login_otpauth_query(login_otpauth_t *otpauth,
    u_char *buf, login_str_t query, login_error_t *error);
static login_result_e login_otpauth_secret(login_totp_t *totp,
    login_str_t secret, login_error_t *error);
static login_totp_algorithm_e login_otpauth_algorithm(login_str_t name);
static login_result_e login_otpauth_number(uint32_t *n, login_str_t s);


login_result_e
login_otpauth_parse(login_otpauth_t *otpauth, u_char *buf, login_str_t text,
    login_error_t *error)
{
    size_t          len;
    login_str_t     label, query;
    const u_char   *end;
    login_result_e  rc;

    memset(otpauth, 0, sizeof(login_otpauth_t));

    len = sizeof(LOGIN_OTPAUTH_SCHEME) - 1;

    if (text.len < len
        || strncasecmp((const char *) text.data, LOGIN_OTPAUTH_SCHEME, len)
           != 0)
    {
        login_error(error, "not an otpauth URI");
        return LOGIN_NO;
    }

    label = login_str(text.data + len, text.len - len);

    if (label.len < 5
        || strncasecmp((const char *) label.data, "totp/", 5) != 0)
    {
        login_error(error, "not of codes by time (totp)");
        return LOGIN_NO;
    }

    label = login_str(label.data + 5, label.len - 5);

    end = memchr(label.data, '?', label.len);
    if (end == NULL) {
        login_error(error, "has no secret");
        return LOGIN_NO;
    }

    len = (size_t) (end - label.data);
    query = login_str(end + 1, label.len - len - 1);

    rc = login_otpauth_label(otpauth, buf, login_str(label.data, len), error);

    if (rc == LOGIN_OK) {
        rc = login_otpauth_query(otpauth, buf + len, query, error);
    }

    if (rc != LOGIN_OK) {
        login_wipe(&otpauth->totp, sizeof(login_totp_t));
    }

    return rc;
}


/* "Issuer:name", where the colon may be encoded, or the name alone. */

static login_result_e
login_otpauth_label(login_otpauth_t *otpauth, u_char *buf, login_str_t label,
    login_error_t *error)
{
    const u_char  *p, *colon;

    if (login_otpauth_decode(&label, buf, error) != LOGIN_OK) {
        return LOGIN_NO;
    }

    p = buf;

    colon = memchr(buf, ':', label.len);
    if (colon != NULL) {
        otpauth->issuer = login_str(buf, (size_t) (colon - buf));
        p = colon + 1;

        while (p < buf + label.len && *p == ' ') {
            p++;
        }
    }

    otpauth->username = login_str(p, (size_t) (buf + label.len - p));

    if (otpauth->username.len == 0) {
        login_error(error, "has no user name");
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* Percent escapes of UTF-8 text without control characters. */

static login_result_e
login_otpauth_decode(login_str_t *s, u_char *dst, login_error_t *error)
{
    size_t  i, len;

    len = 0;

    for (i = 0; i < s->len; i++, len++) {
        dst[len] = s->data[i];

        if (s->data[i] == '%') {
            if (s->len - i < 3
                || login_hex_decode(dst + len, 1, login_str(s->data + i + 1,
                                                            2))
                   != LOGIN_OK)
            {
                login_error(error, "has a percent sign that begins no "
                            "escape");
                return LOGIN_NO;
            }

            i += 2;
        }

        if (dst[len] < 0x20 || dst[len] == 0x7f) {
            login_error(error, "has a control character in its name");
            return LOGIN_NO;
        }
    }

    *s = login_str(dst, len);

    if (login_utf8_check(*s, NULL) != LOGIN_OK) {
        login_error(error, "has a name that is not UTF-8");
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_otpauth_query(login_otpauth_t *otpauth, u_char *buf, login_str_t query,
    login_error_t *error)
{
    uint32_t       digits, period;
    login_str_t    value;
    login_form_t   form;
    login_totp_t  *totp = &otpauth->totp;

    if (query.len != 0) {
        memcpy(buf, query.data, query.len);
    }

    if (login_form_parse(&form, buf, query.len) != LOGIN_OK) {
        login_error(error, "has parameters that are not well-formed, or one "
                    "of them twice");
        return LOGIN_NO;
    }

    if (login_otpauth_secret(totp, login_form_get(&form, "secret"), error)
        != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    value = login_form_get(&form, "issuer");
    if (value.len != 0) {
        otpauth->issuer = value;
    }

    digits = 6;
    period = 30;

    if (login_otpauth_number(&digits, login_form_get(&form, "digits"))
        != LOGIN_OK
        || login_otpauth_number(&period, login_form_get(&form, "period"))
           != LOGIN_OK)
    {
        digits = 0;
    }

    totp->algorithm = login_otpauth_algorithm(login_form_get(&form,
                                                             "algorithm"));
    totp->digits = digits;
    totp->period = period;

    if (login_totp_check(totp) != LOGIN_OK) {
        login_error(error, "has another algorithm than SHA1, SHA256, SHA512, "
                    "other than %d to %d digits, or a period out of %d to %d",
                    LOGIN_TOTP_DIGITS_MIN, LOGIN_TOTP_DIGITS_MAX,
                    LOGIN_TOTP_PERIOD_MIN, LOGIN_TOTP_PERIOD_MAX);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_otpauth_secret(login_totp_t *totp, login_str_t secret,
    login_error_t *error)
{
    totp->len = LOGIN_TOTP_SECRET_MAX;

    if (secret.len == 0) {
        login_error(error, "has no secret");
        return LOGIN_NO;
    }

    if (login_base32_decode(totp->secret, &totp->len, secret) != LOGIN_OK
        || totp->len < LOGIN_TOTP_SECRET_MIN)
    {
        login_error(error, "has a secret that is not base32 of %d to %d "
                    "bytes", LOGIN_TOTP_SECRET_MIN, LOGIN_TOTP_SECRET_MAX);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* LOGIN_TOTP_ALGORITHMS: it is none that is known here. */

static login_totp_algorithm_e
login_otpauth_algorithm(login_str_t name)
{
    unsigned     i;
    const char  *known;

    if (name.len == 0) {
        return LOGIN_TOTP_SHA1;
    }

    for (i = 0; i < LOGIN_TOTP_ALGORITHMS; i++) {
        known = login_otpauth_algorithms[i];

        if (strlen(known) == name.len
            && strncasecmp(known, (const char *) name.data, name.len) == 0)
        {
            break;
        }
    }

    return (login_totp_algorithm_e) i;
}


/* Empty: "n" stays. */

static login_result_e
login_otpauth_number(uint32_t *n, login_str_t s)
{
    size_t  i;

    if (s.len == 0) {
        return LOGIN_OK;
    }

    if (s.len > 4) {
        return LOGIN_NO;
    }

    *n = 0;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return LOGIN_NO;
        }

        *n = *n * 10 + (uint32_t) (s.data[i] - '0');
    }

    return LOGIN_OK;
}
