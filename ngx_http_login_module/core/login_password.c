
#include "login.h"

#include <argon2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>


typedef struct {
    u_char         *data;
    size_t          len;
} login_block_t;

struct login_hasher_s {
    login_cost_t    cost;
    login_block_t   arena;                  /* as large as "cost" needs */
    login_block_t   used;                   /* by the hash at work */
};


static login_result_e login_password_foreign(login_hasher_t *hasher,
    login_str_t hash, login_str_t password, int *upgrade);
static login_result_e login_block_map(login_block_t *block, size_t len);
static int login_block_lend(uint8_t **memory, size_t len);
static void login_block_return(uint8_t *memory, size_t len);
static login_result_e login_argon2(login_hasher_t *hasher, login_phc_t *phc,
    login_str_t password);
static login_result_e login_argon2_run(login_hasher_t *hasher,
    login_phc_t *phc, login_str_t password);
static login_result_e login_argon2_top_up(login_hasher_t *hasher,
    const login_cost_t *done, login_str_t password);


/* libargon2 passes nothing of the caller's on to its callbacks. */

static _Thread_local login_hasher_t  *login_hasher_current;


login_hasher_t *
login_hasher_create(const login_cost_t *cost)
{
    login_hasher_t  *hasher;

    if (!login_cost_check(cost)) {
        return NULL;
    }

    hasher = calloc(1, sizeof(login_hasher_t));
    if (hasher == NULL) {
        return NULL;
    }

    hasher->cost = *cost;

    if (login_block_map(&hasher->arena, (size_t) cost->memory * 1024)
        != LOGIN_OK)
    {
        free(hasher);
        return NULL;
    }

    return hasher;
}


void
login_hasher_destroy(login_hasher_t *hasher)
{
    if (hasher == NULL) {
        return;
    }

    (void) munmap(hasher->arena.data, hasher->arena.len);
    free(hasher);
}


login_result_e
login_password_hash_bytes(char phc[LOGIN_PHC_MAX + 1],
    login_hasher_t *hasher, login_str_t password)
{
    login_phc_t     p;
    login_result_e  rc;

    p.cost = hasher->cost;

    rc = login_random(p.salt, LOGIN_SALT_LEN);
    if (rc != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_argon2(hasher, &p, password);
    if (rc != LOGIN_OK) {
        return rc;
    }

    login_phc_encode(phc, &p);

    login_wipe(&p, sizeof(login_phc_t));

    return LOGIN_OK;
}


login_result_e
login_password_verify_bytes(login_hasher_t *hasher, login_str_t phc,
    login_str_t password, int *upgrade)
{
    int             equal;
    u_char          expected[LOGIN_TAG_LEN];
    login_phc_t     p;
    login_result_e  rc;

    *upgrade = 0;

    memset(&p, 0, sizeof(login_phc_t));

    if (phc.len == 0) {
        p.cost = hasher->cost;

    } else if (login_phc_decode(&p, phc) != LOGIN_OK) {
        return login_password_foreign(hasher, phc, password, upgrade);
    }

    memcpy(expected, p.tag, LOGIN_TAG_LEN);

    rc = login_argon2(hasher, &p, password);
    if (rc == LOGIN_OK) {
        rc = login_argon2_top_up(hasher, &p.cost, password);
    }

    equal = login_equal(p.tag, expected, LOGIN_TAG_LEN);

    login_wipe(expected, LOGIN_TAG_LEN);
    login_wipe(p.tag, LOGIN_TAG_LEN);

    if (rc != LOGIN_OK) {
        return rc;
    }

    if (phc.len == 0 || !equal) {
        return LOGIN_NO;
    }

    *upgrade = (p.cost.memory != hasher->cost.memory
                || p.cost.passes != hasher->cost.passes);

    return LOGIN_OK;
}


/*
 * The hasher's own work comes on top: what nobody has here must not be told
 * by answers that come sooner.
 */

static login_result_e
login_password_foreign(login_hasher_t *hasher, login_str_t hash,
    login_str_t password, int *upgrade)
{
    login_result_e             rc;
    static const login_cost_t  none;

    rc = login_foreign_verify(hash, password);
    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (login_argon2_top_up(hasher, &none, password) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    *upgrade = (rc == LOGIN_OK);

    return rc;
}


static login_result_e
login_block_map(login_block_t *block, size_t len)
{
    void  *p;

    p = mmap(NULL, len, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS,
             -1, 0);
    if (p == MAP_FAILED) {
        return LOGIN_FAULT;
    }

    /* a core written in the middle of a hash must not have it */

    (void) madvise(p, len, MADV_DONTDUMP);

    block->data = p;
    block->len = len;

    return LOGIN_OK;
}


static int
login_block_lend(uint8_t **memory, size_t len)
{
    login_block_t  *used;

    used = &login_hasher_current->used;

    if (len > used->len) {
        return ARGON2_MEMORY_ALLOCATION_ERROR;
    }

    *memory = used->data;

    return ARGON2_OK;
}


static void
login_block_return(uint8_t *memory, size_t len)
{
    /* stays where it is: login_argon2() wipes it, also after errors */

    (void) memory;
    (void) len;
}


/* Replaces the tag in "phc" by the one of "password". */

static login_result_e
login_argon2(login_hasher_t *hasher, login_phc_t *phc, login_str_t password)
{
    size_t          len;
    login_result_e  rc;

    len = (size_t) phc->cost.memory * 1024;

    if (len <= hasher->arena.len) {
        hasher->used = hasher->arena;
        hasher->used.len = len;

    } else if (login_block_map(&hasher->used, len) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_argon2_run(hasher, phc, password);

    login_wipe(hasher->used.data, len);

    if (len > hasher->arena.len) {
        (void) munmap(hasher->used.data, len);
    }

    return rc;
}


static login_result_e
login_argon2_run(login_hasher_t *hasher, login_phc_t *phc,
    login_str_t password)
{
    int             rc;
    argon2_context  context;

    memset(&context, 0, sizeof(argon2_context));

    context.out = phc->tag;
    context.outlen = LOGIN_TAG_LEN;
    context.pwd = (uint8_t *) password.data;   /* without a flag: only read */
    context.pwdlen = (uint32_t) password.len;
    context.salt = phc->salt;
    context.saltlen = LOGIN_SALT_LEN;
    context.t_cost = phc->cost.passes;
    context.m_cost = phc->cost.memory;
    context.lanes = 1;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    context.allocate_cbk = login_block_lend;
    context.free_cbk = login_block_return;
    context.flags = ARGON2_DEFAULT_FLAGS;

    login_hasher_current = hasher;

    rc = argon2_ctx(&context, Argon2_id);

    login_hasher_current = NULL;

    return rc == ARGON2_OK ? LOGIN_OK : LOGIN_FAULT;
}


/* Does what "done" lacks of the hasher's own cost. */

static login_result_e
login_argon2_top_up(login_hasher_t *hasher, const login_cost_t *done,
    login_str_t password)
{
    uint64_t        have, want, passes;
    login_phc_t     phc;
    login_result_e  rc;

    want = (uint64_t) hasher->cost.memory * hasher->cost.passes;
    have = (uint64_t) done->memory * done->passes;

    if (have >= want) {
        return LOGIN_OK;
    }

    passes = (want - have + hasher->cost.memory - 1) / hasher->cost.memory;

    memset(&phc, 0, sizeof(login_phc_t));

    phc.cost.passes = (uint32_t) passes;
    phc.cost.memory = (uint32_t) ((want - have) / passes);

    if (phc.cost.memory < LOGIN_MEMORY_MIN) {
        return LOGIN_OK;
    }

    rc = login_argon2(hasher, &phc, password);

    login_wipe(&phc, sizeof(login_phc_t));

    return rc;
}
