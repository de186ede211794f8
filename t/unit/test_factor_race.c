
/*
 * Fifty processes that type the same thing at once.  This one opens the
 * store only while none of them lives.
 */

#include "factor_fixture.h"


#define MANY    50
#define ROUNDS  4
#define EACH    4       /* wrong guesses of each: 200 in all */


typedef struct {
    login_account_t   account;
    code_t            code;
    login_recovery_text_t  recovery;
    unsigned          use;          /* 1: the recovery code */
    unsigned          guess;        /* 1: wrong ones, EACH of them */
    uint64_t          now;
} post_t;


/* A byte for each answer: 'y', 'n', 'u'sed, 'l'imited. */

static int
poster(fixture_t *f, int from, int to, void *data)
{
    unsigned         i, n;
    post_t          *post = data;
    login_result_e   rc;
    login_factor_t   factor;

    if (fixture_open(f, FIXTURE_MAP) != 0) {
        return 1;
    }

    child_tell(to, 'r');

    if (child_wait(from) == -1) {
        return 2;
    }

    n = post->guess ? EACH : 1;

    for (i = 0; i < n; i++) {
        rc = try_code(f, &factor, &post->account,
                      post->use ? post->recovery : post->code, post->use,
                      post->now);

        if (rc == LOGIN_FAULT) {
            return 3;
        }

        child_tell(to, rc == LOGIN_OK ? 'y'
                       : factor.state == LOGIN_FACTOR_USED ? 'u'
                       : factor.state == LOGIN_FACTOR_LIMITED ? 'l' : 'n');
    }

    fixture_close(f);

    return 0;
}


static void
race(fixture_t *f, post_t *post, size_t counts[128])
{
    int      c;
    size_t   i;
    child_t  children[MANY];

    fixture_close(f);
    memset(counts, 0, 128 * sizeof(size_t));

    for (i = 0; i < MANY; i++) {
        children[i] = child_start(f, poster, post);
    }

    for (i = 0; i < MANY; i++) {
        assert_int_equal(child_wait(children[i].from), 'r');
    }

    for (i = 0; i < MANY; i++) {
        child_tell(children[i].to, 'g');
    }

    for (i = 0; i < MANY; i++) {
        while ((c = child_wait(children[i].from)) != -1) {
            counts[c]++;
        }

        assert_int_equal(child_end(&children[i]), 0);
    }

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
}


/* D03: one gets in, and nobody is counted as if he had guessed. */

static void
test_code(void **data)
{
    int              i;
    size_t           counts[128];
    post_t           post;
    uint64_t         wait;
    fixture_t       *f = *data;
    login_totp_t     totp;
    login_device_t   device;

    memset(&post, 0, sizeof(post));

    person(f, &post.account, "ann");
    add_device(f, &post.account, &device, &totp, "Phone");

    for (i = 0; i < ROUNDS; i++) {
        post.now = NOW + (uint64_t) i * 30;
        code_at(post.code, &totp, post.now);

        race(f, &post, counts);

        assert_int_equal(counts['y'], 1);
        assert_int_equal(counts['u'], MANY - 1);
    }

    begin(f);
    assert_int_equal(login_factor_wait(&wait, f->view, post.account.id,
                                       post.now), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(wait, 0);
}


/* D07: the others have a wrong one from then on, and are limited soon. */

static void
test_recovery(void **data)
{
    int                     i;
    size_t                  counts[128], left;
    post_t                  post;
    uint64_t                made;
    fixture_t              *f = *data;
    login_secret_t          seed;
    login_changes_t        *changes;
    login_recovery_text_t   codes[LOGIN_RECOVERY_CODES];

    memset(&post, 0, sizeof(post));

    person(f, &post.account, "ann");

    assert_int_equal(login_random(&seed, sizeof(seed)), LOGIN_OK);
    assert_int_equal(login_recovery_codes(codes, &seed), LOGIN_OK);

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_recovery_put(changes, f->view, &post.account,
                                        &seed, NOW), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    post.use = 1;

    for (i = 0; i < ROUNDS; i++) {
        post.now = NOW + (uint64_t) i * LOGIN_FACTOR_PERIOD;
        memcpy(post.recovery, codes[i], sizeof(codes[i]));

        race(f, &post, counts);

        assert_int_equal(counts['y'], 1);
        assert_int_equal(counts['n'], LOGIN_FACTOR_FAILURES);
        assert_int_equal(counts['l'], MANY - 1 - LOGIN_FACTOR_FAILURES);

        begin(f);
        assert_int_equal(login_recovery_left(&left, &made, f->view,
                                             post.account.id), LOGIN_OK);
        login_view_end(f->view);
        assert_int_equal(left, LOGIN_RECOVERY_CODES - 1 - i);
    }
}


/* 200 guesses at once are ten. */

static void
test_guesses(void **data)
{
    size_t           counts[128];
    post_t           post;
    fixture_t       *f = *data;
    login_totp_t     totp;
    login_device_t   device;
    login_factor_t   factor;

    memset(&post, 0, sizeof(post));

    person(f, &post.account, "ann");
    add_device(f, &post.account, &device, &totp, "Phone");

    post.now = NOW;
    post.guess = 1;
    code_at(post.code, &totp, NOW + 1000);

    race(f, &post, counts);

    assert_int_equal(counts['y'], 0);
    assert_int_equal(counts['n'], LOGIN_FACTOR_FAILURES);
    assert_int_equal(counts['l'], MANY * EACH - LOGIN_FACTOR_FAILURES);

    code_at(post.code, &totp, NOW);
    assert_int_equal(try_code(f, &factor, &post.account, post.code, 0, NOW),
                     LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_LIMITED);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_code),
        test(test_recovery),
        test(test_guesses),
    };

    (void) signal(SIGPIPE, SIG_IGN);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
