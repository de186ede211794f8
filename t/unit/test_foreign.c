
/* Hashes that independent tools made of one password, and what is refused. */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define PASSWORD  "Gr\303\274\303\237e, \"x\""

#define SALT      "c2FsdDEyMzRzYWx0MTIzNA"
#define TAG       "lRjBaqZFJyUG/IQEpqjPdA0DD2iprVqqz/I65qc7R6w"


/* by crypt(3), openssl passwd, argon2 and Python's hashlib */

static const char *const  hashes[] = {
    "$y$j9T$k2XAnEHBqQ1Ct2aM$MGJ5RScYU5IBHjBj3yTywxo7WMNo8caLstnOg3FxXRD",
    "$gy$j9T$k2XAnEHBqQ1Ct2aM$SVsIbvB901nP2uhk3elZYegB705Yj29EdhI3L2FVNC0",
    "$7$BU..../....k2XAnEHBqQ1Ct2aM$"
        "BYl.TQeDr1Ip3fDPAPYw8coCxMd8NvJuBDQLUl/SLf1",
    "$2b$04$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm",
    "$2y$04$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm",
    "$6$rounds=1000$k2XAnEHBqQ1Ct2aM$9DzS/dtLV5FEuiFUsk/VvdRmdcg1IjLRjRzwfr"
        ".okhmqj0GvrRtONlfdlZywb8eAaIcfClHUaxy8ROPtEtzUZ/",
    "$6$k2XAnEHBqQ1Ct2aM$nb4pWINYMTwtoHPZ/NNNDtErl3WYent686bo63C3wlrFCNAXUP"
        "GCuds1128Hs1YJJiSdVPSaYakXQd5tofpjM1",
    "$5$k2XAnEHBqQ1Ct2aM$vP1eQtab8hJZxe1exlwvHHLGG0U/SjUSJOrQhen57w4",
    "$sha1$10$qI1BtUnBX7KMaJ4N$9U9tPJkRP4eNTtdFmAhz5LD4Yj1q",
    "$1$k2XAnEHB$xKSKQcmYIKeJV3sVw/ZW30",
    "$md5,rounds=10$mA1BpMnB$$BAfBUGv6ueWkhXfZJivGP0",
    "_J9..k2XACFxPHWG1VJM",
    "klZ7ZVCOsUwB.",
    "$3$$95619018e00cb067bd8b0f75b407d450",
    "$apr1$k2XAnEHB$wqufWvIZ6Lkp2Hu.ta18q1",
    "$apr1$a$6zpvfBjkWXKFp1jVzMXIC0",
    "{SHA}ell7D1wXmPeSY/VgfyKB1FLH9Dw=",
    "{SSHA}jl8UHiorxZus4GDt1WSAL3eQulhzYWx0MTIzNA==",
    "$pbkdf2-sha512$1000$" SALT "$SFxpGM1wuED.8x36ZfQoLKcRr5Qf.OmR9d.OLwtQP"
        "EwLCgg8AtM/O5PpMghM0.pqgExnCNT.n0NtSCCgm1VDjg",
    "$pbkdf2-sha256$1000$" SALT "$pogtpiUYhjVIiVEyxDA3ONbucWbVYd8PKghzr.VwdRo",
    "$pbkdf2-sha1$1000$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
    "$pbkdf2$1000$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
    "$scrypt$ln=4,r=8,p=1$" SALT "$f0Zt6O7BVEYGyxiVnLklKhNH4ix05+GiVHk+"
        "PxrACEc",
    "$argon2id$v=19$m=256,t=3,p=4$" SALT "$" TAG,
    "$argon2i$v=19$m=256,t=3,p=4$" SALT "$xF5i553K/R62Hcgc9lAKQ+aBtg4cp/ABJ"
        "I40w4kWefI",
    "$argon2d$v=19$m=256,t=3,p=4$" SALT "$ZBLblk0GCv3rO0jw9WP7lyEV8I8eU5Uay"
        "/VAiXJLByA"
};

#define NHASHES  (sizeof(hashes) / sizeof(hashes[0]))


/* Not of a kind, not whole, or more than is fair to ask for. */

static const char *const  refused[] = {
    "",
    "*",
    "!",
    "x",
    "*0",
    "secret",
    "klZ7ZVCOsUwB",
    "klZ7ZVCOsUwB:",
    "$",
    "$9$abc$def",
    "{PLAIN}secret",
    "{SHA}",
    "{SHA}ell7D1wXmPeSY/VgfyKB1FLH9D=",
    "{SHA}jl8UHiorxZus4GDt1WSAL3eQulhzYWx0MTIzNA==",
    "{SSHA}ell7D1wXmPeSY_VgfyKB1FLH9Dw=",
    "{SHA}ell7D1wXmPeSY/VgfyKB1FLH9Dw===",
    "$apr1$",
    "$apr1$wqufWvIZ6Lkp2Hu.ta18q1",
    "$apr1$123456789$wqufWvIZ6Lkp2Hu.ta18q1",
    "$apr1$a$b$wqufWvIZ6Lkp2Hu.ta18q",
    "$apr1$k2XAnEHB$wqufWvIZ6Lkp2Hu.ta18q!",
    "$2b$16$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm",
    "$2b$31$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm",
    "$2b$04$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFY",
    "$6$rounds=1000001$k2XAnEHBqQ1Ct2aM$9DzS/dtLV5FEuiFUsk",
    "$5$rounds=999999999$k2XAnEHBqQ1Ct2aM$vP1eQtab8hJZxe1exlwvHH",
    "$5$rounds=$k2XAnEHBqQ1Ct2aM$vP1eQtab8hJZxe1exlwvHH",
    "$sha1$99999999$qI1BtUnBX7KMaJ4N$9U9tPJkRP4eNTtdFmAhz5LD4Yj1q",
    "$y$jFT$k2XAnEHBqQ1Ct2aM$MGJ5RScYU5IBHjBj3yTywxo7WMNo8caLstnOg3FxXRD",
    "$7$ZU..../....k2XAnEHBqQ1Ct2aM$BYl.TQeDr1Ip3fDPAPYw8coCxMd8NvJuB",
    "$7$BUzzzz/....k2XAnEHBqQ1Ct2aM$BYl.TQeDr1Ip3fDPAPYw8coCxMd8NvJuB",
    "_J9.zk2XACFxPHWG1VJM",
    "$argon2id$v=16$m=256,t=3,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=256,t=0,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=256,t=3,p=0$" SALT "$" TAG,
    "$argon2id$v=19$m=31,t=3,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=0256,t=3,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=4294967295,t=3,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=262144,t=17,p=4$" SALT "$" TAG,
    "$argon2id$v=19$m=256,t=3,p=4$c2FsdA$" TAG,
    "$argon2id$v=19$m=256,t=3,p=4$" SALT "$c2FsdA",
    "$argon2id$v=19$m=256,t=3,p=4$" SALT,
    "$argon2x$v=19$m=256,t=3,p=4$" SALT "$" TAG,
    "$pbkdf2-md5$1000$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
    "$pbkdf2-sha1$0$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
    "$pbkdf2-sha1$99999999$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
    "$scrypt$ln=30,r=8,p=1$" SALT "$f0Zt6O7BVEYGyxiVnLklKhNH4ix05",
    "$scrypt$ln=20,r=64,p=1$" SALT "$f0Zt6O7BVEYGyxiVnLklKhNH4ix05",
    "$scrypt$ln=4,r=0,p=1$" SALT "$f0Zt6O7BVEYGyxiVnLklKhNH4ix05"
};

#define NREFUSED  (sizeof(refused) / sizeof(refused[0]))


static void
test_known(void **data)
{
    size_t       i;
    login_str_t  hash;

    (void) data;

    for (i = 0; i < NHASHES; i++) {
        hash = login_cstr(hashes[i]);

        assert_int_equal(login_foreign_check(hash), LOGIN_OK);
        assert_int_equal(login_foreign_verify(hash, login_cstr(PASSWORD)),
                         LOGIN_OK);
        assert_int_equal(login_foreign_verify(hash, login_cstr("wrong")),
                         LOGIN_NO);
        assert_int_equal(login_foreign_verify(hash, login_cstr("")),
                         LOGIN_NO);
        assert_int_equal(login_foreign_verify(hash, login_str(PASSWORD "\0x",
                                                    sizeof(PASSWORD) + 1)),
                         LOGIN_NO);
    }
}


static void
test_refused(void **data)
{
    size_t       i;
    login_str_t  hash;

    (void) data;

    for (i = 0; i < NREFUSED; i++) {
        hash = login_cstr(refused[i]);

        assert_int_equal(login_foreign_check(hash), LOGIN_NO);
        assert_int_equal(login_foreign_verify(hash, login_cstr(PASSWORD)),
                         LOGIN_FAULT);
    }
}


/* A change anywhere is another hash, or none. */

static void
test_altered(void **data)
{
    char    text[LOGIN_PHC_MAX + 1];
    size_t  i, j, len;

    (void) data;

    for (i = 0; i < NHASHES; i++) {
        len = strlen(hashes[i]);

        /* not all: some are slow */

        for (j = len % 7; j < len; j += 7) {
            memcpy(text, hashes[i], len + 1);
            text[j] = (text[j] == 'A') ? 'B' : 'A';

            /* the lowest bits of the last character may not be of the tag */

            if (j + 1 == len) {
                continue;
            }

            if (login_foreign_verify(login_cstr(text),
                                     login_cstr(PASSWORD)) == LOGIN_OK)
            {
                fail_msg("altered: \"%s\"", text);
            }
        }

        /* cut, but for padding */

        if (text[len - 1] == '=') {
            continue;
        }

        assert_int_not_equal(login_foreign_verify(login_str(hashes[i],
                                                            len - 1),
                                                  login_cstr(PASSWORD)),
                             LOGIN_OK);
    }
}


static void
test_length(void **data)
{
    size_t       i;
    u_char       long_one[LOGIN_PASSWORD_MAX + 1];
    login_str_t  password;

    (void) data;

    memset(long_one, 'a', sizeof(long_one));

    for (i = 0; i < NHASHES; i++) {
        password = login_str(long_one, LOGIN_PASSWORD_MAX);
        assert_int_equal(login_foreign_verify(login_cstr(hashes[i]),
                                              password), LOGIN_NO);
        password.len++;
        assert_int_equal(login_foreign_verify(login_cstr(hashes[i]),
                                              password), LOGIN_NO);
    }
}


/* Through the hasher: right once, then to be hashed anew. */

static void
test_hasher(void **data)
{
    int              upgrade;
    size_t           i;
    login_cost_t     cost;
    login_hasher_t  *hasher;

    (void) data;

    cost.memory = 64;
    cost.passes = 1;

    hasher = login_hasher_create(&cost);
    assert_non_null(hasher);

    for (i = 0; i < NHASHES; i++) {
        assert_int_equal(login_password_verify(hasher,
                                               login_cstr(hashes[i]),
                                               login_cstr(PASSWORD),
                                               &upgrade), LOGIN_OK);
        assert_int_equal(upgrade, 1);

        assert_int_equal(login_password_verify(hasher,
                                               login_cstr(hashes[i]),
                                               login_cstr("wrong"),
                                               &upgrade), LOGIN_NO);
        assert_int_equal(upgrade, 0);
    }

    for (i = 1; i < NREFUSED; i++) {
        assert_int_equal(login_password_verify(hasher,
                                               login_cstr(refused[i]),
                                               login_cstr(PASSWORD),
                                               &upgrade), LOGIN_FAULT);
    }

    login_hasher_destroy(hasher);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_hasher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
