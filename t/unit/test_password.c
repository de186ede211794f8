
/*
 * The source itself is included, so that its calls of mmap() and of
 * libargon2 can be counted and made to fail: what a hostile string must
 * never get is work and memory, and time is no witness of either.
 */

#include "login.h"

#include <argon2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>


static unsigned  maps;              /* mappings made */
static unsigned  unmaps;
static unsigned  map_fails;
static unsigned  argon2_fails;
static uint64_t  work;              /* KiB * passes since the last reset */


static void *
counted_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
    if (map_fails) {
        return MAP_FAILED;
    }

    maps++;

    return mmap(addr, len, prot, flags, fd, off);
}


static int
counted_munmap(void *addr, size_t len)
{
    unmaps++;

    return munmap(addr, len);
}


static int
counted_argon2_ctx(argon2_context *context, argon2_type type)
{
    uint8_t  *memory;

    memory = NULL;
    work += (uint64_t) context->m_cost * context->t_cost;

    if (argon2_fails) {
        /* as where a thread can't be started: with the memory in use */
        assert_int_equal(context->allocate_cbk(&memory,
                             (size_t) context->m_cost * 1024), ARGON2_OK);
        memset(memory, 0xaa, (size_t) context->m_cost * 1024);
        return ARGON2_THREAD_FAIL;
    }

    return argon2_ctx(context, type);
}


#define mmap        counted_mmap
#define munmap      counted_munmap
#define argon2_ctx  counted_argon2_ctx

#include "login_password.c"

#undef mmap
#undef munmap
#undef argon2_ctx


#define SALT  "c29tZXNhbHRzb21lc2FsdA"
#define TAG   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static const login_cost_t  cheap = { 64, 2 };


static int
setup(void **data)
{
    maps = 0;
    unmaps = 0;
    map_fails = 0;
    argon2_fails = 0;

    *data = login_hasher_create(&cheap);
    work = 0;

    return *data == NULL;
}


static int
teardown(void **data)
{
    login_hasher_destroy(*data);

    return maps != unmaps;
}


static void
assert_wiped(login_hasher_t *hasher)
{
    size_t  i;

    for (i = 0; i < hasher->arena.len; i++) {
        assert_int_equal(hasher->arena.data[i], 0);
    }
}


static login_result_e
verify(login_hasher_t *hasher, const char *phc, const char *password,
    int *upgrade)
{
    return login_password_verify(hasher, login_cstr(phc),
                                 login_cstr(password), upgrade);
}


static void
test_round_trip(void **data)
{
    int              upgrade;
    char             a[LOGIN_PHC_MAX + 1], b[LOGIN_PHC_MAX + 1];
    login_hasher_t  *hasher = *data;

    assert_int_equal(login_password_hash(a, hasher, login_cstr("correct")),
                     LOGIN_OK);
    assert_int_equal(login_password_hash(b, hasher, login_cstr("correct")),
                     LOGIN_OK);

    assert_string_not_equal(a, b);
    assert_memory_equal(a, "$argon2id$v=19$m=64,t=2,p=1$", 28);
    assert_int_equal(strlen(a), 28 + 22 + 1 + 43);

    upgrade = 1;
    assert_int_equal(verify(hasher, a, "correct", &upgrade), LOGIN_OK);
    assert_int_equal(upgrade, 0);
    assert_int_equal(verify(hasher, b, "correct", &upgrade), LOGIN_OK);

    upgrade = 1;
    assert_int_equal(verify(hasher, a, "wrong", &upgrade), LOGIN_NO);
    assert_int_equal(upgrade, 0);
    assert_int_equal(verify(hasher, a, "", &upgrade), LOGIN_NO);
    assert_int_equal(verify(hasher, a, "correct ", &upgrade), LOGIN_NO);
    assert_int_equal(verify(hasher, a, "Correct", &upgrade), LOGIN_NO);
}


/* Against the library's own writer and reader of these strings. */

static void
test_reference(void **data)
{
    int   upgrade;
    char  phc[LOGIN_PHC_MAX + 1], salt[LOGIN_SALT_LEN];

    for (int i = 0; i < 64; i++) {
        memset(salt, i * 4 + 3, sizeof(salt));
        salt[i % LOGIN_SALT_LEN] = (char) (i * 37);

        assert_int_equal(argon2id_hash_encoded(2, 64, 1, "secret", 6, salt,
                             LOGIN_SALT_LEN, LOGIN_TAG_LEN, phc, sizeof(phc)),
                         ARGON2_OK);
        assert_int_equal(verify(*data, phc, "secret", &upgrade), LOGIN_OK);
        assert_int_equal(upgrade, 0);

        assert_int_equal(login_password_hash(phc, *data,
                                             login_cstr("secret")),
                         LOGIN_OK);
        assert_int_equal(argon2id_verify(phc, "secret", 6), ARGON2_OK);
        assert_int_equal(argon2id_verify(phc, "secreT", 6),
                         ARGON2_VERIFY_MISMATCH);
    }
}


static void
test_bytes(void **data)
{
    int     upgrade;
    char    phc[LOGIN_PHC_MAX + 1];
    size_t  i;
    u_char  password[LOGIN_PASSWORD_MAX + 1];

    for (i = 0; i < sizeof(password); i++) {
        password[i] = (u_char) (i % 7 == 3 ? 0 : i);
    }

    assert_int_equal(login_password_hash(phc, *data,
                         login_str(password, LOGIN_PASSWORD_MAX)), LOGIN_OK);
    assert_int_equal(login_password_verify(*data, login_cstr(phc),
                         login_str(password, LOGIN_PASSWORD_MAX), &upgrade),
                     LOGIN_OK);

    /* nothing is cut off, neither at a NUL nor at the end */

    password[LOGIN_PASSWORD_MAX - 1] ^= 1;
    assert_int_equal(login_password_verify(*data, login_cstr(phc),
                         login_str(password, LOGIN_PASSWORD_MAX), &upgrade),
                     LOGIN_NO);
    assert_int_equal(login_password_verify(*data, login_cstr(phc),
                         login_str(password, LOGIN_PASSWORD_MAX - 1),
                         &upgrade),
                     LOGIN_NO);
    assert_int_equal(login_password_verify(*data, login_cstr(phc),
                         login_str(password, 3), &upgrade),
                     LOGIN_NO);

    /* longer ones are refused without any work, whoever is asked for */

    work = 0;
    assert_int_equal(login_password_hash(phc, *data,
                         login_str(password, sizeof(password))), LOGIN_NO);
    assert_string_equal(phc, "");
    assert_int_equal(login_password_verify(*data,
                         login_cstr("$argon2id$v=19$m=64,t=2,p=1$" SALT "$"
                                    TAG),
                         login_str(password, sizeof(password)), &upgrade),
                     LOGIN_NO);
    assert_int_equal(login_password_verify(*data, login_cstr(""),
                         login_str(password, sizeof(password)), &upgrade),
                     LOGIN_NO);
    assert_int_equal(work, 0);
}


static void
test_upgrade(void **data)
{
    int              upgrade;
    char             phc[LOGIN_PHC_MAX + 1];
    size_t           i;
    login_hasher_t  *other;

    static const login_cost_t  costs[] = {
        { 64, 1 }, { 64, 3 }, { 32, 2 }, { 128, 2 }, { 8, 1 }, { 128, 1 }
    };

    for (i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        other = login_hasher_create(&costs[i]);
        assert_non_null(other);
        assert_int_equal(login_password_hash(phc, other, login_cstr("x")),
                         LOGIN_OK);
        login_hasher_destroy(other);

        assert_int_equal(verify(*data, phc, "x", &upgrade), LOGIN_OK);
        assert_int_equal(upgrade, 1);

        /* the wrong password upgrades nothing */

        assert_int_equal(verify(*data, phc, "y", &upgrade), LOGIN_NO);
        assert_int_equal(upgrade, 0);

        /* what grew has shrunk again, and all is wiped */

        assert_int_equal(((login_hasher_t *) *data)->arena.len, 64 * 1024);
        assert_wiped(*data);
    }
}


/* C02 and C03 without a clock: the same number of blocks is computed. */

static void
test_same_work(void **data)
{
    int       upgrade;
    char      phc[128];
    size_t    i;
    uint64_t  full;

    static const char *const  costs[] = {
        "m=64,t=2", "m=64,t=1", "m=32,t=2", "m=32,t=1", "m=8,t=1", "m=60,t=2"
    };

    full = 64 * 2;

    work = 0;
    assert_int_equal(verify(*data, "", "x", &upgrade), LOGIN_NO);
    assert_int_equal(work, full);

    for (i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        snprintf(phc, sizeof(phc), "$argon2id$v=19$%s,p=1$%s$%s", costs[i],
                 SALT, TAG);

        work = 0;
        assert_int_equal(verify(*data, phc, "x", &upgrade), LOGIN_NO);
        assert_in_range(work, full - LOGIN_MEMORY_MIN, full);
    }
}


/* No account has this password, not even the one that there isn't. */

static void
test_nobody(void **data)
{
    int  upgrade;

    upgrade = 1;
    assert_int_equal(verify(*data, "", "", &upgrade), LOGIN_NO);
    assert_int_equal(upgrade, 0);
    assert_int_equal(login_password_verify(*data, login_str(NULL, 0),
                                           login_str(NULL, 0), &upgrade),
                     LOGIN_NO);
}


static void
test_hostile(void **data)
{
    int     upgrade;
    size_t  i;

    static const login_str_t  hostile[] = {

        /* costs */
        login_string("$argon2id$v=19$m=4294967296,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=4294967295,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=1048577,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=18446744073709551624,t=2,p=1$" SALT
                     "$" TAG),
        login_string("$argon2id$v=19$m=7,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=0,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=-64,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=+64,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=064,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m= 64,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=0x40,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=65,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=4294967298,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=0,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=0$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=16777215$" SALT "$" TAG),
        login_string("$argon2id$v=19$t=2,m=64,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1,data=AAAA$" SALT "$" TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1,keyid=AA$" SALT "$" TAG),

        /* algorithms */
        login_string("$Argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$v=16$m=64,t=2,p=1$" SALT "$" TAG),
        login_string("$argon2id$m=64,t=2,p=1$" SALT "$" TAG),
        login_string("{PLAIN}secret"),
        login_string("secret"),
        login_string("$"),
        login_string(" "),
        login_string("*"),
        login_string("!"),

        /* lengths of salt and tag */
        login_string("$argon2id$v=19$m=64,t=2,p=1$$" TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$"),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$AAECAwQFBgc"),

        /* encodings: spare bits, padding, alphabet, what stands behind */
        login_string("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdB$"
                     TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT
                     "$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9"),
        login_string("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2Fs-A$"
                     TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2Fs_A$"
                     TAG),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG "$"),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG "\n"),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG " "),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG "\0"),
        login_string("$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG "\0x"),
        login_string("$argon2id\0$v=19$m=64,t=2,p=1$" SALT "$" TAG),
        login_string(" $argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG),
        login_string("\0"),
    };

    maps = 0;
    work = 0;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        upgrade = 1;

        if (login_password_verify(*data, hostile[i], login_cstr("x"),
                                  &upgrade)
            != LOGIN_FAULT)
        {
            fail_msg("not refused: %.*s", (int) hostile[i].len,
                     hostile[i].data);
        }

        assert_int_equal(upgrade, 0);
    }

    assert_int_equal(maps, 0);
    assert_int_equal(work, 0);

    maps = 1;
}


/* Every truncation, and every change of one byte outside of salt and tag. */

static void
test_altered(void **data)
{
    int          upgrade;
    char         phc[] = "$argon2id$v=19$m=64,t=2,p=1$" SALT "$" TAG;
    size_t       i, c;
    login_phc_t  p;

    for (i = 1; i < sizeof(phc) - 1; i++) {
        assert_int_equal(login_phc_decode(&p, login_str(phc, i)), LOGIN_NO);
        assert_int_not_equal(login_password_verify(*data, login_str(phc, i),
                                                   login_cstr("x"),
                                                   &upgrade), LOGIN_OK);
    }

    assert_int_equal(login_phc_decode(&p, login_cstr(phc)), LOGIN_OK);

    for (i = 0; i < 28; i++) {
        for (c = 1; c < 256; c++) {
            phc[i] ^= (char) c;

            if (login_phc_decode(&p, login_cstr(phc)) == LOGIN_OK) {
                assert_true(i == 17 || i == 18 || i == 22);
                assert_in_range(phc[i], '0', '9');
            }

            phc[i] ^= (char) c;
        }
    }
}


static void
test_limits(void **data)
{
    login_phc_t   p;
    login_cost_t  cost;

    (void) data;

    assert_int_equal(login_phc_decode(&p, login_cstr(
                         "$argon2id$v=19$m=1048576,t=64,p=1$" SALT "$" TAG)),
                     LOGIN_OK);
    assert_int_equal(p.cost.memory, 1048576);
    assert_int_equal(p.cost.passes, 64);
    assert_memory_equal(p.salt, "somesaltsomesalt", 16);
    assert_int_equal(p.tag[31], 31);

    cost.passes = 1;
    cost.memory = LOGIN_MEMORY_MIN - 1;
    assert_null(login_hasher_create(&cost));
    cost.memory = LOGIN_MEMORY_MAX + 1;
    assert_null(login_hasher_create(&cost));
    cost.memory = 64;
    cost.passes = 0;
    assert_null(login_hasher_create(&cost));
    cost.passes = LOGIN_PASSES_MAX + 1;
    assert_null(login_hasher_create(&cost));
}


static void
test_wiped(void **data)
{
    int   upgrade;
    char  phc[LOGIN_PHC_MAX + 1];

    assert_int_equal(login_password_hash(phc, *data, login_cstr("x")),
                     LOGIN_OK);
    assert_wiped(*data);

    assert_int_equal(verify(*data, phc, "x", &upgrade), LOGIN_OK);
    assert_wiped(*data);

    assert_int_equal(verify(*data, phc, "y", &upgrade), LOGIN_NO);
    assert_wiped(*data);

    /* also where the library gave up and left it as it was */

    argon2_fails = 1;
    assert_int_equal(verify(*data, phc, "x", &upgrade), LOGIN_FAULT);
    assert_int_equal(upgrade, 0);
    assert_wiped(*data);

    assert_int_equal(login_password_hash(phc, *data, login_cstr("x")),
                     LOGIN_FAULT);
    assert_string_equal(phc, "");
    assert_wiped(*data);
}


/* No memory is a fault, not a wrong password. */

static void
test_no_memory(void **data)
{
    int   upgrade;
    char  phc[LOGIN_PHC_MAX + 1];

    assert_int_equal(login_password_hash(phc, *data, login_cstr("x")),
                     LOGIN_OK);

    map_fails = 1;

    assert_null(login_hasher_create(&cheap));
    assert_int_equal(verify(*data, "$argon2id$v=19$m=65,t=2,p=1$" SALT "$"
                            TAG, "x", &upgrade),
                     LOGIN_FAULT);

    /* what it has is enough for its own cost */

    assert_int_equal(verify(*data, phc, "x", &upgrade), LOGIN_OK);
}


/* The arena is left out of core dumps: "dd" in smaps. */

static void
test_not_dumped(void **data)
{
    int              inside, found;
    char             line[512];
    FILE            *smaps;
    unsigned long    from, to, arena;
    login_hasher_t  *hasher = *data;

    smaps = fopen("/proc/self/smaps", "r");
    if (smaps == NULL) {
        skip();
    }

    arena = (unsigned long) hasher->arena.data;
    inside = 0;
    found = 0;

    while (fgets(line, sizeof(line), smaps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            inside = (from <= arena && arena < to);
        }

        if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            found = (strstr(line, " dd") != NULL);
        }
    }

    fclose(smaps);
    assert_true(found);
}


int
main(void)
{
#define password_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)

    const struct CMUnitTest  tests[] = {
        password_test(test_round_trip),
        password_test(test_reference),
        password_test(test_bytes),
        password_test(test_upgrade),
        password_test(test_same_work),
        password_test(test_nobody),
        password_test(test_hostile),
        password_test(test_altered),
        password_test(test_limits),
        password_test(test_wiped),
        password_test(test_no_memory),
        password_test(test_not_dumped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
