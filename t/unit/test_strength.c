
#include "store_fixture.h"


static const login_rules_t  defaults = {
    LOGIN_STRENGTH_MIN, LOGIN_STRENGTH_MAX, LOGIN_STRENGTH_SCORE, NULL
};


static login_weak_e
check(const login_rules_t *rules, const login_words_t *words,
    const char *password)
{
    login_result_e    rc;
    login_strength_t  strength;

    rc = login_strength_check(&strength, rules, words, login_cstr(password));

    assert_int_not_equal(rc, LOGIN_FAULT);
    assert_true((rc == LOGIN_OK) == (strength.weak == LOGIN_WEAK_NOT));

    return strength.weak;
}


/* Characters, not bytes, and what is written as two counts as one. */

static void
test_length(void **data)
{
    size_t            i;
    char              text[4 * 401 + 1], line[128];
    login_rules_t     rules = { 3, 5, 0, NULL };
    login_strength_t  strength;

    (void) data;

    assert_int_equal(check(&rules, NULL, ""), LOGIN_WEAK_SHORT);
    assert_int_equal(check(&rules, NULL, "ab"), LOGIN_WEAK_SHORT);
    assert_int_equal(check(&rules, NULL, "abc"), LOGIN_WEAK_NOT);
    assert_int_equal(check(&rules, NULL, "abcde"), LOGIN_WEAK_NOT);
    assert_int_equal(check(&rules, NULL, "abcdef"), LOGIN_WEAK_LONG);

    assert_int_equal(check(&rules, NULL, "\xc3\xa4\xc3\xa4"),
                     LOGIN_WEAK_SHORT);
    assert_int_equal(check(&rules, NULL, "a\xcc\x88" "a\xcc\x88"),
                     LOGIN_WEAK_SHORT);
    assert_int_equal(check(&rules, NULL, "\xf0\x9f\x90\x8e\xf0\x9f\x94\x8b"
                           "\xf0\x9f\x93\x8e"), LOGIN_WEAK_NOT);

    for (i = 0; i < 401; i++) {
        memcpy(text + 4 * i, "\xf0\x9f\x90\x8e", 4);
    }

    text[4 * 401] = '\0';
    rules.max = LOGIN_STRENGTH_MAX;
    assert_int_equal(check(&rules, NULL, text), LOGIN_WEAK_LONG);

    text[4 * 400] = '\0';
    assert_int_equal(check(&rules, NULL, text), LOGIN_WEAK_NOT);
    assert_true(4 * 400 <= LOGIN_PASSWORD_MAX);

    assert_int_equal(login_strength_check(&strength, &defaults, NULL,
                                          login_cstr("twelve chars")),
                     LOGIN_NO);
    assert_int_equal(strength.count, 3);
    assert_string_equal(login_strength_text(line, sizeof(line), &strength,
                                            &defaults),
                        "is too short, it needs 3 more characters, 15 in all");

    assert_int_equal(login_strength_check(&strength, &defaults, NULL,
                                          login_cstr("fourteen chars")),
                     LOGIN_NO);
    assert_string_equal(login_strength_text(line, sizeof(line), &strength,
                                            &defaults),
                        "is too short, it needs 1 more character, 15 in all");
}


static void
test_characters(void **data)
{
    login_rules_t     rules = { 1, 400, 0, NULL };
    login_strength_t  strength;

    (void) data;

    assert_int_equal(check(&rules, NULL, "a\xff"), LOGIN_WEAK_CHARACTERS);
    assert_int_equal(check(&rules, NULL, "a\xc3"), LOGIN_WEAK_CHARACTERS);
    assert_int_equal(check(&rules, NULL, "a\tb"), LOGIN_WEAK_CHARACTERS);
    assert_int_equal(check(&rules, NULL, "a\x7f" "b"), LOGIN_WEAK_CHARACTERS);
    assert_int_equal(check(&rules, NULL, "a\xc2\x85" "b"),
                     LOGIN_WEAK_CHARACTERS);
    assert_int_equal(check(&rules, NULL, "a\xc2\xa0" "b"), LOGIN_WEAK_NOT);
    assert_int_equal(check(&rules, NULL, " a b "), LOGIN_WEAK_NOT);
    assert_int_equal(login_strength_check(&strength, &rules, NULL,
                                          login_str("a\0b", 3)), LOGIN_NO);
    assert_int_equal(strength.weak, LOGIN_WEAK_CHARACTERS);
}


static void
test_guess(void **data)
{
    login_rules_t  rules = { 8, 400, 3, NULL };

    (void) data;

    assert_int_equal(check(&rules, NULL, "password"), LOGIN_WEAK_WORD);
    assert_int_equal(check(&rules, NULL, "P@ssw0rd"), LOGIN_WEAK_WORD);
    assert_int_equal(check(&rules, NULL, "qwertyuiop"), LOGIN_WEAK_WORD);
    assert_int_equal(check(&rules, NULL, "zzqzzqzzqzzqzzq"),
                     LOGIN_WEAK_REPEATED);
    assert_int_equal(check(&rules, NULL, "abcdefghijklmno"),
                     LOGIN_WEAK_SEQUENCE);
    assert_int_equal(check(&rules, NULL, "%&(%&(%&(%&(%&("),
                     LOGIN_WEAK_REPEATED);
    assert_int_equal(check(&rules, NULL, "%[)}&=!+(?-#{:]"), LOGIN_WEAK_NOT);

    assert_int_equal(check(&defaults, NULL, "passwordpassword"),
                     LOGIN_WEAK_WORD);
    assert_int_equal(check(&defaults, NULL, "correct horse battery staple"),
                     LOGIN_WEAK_NOT);
    assert_int_equal(check(&defaults, NULL, "Zw4 Elche tanzen Polka"),
                     LOGIN_WEAK_NOT);

    rules.score = 0;
    assert_int_equal(check(&rules, NULL, "password"), LOGIN_WEAK_NOT);
}


static void
test_words(void **data)
{
    size_t         i;
    login_words_t  words;

    static const char *const  easy[] = {
        "ann.boleyn@example.com", "annboleynexample", "Boleyn.Boleyn.1507",
        "examplecomexample", "AnnBoleynBoleynAnn", "Hever Castle Boleyn",
        "hevercastle example"
    };

    (void) data;

    memset(&words, 0, sizeof(login_words_t));

    login_words_add(&words, login_cstr("ann.boleyn@example.com"));
    login_words_add(&words, login_cstr("Ann Boleyn"));
    login_words_add(&words, login_cstr("Hever Castle"));
    login_words_add(&words, login_cstr("it"));

    /* each once, and nothing shorter than three */

    assert_int_equal(words.n, 9);
    assert_string_equal(words.word[0], "ann.boleyn@example.com");
    assert_string_equal(words.word[1], "ann");
    assert_string_equal(words.word[4], "com");
    assert_string_equal(words.word[5], "ann boleyn");

    for (i = 0; i < sizeof(easy) / sizeof(easy[0]); i++) {
        assert_int_equal(check(&defaults, &words, easy[i]), LOGIN_WEAK_OWN);
    }

    assert_int_equal(check(&defaults, &words, "correct horse battery staple"),
                     LOGIN_WEAK_NOT);

    /* there is an end of them */

    for (i = 0; i < 100; i++) {
        char  text[16];

        (void) snprintf(text, sizeof(text), "word%zu", i);
        login_words_add(&words, login_cstr(text));
    }

    assert_int_equal(words.n, LOGIN_STRENGTH_WORDS);
    (void) check(&defaults, &words, "correct horse battery staple");
}


static void
write_list(fixture_t *f, char path[128], const char *text)
{
    FILE  *file;

    (void) snprintf(path, 128, "%s/list", f->dir);

    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) != EOF);
    assert_int_equal(fclose(file), 0);
}


static void
test_blocklist(void **data)
{
    char                path[128];
    fixture_t          *f = *data;
    login_error_t       error;
    login_rules_t       rules = { 3, 400, 0, NULL };
    login_blocklist_t  *list;

    write_list(f, path, "hunter2\r\n\nGr\xc3\xbc\xc3\x9f" "e\nlast one");

    assert_int_equal(login_blocklist_load(&list, path, &error), LOGIN_OK);
    assert_int_equal(login_blocklist_n(list), 3);

    rules.blocklist = list;

    assert_int_equal(check(&rules, NULL, "hunter2"), LOGIN_WEAK_LISTED);
    assert_int_equal(check(&rules, NULL, "HUNTER2"), LOGIN_WEAK_LISTED);
    assert_int_equal(check(&rules, NULL, "gru\xcc\x88sse"),
                     LOGIN_WEAK_LISTED);
    assert_int_equal(check(&rules, NULL, "last one"), LOGIN_WEAK_LISTED);
    assert_int_equal(check(&rules, NULL, "hunter"), LOGIN_WEAK_NOT);
    assert_int_equal(check(&rules, NULL, "hunter22"), LOGIN_WEAK_NOT);

    login_blocklist_destroy(list);

    write_list(f, path, "");
    assert_int_equal(login_blocklist_load(&list, path, &error), LOGIN_OK);
    rules.blocklist = list;
    assert_int_equal(check(&rules, NULL, "hunter2"), LOGIN_WEAK_NOT);
    login_blocklist_destroy(list);
}


static void
test_blocklist_wrong(void **data)
{
    char                path[128], text[256];
    fixture_t          *f = *data;
    login_error_t       error;
    login_blocklist_t  *list;

    write_list(f, path, "good\nb\xff" "d\n");
    assert_int_equal(login_blocklist_load(&list, path, &error), LOGIN_NO);
    (void) snprintf(text, sizeof(text), "\"%s\" has something else than "
                    "UTF-8 in line 2", path);
    assert_string_equal(error.text, text);

    (void) unlink(path);
    assert_int_equal(login_blocklist_load(&list, path, &error), LOGIN_NO);
    assert_non_null(strstr(error.text, "No such file"));

    assert_int_equal(login_blocklist_load(&list, f->dir, &error), LOGIN_NO);
    assert_non_null(strstr(error.text, "not a regular file"));
}


/* One password, from whatever keyboard; and imported hashes as they are. */

static void
test_opaque(void **data)
{
    int              upgrade;
    char             phc[LOGIN_PHC_MAX + 1];
    login_cost_t     cost = { 1024, 1 };
    login_hasher_t  *hasher;

    /* precomposed, decomposed, a ligature, full width, an ideographic space */

    static const char  one[] = "\xc3\xa4 fish ABC";
    static const char  two[] = "a\xcc\x88\xe3\x80\x80\xef\xac\x81sh "
                               "\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa3";
    static const char  latin[] = "\xe4 fish";

    (void) data;

    hasher = login_hasher_create(&cost);
    assert_non_null(hasher);

#define verify(p)                                                             \
    login_password_verify(hasher, login_cstr(phc), login_cstr(p), &upgrade)

    assert_int_equal(login_password_hash(phc, hasher, login_cstr(two)),
                     LOGIN_OK);
    assert_int_equal(verify(one), LOGIN_OK);
    assert_int_equal(upgrade, 0);
    assert_int_equal(verify(two), LOGIN_OK);
    assert_int_equal(upgrade, 0);
    assert_int_equal(verify("\xc3\xa4 fish abc"), LOGIN_NO);

    assert_int_equal(login_password_hash_bytes(phc, hasher, login_cstr(two)),
                     LOGIN_OK);
    assert_int_equal(verify(two), LOGIN_OK);
    assert_int_equal(upgrade, 1);
    assert_int_equal(verify(one), LOGIN_NO);
    assert_int_equal(upgrade, 0);

    assert_int_equal(login_password_hash(phc, hasher, login_cstr(latin)),
                     LOGIN_OK);
    assert_int_equal(verify(latin), LOGIN_OK);
    assert_int_equal(upgrade, 0);

    login_hasher_destroy(hasher);
}


#define test(f)  cmocka_unit_test_setup_teardown(f, fixture_make,             \
                                                 fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_guess),
        cmocka_unit_test(test_words),
        test(test_blocklist),
        test(test_blocklist_wrong),
        cmocka_unit_test(test_opaque)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
