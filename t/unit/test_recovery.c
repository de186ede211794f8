
/* Recovery codes. */

#include "factor_fixture.h"


typedef struct {
    login_secret_t         seed;
    login_recovery_text_t  codes[LOGIN_RECOVERY_CODES];
} codes_t;


static void
draw(codes_t *codes)
{
    assert_int_equal(login_random(&codes->seed, sizeof(login_secret_t)),
                     LOGIN_OK);
    assert_int_equal(login_recovery_codes(codes->codes, &codes->seed),
                     LOGIN_OK);
}


static login_changes_t *
prepare(fixture_t *f, const login_account_t *account, codes_t *codes,
    uint64_t now)
{
    login_changes_t  *changes;

    draw(codes);

    changes = login_changes_create();

    begin(f);
    assert_int_equal(login_recovery_put(changes, f->view, account,
                                        &codes->seed, now), LOGIN_OK);
    login_view_end(f->view);

    return changes;
}


static void
make(fixture_t *f, const login_account_t *account, codes_t *codes,
    uint64_t now)
{
    assert_int_equal(apply(f, prepare(f, account, codes, now)), LOGIN_OK);
}


static int
left(fixture_t *f, const login_account_t *account, uint64_t *made)
{
    size_t          n;
    login_result_e  rc;

    begin(f);
    rc = login_recovery_left(&n, made, f->view, account->id);
    login_view_end(f->view);

    assert_int_not_equal(rc, LOGIN_FAULT);

    return rc == LOGIN_OK ? (int) n : -1;
}


/* D07 */

static void
test_use(void **data)
{
    int               i;
    codes_t           codes;
    uint64_t          made;
    fixture_t        *f = *data;
    login_factor_t    factor;
    login_account_t   ann, bob;

    person(f, &ann, "ann");
    person(f, &bob, "bob");

    assert_int_equal(left(f, &ann, &made), -1);

    make(f, &ann, &codes, NOW);

    assert_int_equal(left(f, &ann, &made), LOGIN_RECOVERY_CODES);
    assert_int_equal(made, NOW);
    assert_int_equal(left(f, &bob, &made), -1);

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {

        /* nobody else's, and not where a device's code is asked for */

        assert_int_equal(try_code(f, &factor, &bob, codes.codes[i], 1,
                                  NOW + (uint64_t) i * 7200), LOGIN_NO);
        assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);
        assert_int_equal(try_code(f, &factor, &ann, codes.codes[i], 0, NOW),
                         LOGIN_NO);

        assert_int_equal(try_code(f, &factor, &ann, codes.codes[i], 1,
                                  NOW + (uint64_t) i * 7200), LOGIN_OK);
        assert_int_equal(factor.state, LOGIN_FACTOR_RIGHT);
        assert_int_equal(factor.left, LOGIN_RECOVERY_CODES - 1 - i);
        assert_int_equal(left(f, &ann, &made), LOGIN_RECOVERY_CODES - 1 - i);

        /* used up: wrong from now on */

        assert_int_equal(try_code(f, &factor, &ann, codes.codes[i], 1,
                                  NOW + (uint64_t) i * 7200), LOGIN_NO);
        assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);
    }

    assert_int_equal(left(f, &ann, &made), 0);
}


/* The same seed, the same codes: as long as they are shown. */

static void
test_seed(void **data)
{
    int                    i, j;
    codes_t                one, two;
    login_recovery_text_t  again[LOGIN_RECOVERY_CODES];

    (void) data;

    draw(&one);
    draw(&two);

    assert_int_equal(login_recovery_codes(again, &one.seed), LOGIN_OK);
    assert_memory_equal(again, one.codes, sizeof(again));

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        for (j = 0; j < LOGIN_RECOVERY_CODES; j++) {
            assert_string_not_equal(one.codes[i], two.codes[j]);

            if (i != j) {
                assert_string_not_equal(one.codes[i], one.codes[j]);
            }
        }
    }
}


static void
test_anew(void **data)
{
    codes_t           old, new, other;
    uint64_t          made;
    fixture_t        *f = *data;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *one, *two;

    person(f, &ann, "ann");
    make(f, &ann, &old, NOW);
    assert_int_equal(try_code(f, &factor, &ann, old.codes[3], 1, NOW),
                     LOGIN_OK);

    make(f, &ann, &new, NOW + 5);
    assert_int_equal(left(f, &ann, &made), LOGIN_RECOVERY_CODES);
    assert_int_equal(made, NOW + 5);

    assert_int_equal(try_code(f, &factor, &ann, old.codes[0], 1, NOW),
                     LOGIN_NO);
    assert_int_equal(try_code(f, &factor, &ann, new.codes[0], 1, NOW),
                     LOGIN_OK);

    /* of two at once one is told that it came too late */

    one = prepare(f, &ann, &new, NOW);
    two = prepare(f, &ann, &other, NOW);
    assert_int_equal(apply(f, one), LOGIN_OK);
    assert_int_equal(apply(f, two), LOGIN_NO);
    assert_int_equal(left(f, &ann, &made), LOGIN_RECOVERY_CODES);
    assert_int_equal(try_code(f, &factor, &ann, new.codes[0], 1, NOW),
                     LOGIN_OK);
}


/* One that was made anew while it was looked at is not good any more. */

static void
test_anew_meanwhile(void **data)
{
    codes_t           old, new;
    uint64_t          made;
    fixture_t        *f = *data;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    make(f, &ann, &old, NOW);

    memset(&factor, 0, sizeof(factor));
    factor.code = login_cstr(old.codes[0]);
    factor.recovery = 1;
    factor.now = NOW;

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_factor_check(&factor, changes, f->view, &ann),
                     LOGIN_OK);
    login_view_end(f->view);

    make(f, &ann, &new, NOW);

    assert_int_equal(apply(f, changes), LOGIN_NO);
    assert_int_equal(left(f, &ann, &made), LOGIN_RECOVERY_CODES);
}


/* What is in the file opens nothing. */

static void
test_stored(void **data)
{
    int               fd, i;
    char              path[128];
    u_char            bytes[LOGIN_RECOVERY_LEN], *file;
    codes_t           codes;
    fixture_t        *f = *data;
    struct stat       st;
    login_account_t   ann;

    person(f, &ann, "ann");
    make(f, &ann, &codes, NOW);

    (void) snprintf(path, sizeof(path), "%s/data.mdb", f->path);

    fd = open(path, O_RDONLY);
    assert_true(fd != -1);
    assert_int_equal(fstat(fd, &st), 0);
    file = malloc((size_t) st.st_size);
    assert_non_null(file);
    assert_int_equal(read(fd, file, (size_t) st.st_size), st.st_size);
    (void) close(fd);

    assert_non_null(memmem(file, (size_t) st.st_size, ann.id, LOGIN_ID_LEN));

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        assert_int_equal(login_code_recovery(bytes,
                                             login_cstr(codes.codes[i])),
                         LOGIN_OK);
        assert_null(memmem(file, (size_t) st.st_size, bytes, sizeof(bytes)));
        assert_null(memmem(file, (size_t) st.st_size, codes.codes[i], 19));
    }

    assert_null(memmem(file, (size_t) st.st_size, &codes.seed,
                       sizeof(codes.seed)));
    free(file);
}


static void
test_forget(void **data)
{
    codes_t           codes;
    uint64_t          made;
    fixture_t        *f = *data;
    login_account_t   ann, bob;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    person(f, &bob, "bob");
    make(f, &ann, &codes, NOW);
    make(f, &bob, &codes, NOW);

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_recovery_forget(changes, f->view, ann.id),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(left(f, &ann, &made), -1);
    assert_int_equal(left(f, &bob, &made), LOGIN_RECOVERY_CODES);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_use),
        test(test_seed),
        test(test_anew),
        test(test_anew_meanwhile),
        test(test_stored),
        test(test_forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
