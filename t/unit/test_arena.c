
#include "login.h"

#include <stdalign.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


/* Each piece is zeroed, aligned, and nobody else's. */

static void
test_alloc(void **data)
{
    u_char         *p[300];
    size_t          i, j;
    login_arena_t  *arena;

    (void) data;

    arena = login_arena_create();
    assert_non_null(arena);

    for (i = 0; i < 300; i++) {
        p[i] = login_arena_alloc(arena, i * 13);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t) p[i] % alignof(max_align_t), 0);

        for (j = 0; j < i * 13; j++) {
            assert_int_equal(p[i][j], 0);
        }

        memset(p[i], (int) (i % 255) + 1, i * 13);
    }

    for (i = 0; i < 300; i++) {
        for (j = 0; j < i * 13; j++) {
            assert_int_equal(p[i][j], i % 255 + 1);
        }
    }

    assert_ptr_not_equal(login_arena_alloc(arena, 0),
                         login_arena_alloc(arena, 0));

    login_arena_destroy(arena);
}


static void
test_no_memory(void **data)
{
    login_arena_t  *arena;

    (void) data;

    arena = login_arena_create();
    assert_non_null(arena);

    assert_null(login_arena_alloc(arena, SIZE_MAX));
    assert_null(login_arena_alloc(arena, SIZE_MAX - 8));
    assert_null(login_arena_alloc(arena, SIZE_MAX / 2 + 1));

    assert_non_null(login_arena_alloc(arena, 1));

    login_arena_destroy(arena);
    login_arena_destroy(NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_alloc),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
