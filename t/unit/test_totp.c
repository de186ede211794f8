
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include <liboath/oath.h>


#define NOW  ((uint64_t) 1800000000)


/* The code of a step, as the one step that is looked at finds it. */

static int
is_code(const login_totp_t *totp, const char *code, uint64_t time)
{
    unsigned  used;
    uint64_t  step;

    return login_totp_match(&step, &used, totp, 0, login_cstr(code), time)
           == LOGIN_OK
           && step == time / totp->period;
}


/* RFC 6238, appendix B */

static void
test_vectors(void **data)
{
    size_t        i, j;
    login_totp_t  totp;

    static const char  seed[] =
        "1234567890123456789012345678901234567890"
        "123456789012345678901234";

    static const size_t  lens[] = { 20, 32, 64 };

    static const struct {
        uint64_t     time;
        const char  *codes[3];
    } vectors[] = {
        { 59, { "94287082", "46119246", "90693936" } },
        { 1111111109, { "07081804", "68084774", "25091201" } },
        { 1111111111, { "14050471", "67062674", "99943326" } },
        { 1234567890, { "89005924", "91819424", "93441116" } },
        { 2000000000, { "69279037", "90698825", "38618901" } },
        { UINT64_C(20000000000), { "65353130", "77737706", "47863826" } }
    };

    (void) data;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        for (j = 0; j < LOGIN_TOTP_ALGORITHMS; j++) {
            memset(&totp, 0, sizeof(totp));

            totp.algorithm = (login_totp_algorithm_e) j;
            totp.digits = 8;
            totp.period = 30;
            totp.len = lens[j];
            memcpy(totp.secret, seed, totp.len);

            assert_true(is_code(&totp, vectors[i].codes[j],
                                vectors[i].time));

            totp.digits = 6;
            assert_true(is_code(&totp, vectors[i].codes[j] + 2,
                                vectors[i].time));
            assert_false(is_code(&totp, vectors[i].codes[j],
                                 vectors[i].time));
        }
    }
}


static void
code_of(char code[9], const login_totp_t *totp, uint64_t step)
{
    assert_int_equal(oath_totp_generate((const char *) totp->secret,
                                        totp->len, (time_t) (step * 30), 30,
                                        0, 6, code), OATH_OK);
}


/* D05: one step of tolerance to either side, no more. */

static void
test_window(void **data)
{
    int           i;
    char          code[9];
    unsigned      used;
    uint64_t      step, now, at;
    login_totp_t  totp;

    (void) data;

    assert_int_equal(login_totp_draw(&totp), LOGIN_OK);
    assert_int_equal(totp.len, 20);
    assert_int_equal(totp.digits, 6);
    assert_int_equal(totp.period, 30);

    now = NOW / 30;
    code_of(code, &totp, now);

    for (i = -3; i <= 3; i++) {
        at = (now + (uint64_t) i) * 30;

        if (i < -1 || i > 1) {
            assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                              login_cstr(code), at),
                             LOGIN_NO);
            assert_int_equal(used, 0);
            assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                              login_cstr(code), at + 29),
                             LOGIN_NO);
            continue;
        }

        assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                          login_cstr(code), at), LOGIN_OK);
        assert_int_equal(step, now);
        assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                          login_cstr(code), at + 29),
                         LOGIN_OK);
        assert_int_equal(step, now);
    }
}


/* D03: a step that was accepted is so once, and none before it. */

static void
test_used(void **data)
{
    int           i;
    char          code[9];
    unsigned      used;
    uint64_t      step, now;
    login_totp_t  totp;

    (void) data;

    assert_int_equal(login_totp_draw(&totp), LOGIN_OK);

    now = NOW / 30;
    code_of(code, &totp, now);

    for (i = -1; i <= 1; i++) {
        assert_int_equal(login_totp_match(&step, &used, &totp, now,
                                          login_cstr(code),
                                          (now + (uint64_t) i) * 30),
                         LOGIN_NO);
        assert_int_equal(used, 1);
    }

    assert_int_equal(login_totp_match(&step, &used, &totp, now - 1,
                                      login_cstr(code), NOW), LOGIN_OK);
    assert_int_equal(login_totp_match(&step, &used, &totp, now + 1,
                                      login_cstr(code), NOW), LOGIN_NO);
    assert_int_equal(used, 1);

    /* clocks set back: of a code that was right later, nothing is */

    code_of(code, &totp, now - 3);
    assert_int_equal(login_totp_match(&step, &used, &totp, now,
                                      login_cstr(code), NOW - 90), LOGIN_NO);
    assert_int_equal(used, 1);
}


/* The beginning of time, and its end. */

static void
test_edges(void **data)
{
    char          code[9];
    unsigned      used;
    uint64_t      step;
    login_totp_t  totp;

    (void) data;

    assert_int_equal(login_totp_draw(&totp), LOGIN_OK);
    code_of(code, &totp, 1);

    assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                      login_cstr(code), 0), LOGIN_OK);
    assert_int_equal(step, 1);
    assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                      login_cstr(""), UINT64_C(1) << 40),
                     LOGIN_NO);

    code_of(code, &totp, 2);
    assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                      login_cstr(code), 29), LOGIN_NO);
    assert_int_equal(login_totp_match(&step, &used, &totp, 0,
                                      login_cstr(code), 30), LOGIN_OK);
}


/* What is not one of ours is a fault, not a wrong code. */

static void
test_bounds(void **data)
{
    unsigned      used;
    uint64_t      step;
    login_totp_t  good, totp;

    (void) data;

#define broken(field, value)                                                  \
    totp = good;                                                              \
    totp.field = (value);                                                     \
    assert_int_equal(login_totp_check(&totp), LOGIN_NO);                      \
    assert_int_equal(login_totp_match(&step, &used, &totp, 0,                 \
                                      login_cstr("000000"), NOW),             \
                     LOGIN_FAULT)

    assert_int_equal(login_totp_draw(&good), LOGIN_OK);
    assert_int_equal(login_totp_check(&good), LOGIN_OK);

    broken(algorithm, LOGIN_TOTP_ALGORITHMS);
    broken(digits, 5);
    broken(digits, 9);
    broken(period, 9);
    broken(period, 301);
    broken(len, 9);
    broken(len, 65);
}


static void
digits(const char *text, const char *expected)
{
    size_t       len;
    u_char       dst[LOGIN_CODE_MAX + 1];

    if (expected == NULL) {
        assert_int_equal(login_code_digits(dst, &len, login_cstr(text)),
                         LOGIN_NO);
        return;
    }

    assert_int_equal(login_code_digits(dst, &len, login_cstr(text)),
                     LOGIN_OK);
    dst[len] = '\0';
    assert_string_equal((char *) dst, expected);
}


static void
test_digits(void **data)
{
    (void) data;

    digits("123456", "123456");
    digits(" 123 456 ", "123456");
    digits("12345678", "12345678");
    digits("1234567", "1234567");
    digits("123\xc2\xa0" "456\r\n", "123456");          /* no-break space */
    digits("\xe2\x80\x8f" "123456\xe2\x80\x8e", "123456");  /* marks */

    /* Arabic-Indic, Persian, Devanagari, Bengali, full width */
    digits("\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa9", "012349");
    digits("\xdb\xb0\xdb\xb1\xdb\xb2\xdb\xb7\xdb\xb8\xdb\xb9", "012789");
    digits("\xe0\xa5\xa6\xe0\xa5\xa7\xe0\xa5\xae" "000", "018000");
    digits("\xe0\xa7\xa9\xe0\xa7\xa9\xe0\xa7\xa9\xe0\xa7\xa9" "12", "333312");
    digits("\xef\xbc\x90\xef\xbc\x91\xef\xbc\x99\xef\xbc\x99\xef\xbc\x99"
           "\xef\xbc\x99", "019999");

    /* five tens side by side: bold 9, double-struck 0, monospace 9 */
    digits("\xf0\x9d\x9f\x97\xf0\x9d\x9f\x98\xf0\x9d\x9f\xbf" "000",
           "909000");

    digits("", NULL);
    digits("      ", NULL);
    digits("12345", NULL);
    digits("123456789", NULL);
    digits("12345a", NULL);
    digits("12345O", NULL);
    digits("123-456", NULL);
    digits("+12345", NULL);
    digits("1234.56", NULL);
    digits("12345\xc2\xb2", NULL);          /* superscript two is no Nd */
    digits("12345\xe2\x91\xa0", NULL);      /* nor is a circled one */
    digits("12345\xe4\xb8\x80", NULL);      /* nor the ideograph */
    digits("12345\xff", NULL);
    digits("123456\xd9", NULL);
    digits("12345\xed\xa0\x80", NULL);
}


/* A NUL is no end, and a long text no work. */

static void
test_digits_odd(void **data)
{
    size_t  len;
    u_char  dst[LOGIN_CODE_MAX], text[1000];

    (void) data;

    assert_int_equal(login_code_digits(dst, &len, login_str("123456\0", 7)),
                     LOGIN_NO);

    memset(text, ' ', sizeof(text));
    memcpy(text, "123456", 6);

    assert_int_equal(login_code_digits(dst, &len, login_str(text, 256)),
                     LOGIN_OK);
    assert_int_equal(login_code_digits(dst, &len, login_str(text, 257)),
                     LOGIN_NO);
    assert_int_equal(login_code_digits(dst, &len, login_str(NULL, 0)),
                     LOGIN_NO);
}


static void
recovery(const char *text, const u_char *expected)
{
    u_char  dst[LOGIN_RECOVERY_LEN];

    if (expected == NULL) {
        assert_int_equal(login_code_recovery(dst, login_cstr(text)),
                         LOGIN_NO);
        return;
    }

    assert_int_equal(login_code_recovery(dst, login_cstr(text)), LOGIN_OK);
    assert_memory_equal(dst, expected, sizeof(dst));
}


static void
test_recovery(void **data)
{
    int     i;
    char    text[LOGIN_RECOVERY_TEXT], flat[LOGIN_RECOVERY_TEXT], *p;
    u_char  code[LOGIN_RECOVERY_LEN];

    static const u_char  one[] = "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf";
    static const u_char  ones[] = "\x08\x42\x10\x84\x21\x08\x42\x10\x84\x21";

    (void) data;

    login_code_recovery_text(text, one);
    assert_string_equal(text, "0123-4567-89ab-cdef");

    recovery("0123-4567-89ab-cdef", one);
    recovery("0123456789ABCDEF", one);
    recovery(" o123 4567\xe2\x80\x93" "89ab\xe2\x80\x91" "CDEF\n", one);
    recovery("\xef\xbc\x90" "123-4567-89\xef\xbc\xa1\xef\xbd\x82-cdef", one);
    recovery("\xd9\xa0" "123-4567-89ab-cdef", one);
    recovery("1iIlL1iIlL1iIlL1", ones);

    recovery("", NULL);
    recovery("----", NULL);
    recovery("0123-4567-89ab-cde", NULL);
    recovery("0123-4567-89ab-cdef-0", NULL);
    recovery("0123-4567-89ab-cdeu", NULL);
    recovery("0123-4567-89ab-cde\xc3\xa9", NULL);
    recovery("0123-4567-89ab-cde\xff", NULL);
    recovery("0123_4567_89ab_cdef", NULL);
    recovery("123456", NULL);

    for (i = 0; i < 1000; i++) {
        assert_int_equal(login_random(code, sizeof(code)), LOGIN_OK);
        login_code_recovery_text(text, code);
        recovery(text, code);

        strcpy(flat, text);
        while ((p = strchr(flat, '-')) != NULL) {
            memmove(p, p + 1, strlen(p));
        }

        recovery(flat, code);
    }
}


/* RFC 4648, 10 */

static void
test_base32(void **data)
{
    size_t  i, len;
    char    text[32];
    u_char  bytes[8];

    static const char *const  vectors[][2] = {
        { "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" },
        { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
        { "foobar", "MZXW6YTBOI" }
    };

    (void) data;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        len = login_base32_encode((u_char *) text, login_cstr(vectors[i][0]));
        text[len] = '\0';

        assert_string_equal(text, vectors[i][1]);
        assert_int_equal(len, login_base32_len(strlen(vectors[i][0])));

        (void) strcat(text, "======");
        len = sizeof(bytes);
        assert_int_equal(login_base32_decode(bytes, &len, login_cstr(text)),
                         LOGIN_OK);
        assert_int_equal(len, strlen(vectors[i][0]));
        assert_memory_equal(bytes, vectors[i][0], len);
    }

    len = sizeof(bytes);
    assert_int_equal(login_base32_decode(bytes, &len,
                                         login_cstr("mzxw 6ytb-oi")),
                     LOGIN_OK);
    assert_int_equal(len, 6);

    len = 5;
    assert_int_equal(login_base32_decode(bytes, &len,
                                         login_cstr("MZXW6YTBOI")),
                     LOGIN_NO);
    len = sizeof(bytes);
    assert_int_equal(login_base32_decode(bytes, &len, login_cstr("MZXW1")),
                     LOGIN_NO);
    assert_int_equal(login_base32_decode(bytes, &len, login_cstr("M=ZX")),
                     LOGIN_NO);
}


static void
rfc_secret(login_totp_t *totp)
{
    memset(totp, 0, sizeof(login_totp_t));

    totp->digits = 6;
    totp->period = 30;
    totp->len = 20;
    memcpy(totp->secret, "12345678901234567890", 20);
}


#define SECRET  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define REST    "&algorithm=SHA1&digits=6&period=30"


static void
uri(const char *issuer, const char *username, const char *expected)
{
    size_t           len;
    u_char           text[LOGIN_OTPAUTH_MAX + 1], buf[LOGIN_OTPAUTH_MAX];
    login_totp_t     totp;
    login_error_t    error;
    login_otpauth_t  parsed;

    rfc_secret(&totp);

    len = login_otpauth_write(text, &totp, login_cstr(issuer),
                              login_cstr(username));
    assert_true(len <= LOGIN_OTPAUTH_MAX);
    text[len] = '\0';
    assert_string_equal((char *) text, expected);

    assert_int_equal(login_otpauth_parse(&parsed, buf, login_str(text, len),
                                         &error), LOGIN_OK);
    assert_memory_equal(&parsed.totp, &totp, sizeof(totp));
    assert_true(login_str_eq(parsed.username, login_cstr(username)));
}


static void
test_uri(void **data)
{
    (void) data;

    uri("Acme", "ann", "otpauth://totp/Acme:ann?secret=" SECRET
        "&issuer=Acme" REST);
    uri("Acme Corporation", "ann@example.com",
        "otpauth://totp/Acme%20Corporation:ann%40example.com?secret=" SECRET
        "&issuer=Acme%20Corporation" REST);
    uri("Caf\xc3\xa9 & \"Co\"/+?#%", "a+b@example.com",
        "otpauth://totp/Caf%C3%A9%20%26%20%22Co%22%2F%2B%3F%23%25:"
        "a%2Bb%40example.com?secret=" SECRET
        "&issuer=Caf%C3%A9%20%26%20%22Co%22%2F%2B%3F%23%25" REST);
    uri("A:B", "a:b", "otpauth://totp/AB:a%3Ab?secret=" SECRET
        "&issuer=AB" REST);
    uri("", "ann", "otpauth://totp/ann?secret=" SECRET REST);
    uri("", "a:b", "otpauth://totp/:a%3Ab?secret=" SECRET REST);
}


/* A long one is cut between two characters, and fits. */

static void
test_uri_long(void **data)
{
    size_t         i, len;
    char           issuer[1000], name[LOGIN_USERNAME_MAX + 2];
    u_char         text[LOGIN_OTPAUTH_MAX], buf[LOGIN_OTPAUTH_MAX];
    login_totp_t   totp;
    login_error_t  error;
    login_otpauth_t  parsed;

    (void) data;

    rfc_secret(&totp);
    totp.algorithm = LOGIN_TOTP_SHA512;
    totp.digits = 8;
    totp.period = 300;
    totp.len = LOGIN_TOTP_SECRET_MAX;

    memset(name, '@', sizeof(name));
    name[LOGIN_USERNAME_MAX] = '\0';

    for (i = 0; i + 3 < sizeof(issuer); i += 3) {
        memcpy(issuer + i, "\xe6\x9d\xb1", 3);
    }

    issuer[i] = '\0';

    len = login_otpauth_write(text, &totp, login_cstr(issuer),
                              login_cstr(name));
    assert_true(len > 1000 && len <= LOGIN_OTPAUTH_MAX);

    assert_int_equal(login_otpauth_parse(&parsed, buf, login_str(text, len),
                                         &error), LOGIN_OK);
    assert_int_equal(parsed.issuer.len, LOGIN_OTPAUTH_ISSUER / 3 * 3);
    assert_memory_equal(parsed.issuer.data, issuer, parsed.issuer.len);
    assert_int_equal(parsed.totp.period, 300);

    /* one more than any account has */

    name[LOGIN_USERNAME_MAX] = '@';
    name[LOGIN_USERNAME_MAX + 1] = '\0';
    assert_int_equal(login_otpauth_write(text, &totp, login_cstr("A"),
                                         login_cstr(name)), 0);
    assert_int_equal(login_otpauth_write(text, &totp, login_cstr("A"),
                                         login_cstr("")), 0);
}


static void
refused(const char *text, const char *why)
{
    u_char           buf[1024];
    login_error_t    error;
    login_otpauth_t  parsed;

    error.text[0] = '\0';

    assert_int_equal(login_otpauth_parse(&parsed, buf, login_cstr(text),
                                         &error), LOGIN_NO);
    if (strstr(error.text, why) == NULL) {
        fail_msg("\"%s\": %s", text, error.text);
    }

    assert_int_equal(parsed.totp.len, 0);
}


static void
test_uri_parse(void **data)
{
    u_char           buf[1024];
    login_error_t    error;
    login_otpauth_t  p;

#define parse(text)                                                           \
    assert_int_equal(login_otpauth_parse(&p, buf, login_cstr(text), &error),  \
                     LOGIN_OK)

    (void) data;

    parse("otpauth://totp/ann?secret=" SECRET);
    assert_true(login_str_eq(p.username, login_cstr("ann")));
    assert_int_equal(p.issuer.len, 0);
    assert_int_equal(p.totp.algorithm, LOGIN_TOTP_SHA1);
    assert_int_equal(p.totp.digits, 6);
    assert_int_equal(p.totp.period, 30);
    assert_int_equal(p.totp.len, 20);

    /* as Authelia exports it */
    parse("otpauth://totp/Authelia:ann?algorithm=SHA256&digits=8&"
          "issuer=Authelia&period=60&secret=" SECRET);
    assert_true(login_str_eq(p.username, login_cstr("ann")));
    assert_true(login_str_eq(p.issuer, login_cstr("Authelia")));
    assert_int_equal(p.totp.algorithm, LOGIN_TOTP_SHA256);
    assert_int_equal(p.totp.digits, 8);
    assert_int_equal(p.totp.period, 60);

    parse("OTPAUTH://TOTP/Big%20Corp%3A%20ann%40example.com?issuer=Other+"
          "Name&image=http%3A%2F%2Fx&algorithm=sha512&secret=gezd%20gnbv-"
          "gy3tqojqgezdgnbvgy3tqojq==");
    assert_true(login_str_eq(p.username, login_cstr("ann@example.com")));
    assert_true(login_str_eq(p.issuer, login_cstr("Other Name")));
    assert_int_equal(p.totp.algorithm, LOGIN_TOTP_SHA512);

    refused("", "not an otpauth URI");
    refused("https://totp/a?secret=" SECRET, "not an otpauth URI");
    refused("otpauth://hotp/a?counter=1&secret=" SECRET, "not of codes by");
    refused("otpauth://totp", "not of codes by");
    refused("otpauth://totp/ann", "has no secret");
    refused("otpauth://totp/ann?", "has no secret");
    refused("otpauth://totp/ann?secret=", "has no secret");
    refused("otpauth://totp/?secret=" SECRET, "no user name");
    refused("otpauth://totp/Acme:?secret=" SECRET, "no user name");
    refused("otpauth://totp/a%4?secret=" SECRET, "percent sign");
    refused("otpauth://totp/a%zz?secret=" SECRET, "percent sign");
    refused("otpauth://totp/a%0ab?secret=" SECRET, "control character");
    refused("otpauth://totp/a%00?secret=" SECRET, "control character");
    refused("otpauth://totp/a%ff?secret=" SECRET, "not UTF-8");
    refused("otpauth://totp/ann?secret=" SECRET "&secret=" SECRET, "twice");
    refused("otpauth://totp/ann?secret=%zz", "not well-formed");
    refused("otpauth://totp/ann?secret=GEZDGNBV0", "not base32");
    refused("otpauth://totp/ann?secret=GEZDGNBVGY3TQOJ", "not base32");
    refused("otpauth://totp/ann?algorithm=MD5&secret=" SECRET, "algorithm");
    refused("otpauth://totp/ann?digits=5&secret=" SECRET, "digits");
    refused("otpauth://totp/ann?digits=six&secret=" SECRET, "digits");
    refused("otpauth://totp/ann?digits=99999&secret=" SECRET, "digits");
    refused("otpauth://totp/ann?period=0&secret=" SECRET, "period");
    refused("otpauth://totp/ann?period=-30&secret=" SECRET, "period");
}


/* Every dark module of the finder patterns, and nothing at the edge. */

static void
test_qr(void **data)
{
    char            *big;
    login_qr_t       qr;
    login_arena_t   *arena;

    (void) data;

    arena = login_arena_create();
    assert_non_null(arena);

    assert_int_equal(login_qr_draw(&qr, arena, login_cstr("otpauth://")),
                     LOGIN_OK);
    assert_int_equal(qr.size, 21 + 8);
    assert_true(login_str_begins(qr.path, "M4 4h7v1h-7z"));
    assert_non_null(memmem(qr.path.data, qr.path.len, "M18 4h7v1h-7z", 13));
    assert_non_null(memmem(qr.path.data, qr.path.len, "M4 24h7v1h-7z", 13));

    big = malloc(4000);
    assert_non_null(big);
    memset(big, 'x', 4000);

    /* the largest of all: 177 modules */

    assert_int_equal(login_qr_draw(&qr, arena, login_str(big, 2331)),
                     LOGIN_OK);
    assert_int_equal(qr.size, 177 + 8);
    assert_int_equal(login_qr_draw(&qr, arena, login_str(big, 2332)),
                     LOGIN_NO);
    assert_int_equal(login_qr_draw(&qr, arena, login_cstr("")), LOGIN_NO);

    /* whatever URI there is, fits */

    assert_true(LOGIN_OTPAUTH_MAX <= 2331);

    free(big);
    login_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_used),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_digits_odd),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_base32),
        cmocka_unit_test(test_uri),
        cmocka_unit_test(test_uri_long),
        cmocka_unit_test(test_uri_parse),
        cmocka_unit_test(test_qr),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
