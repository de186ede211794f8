
#include "login.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>


#define LOGIN_ARENA_CHUNK  8192


typedef struct login_chunk_s  login_chunk_t;

struct login_chunk_s {
    login_chunk_t         *next;
    alignas(max_align_t)
    u_char                 data[];
};


struct login_arena_s {
    login_chunk_t         *chunks;
    u_char                *pos;     /* what is left of the last one */
    size_t                 left;
};


static u_char *login_arena_chunk(login_arena_t *arena, size_t size);


login_arena_t *
login_arena_create(void)
{
    return calloc(1, sizeof(login_arena_t));
}


void
login_arena_destroy(login_arena_t *arena)
{
    login_chunk_t  *chunk, *next;

    if (arena == NULL) {
        return;
    }

    for (chunk = arena->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    free(arena);
}


void *
login_arena_alloc(login_arena_t *arena, size_t size)
{
    u_char  *p;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size += (size == 0);
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

    if (size > LOGIN_ARENA_CHUNK / 4) {
        return login_arena_chunk(arena, size);
    }

    if (size > arena->left) {
        p = login_arena_chunk(arena, LOGIN_ARENA_CHUNK);
        if (p == NULL) {
            return NULL;
        }

        arena->pos = p;
        arena->left = LOGIN_ARENA_CHUNK;
    }

    p = arena->pos;
    arena->pos += size;
    arena->left -= size;

    return p;
}


static u_char *
login_arena_chunk(login_arena_t *arena, size_t size)
{
    login_chunk_t  *chunk;

    chunk = calloc(1, sizeof(login_chunk_t) + size);
    if (chunk == NULL) {
        return NULL;
    }

    chunk->next = arena->chunks;
    arena->chunks = chunk;

    return chunk->data;
}
