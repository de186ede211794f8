
/*
 * Every call of the core that may fail, fails: memory, files, LMDB, OpenSSL,
 * threads; each in turn, once and then for good.  The linker leads these
 * calls here (see the Makefile), those of the libraries among themselves
 * are not meant.
 *
 * Whatever fails, the result is a fault, or as if nothing had happened:
 * never a yes nor a no by mistake.  Nothing is left behind that stops the
 * next try, and under ASan no memory.
 */

#include "store_fixture.h"
#include "jose_vectors.h"
#include "login_backup_file.h"

#include <argon2.h>
#include <crypt.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <liboath/oath.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <qrencode.h>

#include "one_org.h"


#define NOW       1800000000
#define PASSWORD  "correct horse battery staple"
#define REALM     "https://example.com/login/"


/* The calls of other threads are not counted. */

static _Thread_local struct {
    unsigned  n;            /* the nth call from here fails; 0: none */
    unsigned  all;          /* 1: and all after it */
    unsigned  hits;
} fault;


static int
fault_now(int err)
{
    if (fault.n == 0) {
        return 0;
    }

    if (fault.n > 1) {
        fault.n--;
        return 0;
    }

    if (!fault.all) {
        fault.n = 0;
    }

    fault.hits++;
    errno = err;

    return 1;
}


#define WRAP(type, name, params, args, bad, err)                              \
    type __real_##name params;                                                \
    type __wrap_##name params;                                                \
                                                                              \
                                                                              \
    type                                                                      \
    __wrap_##name params                                                      \
    {                                                                         \
        return fault_now(err) ? (bad) : __real_##name args;                   \
    }


WRAP(void *, malloc, (size_t n), (n), NULL, ENOMEM)
WRAP(void *, calloc, (size_t n, size_t s), (n, s), NULL, ENOMEM)
WRAP(void *, realloc, (void *p, size_t n), (p, n), NULL, ENOMEM)
WRAP(char *, strdup, (const char *s), (s), NULL, ENOMEM)
WRAP(void *, mmap, (void *p, size_t n, int prot, int flags, int fd, off_t o),
     (p, n, prot, flags, fd, o), MAP_FAILED, ENOMEM)

WRAP(int, open, (const char *s, int flags, mode_t mode), (s, flags, mode), -1,
     EMFILE)
WRAP(int, openat, (int dir, const char *s, int flags, mode_t mode),
     (dir, s, flags, mode), -1, EMFILE)
WRAP(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM)
WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), -1, EIO)
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), -1,
     ENOSPC)
WRAP(int, fsync, (int fd), (fd), -1, EIO)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1, EIO)
WRAP(int, fstatat, (int dir, const char *s, struct stat *st, int flags),
     (dir, s, st, flags), -1, EIO)
WRAP(int, fstatfs, (int fd, struct statfs *st), (fd, st), -1, EIO)
WRAP(int, fstatvfs, (int fd, struct statvfs *st), (fd, st), -1, EIO)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1, EPERM)
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), -1, EPERM)
WRAP(int, fallocate, (int fd, int mode, off_t pos, off_t len),
     (fd, mode, pos, len), -1, ENOSPC)
WRAP(int, flock, (int fd, int how), (fd, how), -1, ENOLCK)
WRAP(int, mkdir, (const char *s, mode_t mode), (s, mode), -1, EACCES)
WRAP(int, renameat, (int from, const char *a, int to, const char *b),
     (from, a, to, b), -1, EIO)
WRAP(int, renameat2, (int from, const char *a, int to, const char *b,
     unsigned flags), (from, a, to, b, flags), -1, EIO)
WRAP(int, linkat, (int from, const char *a, int to, const char *b, int flags),
     (from, a, to, b, flags), -1, EIO)

WRAP(int, eventfd, (unsigned n, int flags), (n, flags), -1, EMFILE)
WRAP(ssize_t, getrandom, (void *p, size_t n, unsigned flags), (p, n, flags),
     -1, EIO)
WRAP(int, pthread_mutex_init, (pthread_mutex_t *m,
     const pthread_mutexattr_t *a), (m, a), ENOMEM, ENOMEM)
WRAP(int, pthread_cond_init, (pthread_cond_t *c, const pthread_condattr_t *a),
     (c, a), ENOMEM, ENOMEM)
WRAP(int, pthread_rwlock_init, (pthread_rwlock_t *l,
     const pthread_rwlockattr_t *a), (l, a), ENOMEM, ENOMEM)
WRAP(int, pthread_create, (pthread_t *t, const pthread_attr_t *a,
     void *(*run)(void *), void *data), (t, a, run, data), EAGAIN, EAGAIN)

WRAP(int, mdb_env_create, (MDB_env **env), (env), ENOMEM, 0)
WRAP(int, mdb_env_open, (MDB_env *env, const char *s, unsigned flags,
     mdb_mode_t mode), (env, s, flags, mode), EIO, 0)
WRAP(int, mdb_env_set_mapsize, (MDB_env *env, size_t n), (env, n), ENOMEM, 0)
WRAP(int, mdb_env_set_maxreaders, (MDB_env *env, unsigned n), (env, n),
     EINVAL, 0)
WRAP(int, mdb_env_get_fd, (MDB_env *env, mdb_filehandle_t *fd), (env, fd),
     EINVAL, 0)
WRAP(int, mdb_env_info, (MDB_env *env, MDB_envinfo *info), (env, info),
     EINVAL, 0)
WRAP(int, mdb_env_stat, (MDB_env *env, MDB_stat *st), (env, st), EINVAL, 0)
WRAP(int, mdb_stat, (MDB_txn *txn, MDB_dbi dbi, MDB_stat *st), (txn, dbi, st),
     MDB_BAD_TXN, 0)
WRAP(int, mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned flags,
     MDB_txn **txn), (env, parent, flags, txn), ENOMEM, 0)
WRAP(int, mdb_txn_renew, (MDB_txn *txn), (txn), ENOMEM, 0)
WRAP(int, mdb_dbi_open, (MDB_txn *txn, const char *s, unsigned flags,
     MDB_dbi *dbi), (txn, s, flags, dbi), ENOMEM, 0)
WRAP(int, mdb_get, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v),
     (txn, dbi, k, v), MDB_CORRUPTED, 0)
WRAP(int, mdb_put, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v,
     unsigned flags), (txn, dbi, k, v, flags), ENOSPC, 0)
WRAP(int, mdb_del, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v),
     (txn, dbi, k, v), ENOSPC, 0)
WRAP(int, mdb_cursor_open, (MDB_txn *txn, MDB_dbi dbi, MDB_cursor **c),
     (txn, dbi, c), ENOMEM, 0)
WRAP(int, mdb_cursor_get, (MDB_cursor *c, MDB_val *k, MDB_val *v,
     MDB_cursor_op op), (c, k, v, op), MDB_CORRUPTED, 0)

WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL, 0)
WRAP(int, EVP_DigestVerifyInit, (EVP_MD_CTX *c, EVP_PKEY_CTX **p,
     const EVP_MD *md, ENGINE *e, EVP_PKEY *k), (c, p, md, e, k), 0, 0)
WRAP(int, EVP_DigestSignInit, (EVP_MD_CTX *c, EVP_PKEY_CTX **p,
     const EVP_MD *md, ENGINE *e, EVP_PKEY *k), (c, p, md, e, k), 0, 0)
WRAP(int, EVP_DigestSign, (EVP_MD_CTX *c, unsigned char *s, size_t *n,
     const unsigned char *p, size_t len), (c, s, n, p, len), 0, 0)
WRAP(int, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *c, int pad), (c, pad),
     0, 0)
WRAP(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *c,
     const char *s, const char *q), (c, s, q), NULL, 0)
WRAP(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *c), (c), 0, 0)
WRAP(EVP_PKEY *, EVP_PKEY_new_raw_public_key, (int type, ENGINE *e,
     const unsigned char *p, size_t n), (type, e, p, n), NULL, 0)
WRAP(OSSL_PARAM_BLD *, OSSL_PARAM_BLD_new, (void), (), NULL, 0)
WRAP(int, OSSL_PARAM_BLD_push_BN, (OSSL_PARAM_BLD *b, const char *s,
     const BIGNUM *n), (b, s, n), 0, 0)
WRAP(OSSL_PARAM *, OSSL_PARAM_BLD_to_param, (OSSL_PARAM_BLD *b), (b), NULL, 0)
WRAP(BIGNUM *, BN_bin2bn, (const unsigned char *p, int n, BIGNUM *to),
     (p, n, to), NULL, 0)
WRAP(ECDSA_SIG *, ECDSA_SIG_new, (void), (), NULL, 0)
WRAP(ECDSA_SIG *, d2i_ECDSA_SIG, (ECDSA_SIG **to, const unsigned char **p,
     long n), (to, p, n), NULL, 0)
WRAP(BIO *, BIO_new_mem_buf, (const void *p, int n), (p, n), NULL, 0)
WRAP(int, EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *md, ENGINE *e),
     (c, md, e), 0, 0)
WRAP(int, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *p, size_t n),
     (c, p, n), 0, 0)
WRAP(int, EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *p, unsigned *n),
     (c, p, n), 0, 0)
WRAP(int, EVP_Digest, (const void *p, size_t n, unsigned char *md,
     unsigned *size, const EVP_MD *type, ENGINE *e),
     (p, n, md, size, type, e), 0, 0)
WRAP(EVP_MAC *, EVP_MAC_fetch, (OSSL_LIB_CTX *c, const char *s,
     const char *q), (c, s, q), NULL, 0)
WRAP(EVP_MAC_CTX *, EVP_MAC_CTX_new, (EVP_MAC *mac), (mac), NULL, 0)
WRAP(int, EVP_MAC_init, (EVP_MAC_CTX *c, const unsigned char *key, size_t n,
     const OSSL_PARAM *p), (c, key, n, p), 0, 0)
WRAP(int, EVP_MAC_update, (EVP_MAC_CTX *c, const unsigned char *p, size_t n),
     (c, p, n), 0, 0)
WRAP(int, EVP_MAC_final, (EVP_MAC_CTX *c, unsigned char *p, size_t *n,
     size_t size), (c, p, n, size), 0, 0)
WRAP(EVP_KDF *, EVP_KDF_fetch, (OSSL_LIB_CTX *c, const char *s,
     const char *q), (c, s, q), NULL, 0)
WRAP(EVP_KDF_CTX *, EVP_KDF_CTX_new, (EVP_KDF *kdf), (kdf), NULL, 0)
WRAP(int, EVP_KDF_derive, (EVP_KDF_CTX *c, unsigned char *key, size_t n,
     const OSSL_PARAM *p), (c, key, n, p), 0, 0)
WRAP(int, PKCS5_PBKDF2_HMAC, (const char *pass, int plen,
     const unsigned char *salt, int slen, int iter, const EVP_MD *md, int n,
     unsigned char *out), (pass, plen, salt, slen, iter, md, n, out), 0, 0)
WRAP(int, EVP_PBE_scrypt, (const char *pass, size_t plen,
     const unsigned char *salt, size_t slen, uint64_t n, uint64_t r,
     uint64_t p, uint64_t mem, unsigned char *out, size_t len),
     (pass, plen, salt, slen, n, r, p, mem, out, len), 0, 0)
WRAP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, (void), (), NULL, 0)
WRAP(int, EVP_EncryptUpdate, (EVP_CIPHER_CTX *c, unsigned char *p, int *n,
     const unsigned char *in, int len), (c, p, n, in, len), 0, 0)

/* not EVP_DecryptFinal_ex(): its failure is what it has to say of a tag */

WRAP(int, EVP_DecryptInit_ex, (EVP_CIPHER_CTX *c, const EVP_CIPHER *type,
     ENGINE *e, const unsigned char *key, const unsigned char *iv),
     (c, type, e, key, iv), 0, 0)
WRAP(int, EVP_DecryptUpdate, (EVP_CIPHER_CTX *c, unsigned char *p, int *n,
     const unsigned char *in, int len), (c, p, n, in, len), 0, 0)
WRAP(int, oath_totp_generate2, (const char *s, size_t n, time_t now,
     unsigned step, time_t start, unsigned digits, int flags, char *otp),
     (s, n, now, step, start, digits, flags, otp), OATH_CRYPTO_ERROR, 0)
WRAP(QRcode *, QRcode_encodeData, (int n, const unsigned char *p, int version,
     QRecLevel level), (n, p, version, level), NULL, ENOMEM)
WRAP(int, argon2_ctx, (argon2_context *c, argon2_type type), (c, type),
     ARGON2_MEMORY_ALLOCATION_ERROR, 0)
WRAP(char *, crypt_r, (const char *key, const char *setting,
     struct crypt_data *data), (key, setting, data), NULL, ENOMEM)


/* What cannot be written is rolled back, as LMDB does. */

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);


int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (!fault_now(0)) {
        return __real_mdb_txn_commit(txn);
    }

    mdb_txn_abort(txn);

    return ENOSPC;
}


/* --- what is tried */

typedef struct {
    fixture_t         *f;
    login_hasher_t    *hasher;
    login_account_t    account;
    login_ticket_t     ticket;
    u_char             session[LOGIN_ID_LEN];
    unsigned           round;
} world_t;

typedef login_result_e (*try_pt)(world_t *w);


static const login_cost_t    cost = { 64, 1 };
static const login_limits_t  limits = { 1728000, 0 };
static const login_rules_t  rules = { 8, LOGIN_STRENGTH_MAX, 0, NULL };


static int
descriptors(void)
{
    int  fd, n;

    n = 0;

    for (fd = 0; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) != -1) {
            n++;
        }
    }

    return n;
}


/*
 * Each call fails in turn, of many only some, until there was none left.  In
 * between the same without any fault has to succeed, whatever went before.
 */

static void
each_fault(world_t *w, const char *name, try_pt try, login_result_e expected)
{
    int             before;
    unsigned        n;
    login_result_e  rc;

    before = descriptors();

    for (fault.all = 0; fault.all < 2; fault.all++) {
        for (n = 1; n < 20000; n += 1 + n / 40) {
            w->round++;

            fault.hits = 0;
            fault.n = n;
            rc = try(w);
            fault.n = 0;

            if (rc != LOGIN_FAULT && rc != expected) {
                print_error("%s: %u with call %u failing\n", name, rc, n);
                fail();
            }

            if (fault.hits == 0) {
                assert_int_equal(rc, expected);
                break;
            }

            w->round++;

            rc = try(w);

            if (rc != expected) {
                print_error("%s: %u after call %u failed\n", name, rc, n);
                fail();
            }
        }

        assert_true(n > 1 && fault.hits == 0);
    }

    fault.all = 0;

    if (descriptors() != before) {
        print_error("%s: leaves descriptors open\n", name);
        fail();
    }
}


/* The cost of one world is many commits: on a disk that is none. */

static int
setup(void **data)
{
    world_t  *w;

    w = calloc(1, sizeof(world_t));
    assert_non_null(w);

    if (access("/dev/shm", W_OK) == 0) {
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    }

    assert_int_equal(fixture_setup((void **) &w->f), 0);

    w->hasher = login_hasher_create(&cost);
    assert_non_null(w->hasher);

    *data = w;

    return 0;
}


static int
teardown(void **data)
{
    world_t  *w = *data;

    login_hasher_destroy(w->hasher);
    (void) fixture_teardown((void **) &w->f);
    free(w);

    return 0;
}


static login_result_e
commit(world_t *w, login_changes_t *changes)
{
    login_result_e  rc;

    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_commit_one(w->f->commit, changes);

    assert_true((rc == LOGIN_FAULT)
                == (login_changes_result(changes) == LOGIN_FAULT));
    login_changes_destroy(changes);

    return rc;
}


/* "*result" is what was done; with it nothing more is kept open. */

static login_result_e
commit_if(world_t *w, login_changes_t *changes, login_result_e rc)
{
    if (rc == LOGIN_OK) {
        return commit(w, changes);
    }

    login_changes_destroy(changes);

    return rc;
}


/* An account of that name, with a password, if there is none. */

static void
add_account(world_t *w, const char *name, const char *phc, unsigned disabled)
{
    char             own[LOGIN_PHC_MAX + 1];
    login_account_t  account;
    login_changes_t  *changes;

    if (phc == NULL) {
        assert_int_equal(login_password_hash(own, w->hasher,
                                             login_cstr(PASSWORD)), LOGIN_OK);
        phc = own;
    }

    assert_int_equal(login_account_new(&account, NOW - 1000), LOGIN_OK);

    account.org = login_cstr("default");
    account.username = login_cstr(name);
    account.password = login_cstr(phc);
    account.disabled = disabled;

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(commit(w, changes), LOGIN_OK);

    account.username.data = NULL;
    account.password.data = NULL;
    w->account = account;
}


/* --- secrets and signatures */

static login_result_e
try_secret(world_t *w)
{
    u_char          a[LOGIN_HASH_LEN];
    u_char          line[65];
    login_result_e  rc;
    login_secret_t  secret;

    (void) w;

    memset(&secret, 1, sizeof(secret));

    rc = login_random(a, sizeof(a));

    if (rc == LOGIN_OK) {
        rc = login_sha256(a, login_cstr("text"));
    }

    if (rc == LOGIN_OK) {
        rc = login_derive(a, sizeof(a), &secret, "info");
    }

    if (rc == LOGIN_OK) {
        rc = login_keyring_draw(line);
    }

    return rc;
}


/* A token, and what is none. */

static login_result_e
token(world_t *w, unsigned wrong)
{
    u_char           text[login_token_len(LOGIN_TICKET_LEN)];
    login_crypto_t  *crypto;
    login_result_e   rc;
    login_ticket_t   ticket, again;
    u_char           id[LOGIN_ID_LEN], same[LOGIN_ID_LEN];

    static const u_char  account[LOGIN_ID_LEN] = "account";

    crypto = login_crypto_create(&w->f->ring);
    if (crypto == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_ticket_draw(&ticket, id, account, NOW);

    if (rc == LOGIN_OK) {
        rc = login_ticket_sign(text, crypto, login_cstr(REALM), &ticket);
    }

    if (rc == LOGIN_OK) {
        text[30] ^= wrong ? 1 : 0;
        rc = login_ticket_verify(&again, crypto, login_cstr(REALM),
                                 login_str(text, sizeof(text)));
    }

    if (rc == LOGIN_OK) {
        rc = login_ticket_session(same, &again);
    }

    if (rc == LOGIN_OK) {
        assert_memory_equal(&ticket, &again, sizeof(ticket));
        assert_memory_equal(id, same, sizeof(id));
    }

    login_crypto_destroy(crypto);

    return rc;
}


static login_result_e
try_token(world_t *w)
{
    return token(w, 0);
}


static login_result_e
try_wrong_token(world_t *w)
{
    return token(w, 1);
}


/* The cookie of a flow, and what is none. */

static login_result_e
flow_cookie(world_t *w, unsigned wrong)
{
    u_char           text[LOGIN_FLOW_TEXT];
    login_flow_t     flow, again;
    login_crypto_t  *crypto;
    login_result_e   rc;

    static const u_char  browser[LOGIN_ID_LEN] = "browser";

    crypto = login_crypto_create(&w->f->ring);
    if (crypto == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_flow_draw(&flow);

    if (rc == LOGIN_OK) {
        flow.state = LOGIN_STATE_CODE;
        flow.issued = NOW;
        rc = login_flow_seal(text, crypto, login_cstr(REALM), browser, &flow);
    }

    if (rc == LOGIN_OK) {
        text[40] = wrong ? (text[40] == 'A' ? 'B' : 'A') : text[40];
        rc = login_flow_open(&again, crypto, login_cstr(REALM), browser,
                             login_str(text, sizeof(text)), NOW);
    }

    login_crypto_destroy(crypto);

    return rc;
}


static login_result_e
try_flow_cookie(world_t *w)
{
    return flow_cookie(w, 0);
}


static login_result_e
try_wrong_flow_cookie(world_t *w)
{
    return flow_cookie(w, 1);
}


static void
test_signatures(void **data)
{
    each_fault(*data, "secret", try_secret, LOGIN_OK);
    each_fault(*data, "token", try_token, LOGIN_OK);
    each_fault(*data, "wrong token", try_wrong_token, LOGIN_NO);
    each_fault(*data, "flow", try_flow_cookie, LOGIN_OK);
    each_fault(*data, "wrong flow", try_wrong_flow_cookie, LOGIN_NO);
}


/* --- the store */


/* What was interrupted is completed, and says so, or is whole. */

static login_result_e
try_init(world_t *w)
{
    char             path[128];
    login_error_t    error;
    login_store_t   *store;
    login_result_e   rc;
    unsigned         armed;

    error.text[0] = '\0';

    (void) snprintf(path, sizeof(path), "%s/made", w->f->dir);

    rc = login_store_init(path, geteuid(), getegid(), &error);

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    armed = fault.n;
    fault.n = 0;

    if (login_store_check(path, geteuid(), &error) == LOGIN_OK) {
        assert_int_equal(login_store_open(&store, path, 0, &error),
                         LOGIN_OK);
        login_store_close(store);

        (void) nftw(path, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);

    } else {
        assert_int_equal(rc, LOGIN_FAULT);
    }

    fault.n = armed;

    return rc;
}


static login_result_e
try_open(world_t *w)
{
    fixture_t       *f = w->f;
    login_error_t    error;
    login_result_e   rc;

    fixture_close(f);

    error.text[0] = '\0';
    rc = login_store_check(f->path, geteuid(), &error);

    if (rc == LOGIN_OK) {
        rc = login_store_open(&f->store, f->path, FIXTURE_MAP, &error);
    }

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    if (rc != LOGIN_OK) {
        f->store = NULL;
        return rc;
    }

    f->view = login_view_create(f->store, &f->ring);
    f->commit = login_commit_create(f->store, &f->ring);

    if (f->view == NULL || f->commit == NULL) {
        rc = LOGIN_FAULT;
        fixture_close(f);
    }

    return rc;
}


/* All of it is written, or nothing. */

static login_result_e
try_put(world_t *w)
{
    unsigned          armed;
    uint64_t          before[3], after[3];
    fixture_t        *f = w->f;
    login_result_e    rc;
    login_changes_t  *changes;

    armed = fault.n;
    fault.n = 0;

    before[0] = fixture_version(f, "Tput");
    before[1] = fixture_version(f, "Tother");
    before[2] = fixture_version(f, "Tgone");

    fault.n = armed;

    changes = login_changes_create();

    if (changes != NULL) {
        login_changes_put(changes, login_cstr("Tput"), login_cstr("put"),
                          before[0]);
        login_changes_put(changes, login_cstr("Tother"), login_cstr("other"),
                          LOGIN_EXPECT_ANY);
        login_changes_delete(changes, login_cstr("Tgone"), LOGIN_EXPECT_ANY);
        login_changes_expect(changes, login_cstr("Tnone"),
                             LOGIN_EXPECT_ABSENT);
    }

    rc = commit(w, changes);

    armed = fault.n;
    fault.n = 0;

    after[0] = fixture_version(f, "Tput");
    after[1] = fixture_version(f, "Tother");
    after[2] = fixture_version(f, "Tgone");

    if (rc == LOGIN_OK) {
        assert_true(after[0] > before[0]);
        assert_true(after[0] == after[1]);
        assert_true(after[2] == 0);
        assert_int_equal(fixture_put(f, "Tgone", "x", LOGIN_EXPECT_ABSENT),
                         LOGIN_OK);

    } else {
        assert_memory_equal(before, after, sizeof(before));
    }

    fault.n = armed;

    return rc;
}


/* An expectation that is not met stays that. */

static login_result_e
try_put_late(world_t *w)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    if (changes != NULL) {
        login_changes_put(changes, login_cstr("Tput"), login_cstr("late"), 1);
    }

    return commit(w, changes);
}


static login_result_e
visit_record(void *data, login_str_t key, const login_record_t *record)
{
    (void) key;
    (void) record;

    ++*(unsigned *) data;

    return LOGIN_OK;
}


static login_result_e
try_read(world_t *w)
{
    unsigned         n;
    login_warm_t     warm;
    login_view_t    *view;
    login_record_t   record;
    login_result_e   rc;

    view = login_view_create(w->f->store, &w->f->ring);
    if (view == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_view_get(view, login_cstr("Tput"), &record);

        if (rc == LOGIN_OK) {
            n = 0;
            rc = login_view_walk(view, login_cstr("T"), visit_record, &n);
            assert_true(rc != LOGIN_OK || n >= 3);
        }

        login_view_end(view);
    }

    if (rc == LOGIN_OK) {
        login_warm_start(&warm, 1 << 20);

        while (rc == LOGIN_OK) {
            rc = login_warm_step(&warm, view);
        }

        rc = rc == LOGIN_NO ? LOGIN_OK : rc;
    }

    login_view_destroy(view);

    return rc;
}


/* There is no such record: never because it could not be looked for. */

static login_result_e
try_read_none(world_t *w)
{
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_begin(w->f->view);

    if (rc == LOGIN_OK) {
        rc = login_view_get(w->f->view, login_cstr("Tnobody"), &record);
        login_view_end(w->f->view);
    }

    return rc;
}


static login_result_e
try_stat(world_t *w)
{
    login_store_stat_t  stat;

    login_store_clear_readers(w->f->store);

    return login_store_stat(&stat, w->f->store);
}


static void
test_store(void **data)
{
    world_t  *w = *data;

    each_fault(w, "init", try_init, LOGIN_OK);
    each_fault(w, "open", try_open, LOGIN_OK);

    assert_int_equal(fixture_put(w->f, "Tgone", "x", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);

    each_fault(w, "put", try_put, LOGIN_OK);
    each_fault(w, "put too late", try_put_late, LOGIN_NO);
    each_fault(w, "read", try_read, LOGIN_OK);
    each_fault(w, "read what is not there", try_read_none, LOGIN_NO);
    each_fault(w, "stat", try_stat, LOGIN_OK);
}


/* --- accounts */

static login_result_e
visit_account(void *data, const login_account_t *account)
{
    (void) account;

    /* what failed half-way has left some: they must not become more calls */

    return ++*(unsigned *) data < 2 ? LOGIN_OK : LOGIN_NO;
}


/* Made, found, changed and removed. */

static login_result_e
try_account(world_t *w)
{
    char              name[32];
    unsigned          n;
    uint64_t          when;
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_account_t   account;
    login_changes_t  *changes;

    (void) snprintf(name, sizeof(name), "user%u", w->round);

    rc = login_account_new(&account, NOW);
    if (rc != LOGIN_OK) {
        return rc;
    }

    account.org = login_cstr("default");
    account.username = login_cstr(name);

    changes = login_changes_create();

    if (changes != NULL) {
        login_account_add(changes, &account);
        login_account_see(changes, account.id, NOW);
    }

    rc = commit(w, changes);

    if (rc == LOGIN_OK) {
        rc = login_view_begin(view);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    n = 0;
    changes = NULL;

    rc = login_account_find(&account, view, login_cstr("default"),
                            login_cstr(name));
    assert_int_not_equal(rc, LOGIN_NO);

    if (rc == LOGIN_OK) {
        rc = login_account_seen(&when, view, account.id);
        assert_int_not_equal(rc, LOGIN_NO);
    }

    if (rc == LOGIN_OK) {
        rc = login_account_walk(view, login_cstr("default"), visit_account,
                                &n);
        assert_true(rc != LOGIN_OK || n > 0);
    }

    if (rc == LOGIN_OK) {
        changes = login_changes_create();
        rc = changes != NULL
             ? login_account_remove(changes, &account, view) : LOGIN_FAULT;
    }

    login_view_end(view);

    return commit_if(w, changes, rc);
}


static void
test_accounts(void **data)
{
    each_fault(*data, "account", try_account, LOGIN_OK);
}


/* --- signing in */

static login_result_e
sign_in(world_t *w, const char *name, const char *password)
{
    login_result_e  rc;
    login_signin_t  s;

    memset(&s, 0, sizeof(s));

    s.org = login_cstr("default");
    s.username = login_cstr(name);
    s.password = login_cstr(password);
    s.browser = login_cstr("Browser/1.0");
    s.address = login_cstr("192.0.2.1");
    s.orgs = one_org(&limits, &rules);
    s.now = NOW;
    s.remember = 1;
    memset(s.guess.browser, 7, LOGIN_ID_LEN);

    rc = login_limit_name(s.guess.name, s.org, s.username);

    if (rc == LOGIN_OK) {
        rc = login_signin_run(&s, w->f->view, w->hasher);
    }

    if (rc != LOGIN_OK) {
        assert_null(s.changes);
        assert_null(s.upgrade);
        return rc;
    }

    login_changes_destroy(s.upgrade);

    rc = commit(w, s.changes);

    if (rc == LOGIN_OK) {
        w->ticket = s.ticket;
    }

    return rc;
}


static login_result_e
try_right(world_t *w)
{
    return sign_in(w, "alice", PASSWORD);
}


static login_result_e
try_wrong(world_t *w)
{
    return sign_in(w, "alice", "wrong");
}


static login_result_e
try_unknown(world_t *w)
{
    return sign_in(w, "nobody", PASSWORD);
}


static login_result_e
try_disabled(world_t *w)
{
    return sign_in(w, "disabled", PASSWORD);
}


static login_result_e
try_imported(world_t *w)
{
    return sign_in(w, "imported", PASSWORD);
}


static void
test_signin(void **data)
{
    world_t  *w = *data;

    add_account(w, "disabled", NULL, 1);
    add_account(w, "imported", "{SHA}q/eq1kOINtvlJqojGr3i0O73TUI=", 0);
    add_account(w, "alice", NULL, 0);

    each_fault(w, "right password", try_right, LOGIN_OK);
    each_fault(w, "wrong password", try_wrong, LOGIN_NO);
    each_fault(w, "unknown name", try_unknown, LOGIN_NO);
    each_fault(w, "disabled", try_disabled, LOGIN_NO);
    each_fault(w, "imported", try_imported, LOGIN_OK);
}


/* Of others, each kind: right and wrong. */

#define SALT  "c2FsdDEyMzRzYWx0MTIzNA"

static const char  *foreign;
static const char  *foreign_password;


static login_result_e
try_foreign(world_t *w)
{
    (void) w;

    return login_foreign_verify(login_cstr(foreign),
                                login_cstr(foreign_password));
}


static void
test_foreign(void **data)
{
    size_t  i;

    static const char *const  hashes[] = {
        "$2b$04$KBCwKxOzLha2MUDgW0PjXeuG5n3z7Pc5MKN6b0HwTXTR0NZFcfFYm",
        "$apr1$k2XAnEHB$wqufWvIZ6Lkp2Hu.ta18q1",
        "{SHA}ell7D1wXmPeSY/VgfyKB1FLH9Dw=",
        "{SSHA}jl8UHiorxZus4GDt1WSAL3eQulhzYWx0MTIzNA==",
        "$pbkdf2-sha1$1000$" SALT "$08B9X0/XaGgQyWNQ05kgJku/7iA",
        "$scrypt$ln=4,r=8,p=1$" SALT
            "$f0Zt6O7BVEYGyxiVnLklKhNH4ix05+GiVHk+PxrACEc",
        "$argon2id$v=19$m=256,t=3,p=4$" SALT
            "$lRjBaqZFJyUG/IQEpqjPdA0DD2iprVqqz/I65qc7R6w"
    };

    for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        foreign = hashes[i];

        foreign_password = "Gr\303\274\303\237e, \"x\"";
        each_fault(*data, foreign, try_foreign, LOGIN_OK);

        foreign_password = "wrong";
        each_fault(*data, foreign, try_foreign, LOGIN_NO);
    }
}


/* --- sessions */

static login_result_e
try_check(world_t *w)
{
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_account_t   account;
    login_session_t   session;

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_session_check(&account, &session, view, &w->ticket,
                                 &limits, NOW + 10);
        login_view_end(view);
    }

    return rc;
}


static login_result_e
visit_session(void *data, const login_session_t *session)
{
    (void) session;

    ++*(unsigned *) data;

    return LOGIN_OK;
}


/* Of one account: looked at, swept, touched; and all of them counted. */

static login_result_e
try_sessions(world_t *w)
{
    unsigned          n;
    uint64_t          epoch;
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_account_t   account;
    login_session_t   session;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);
    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    n = 0;

    rc = login_epoch_get(&epoch, view);

    if (rc == LOGIN_OK) {
        rc = login_account_get(&account, view, w->account.id);
        assert_int_not_equal(rc, LOGIN_NO);
    }

    if (rc == LOGIN_OK) {
        rc = login_session_walk(view, NULL, visit_session, &n);
        assert_true(rc != LOGIN_OK || n > 0);
    }

    if (rc == LOGIN_OK) {
        rc = login_session_sweep(changes, view, &account, &limits, NOW + 10);
    }

    if (rc == LOGIN_OK) {
        rc = login_session_get(&session, view, w->account.id, w->session);
        assert_int_not_equal(rc, LOGIN_NO);
    }

    if (rc == LOGIN_OK) {
        login_session_touch(changes, &session, NOW + 10);
    }

    login_view_end(view);

    return commit_if(w, changes, rc);
}


static void
test_sessions(void **data)
{
    world_t          *w = *data;
    login_changes_t  *changes;

    add_account(w, "alice", NULL, 0);

    assert_int_equal(sign_in(w, "alice", PASSWORD), LOGIN_OK);
    assert_int_equal(login_ticket_session(w->session, &w->ticket), LOGIN_OK);

    each_fault(w, "session", try_check, LOGIN_OK);
    each_fault(w, "sessions", try_sessions, LOGIN_OK);

    changes = login_changes_create();
    login_session_end(changes, w->account.id, w->session);
    assert_int_equal(commit(w, changes), LOGIN_OK);

    each_fault(w, "ended session", try_check, LOGIN_NO);
}


/* --- locks, known browsers, events */

static login_result_e
try_lock(world_t *w)
{
    uint64_t          until;
    login_view_t     *view = w->f->view;
    login_lock_t      lock;
    login_guess_t     guess;
    login_result_e    rc;
    login_account_t   account;
    login_changes_t  *changes;

    memset(&guess, 0, sizeof(guess));
    memset(guess.browser, 9, LOGIN_ID_LEN);

    rc = login_limit_name(guess.name, login_cstr("default"),
                          login_cstr("alice"));

    if (rc == LOGIN_OK) {
        rc = login_limit_browser(guess.browser, guess.name, guess.browser);
    }

    changes = login_changes_create();

    if (rc != LOGIN_OK || changes == NULL) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);
    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    rc = login_account_find(&account, view, login_cstr("default"),
                            login_cstr("alice"));

    if (rc == LOGIN_OK) {
        rc = login_known_check(&guess, view);
    }

    if (rc == LOGIN_OK) {
        rc = login_known_add(changes, view, &account, &guess,
                             NOW + 100000 * w->round);
    }

    if (rc == LOGIN_OK) {
        rc = login_lock_get(&lock, view, guess.name, guess.browser);
    }

    if (rc == LOGIN_OK) {
        rc = login_lock_keep(changes, view, guess.name, NULL, 1, NOW + 300,
                             NOW);
    }

    if (rc == LOGIN_OK) {
        rc = login_lock_until(&until, view, &account, NOW);
        assert_true(rc != LOGIN_OK || until == 0 || until == NOW + 300);
    }

    if (rc == LOGIN_OK) {
        rc = login_lock_sweep(changes, view, NOW);
    }

    login_view_end(view);

    return commit_if(w, changes, rc);
}


static login_result_e
try_unlock(world_t *w)
{
    u_char            name[LOGIN_ID_LEN];
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_limit_name(name, login_cstr("default"), login_cstr("alice"));

    if (rc == LOGIN_OK) {
        rc = login_view_begin(view);
    }

    if (rc == LOGIN_OK) {
        rc = login_lock_open(changes, view, name, NOW);
        login_view_end(view);
    }

    return commit_if(w, changes, rc);
}


static login_result_e
visit_event(void *data, const login_log_event_t *event)
{
    (void) event;

    ++*(unsigned *) data;

    return LOGIN_OK;
}


static login_result_e
try_event(world_t *w)
{
    unsigned            n;
    login_view_t       *view = w->f->view;
    login_result_e      rc;
    login_changes_t    *changes;
    login_log_event_t   event;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    memset(&event, 0, sizeof(event));
    event.kind = LOGIN_LOG_SIGNIN;
    event.time = (uint64_t) NOW * 1000 + w->round;
    event.account = w->account.id;

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        n = 0;
        rc = login_log_walk(view, w->account.id, visit_event, &n);

        if (rc == LOGIN_OK) {
            login_log_keep(changes, view, w->account.id, &event);
        }

        login_view_end(view);
    }

    return commit_if(w, changes, rc);
}


static void
test_locks(void **data)
{
    world_t  *w = *data;

    add_account(w, "alice", NULL, 0);

    each_fault(w, "lock", try_lock, LOGIN_OK);
    each_fault(w, "unlock", try_unlock, LOGIN_OK);
    each_fault(w, "event", try_event, LOGIN_OK);
}


/* --- links, and what they are for */

#define PORTAL  "https://example.com/login/"


static login_invite_t
invitation(world_t *w, char name[32])
{
    login_invite_t  invite;

    (void) snprintf(name, 32, "g%u@example.com", w->round);

    memset(&invite, 0, sizeof(invite));

    invite.org = login_cstr("default");
    invite.username = login_cstr(name);
    invite.roles = login_cstr("staff");
    invite.portal = login_cstr(PORTAL);
    invite.mail = 1;
    invite.now = NOW;
    invite.expires = NOW + LOGIN_INVITE_EXPIRES;

    return invite;
}


static login_result_e
invite(world_t *w, login_invite_t *invite)
{
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_invite_make(changes, view, invite);
        login_view_end(view);
    }

    return commit_if(w, changes, rc);
}


static login_result_e
try_invite(world_t *w)
{
    char            name[32];
    login_invite_t  made;

    made = invitation(w, name);

    return invite(w, &made);
}


/* Somebody who is invited, while no call fails. */

static login_str_t
invited(world_t *w)
{
    char                   name[32];
    unsigned               armed;
    static login_invite_t  made;

    armed = fault.n;
    fault.n = 0;

    made = invitation(w, name);
    made.mail = 0;
    assert_int_equal(invite(w, &made), LOGIN_OK);

    fault.n = armed;

    return login_str(made.url + sizeof(PORTAL "invite/") - 1,
                     LOGIN_LINK_TOKEN_LEN);
}


static login_result_e
try_revoke(world_t *w)
{
    char              name[32];
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_account_t   account;
    login_changes_t  *changes;

    (void) invited(w);
    (void) snprintf(name, sizeof(name), "g%u@example.com", w->round);

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_account_find(&account, view, login_cstr("default"),
                                login_cstr(name));

        if (rc == LOGIN_OK) {
            rc = login_invite_revoke(changes, view, &account, NOW);
        }

        login_view_end(view);
    }

    return commit_if(w, changes, rc);
}


static login_result_e
try_register(world_t *w)
{
    login_result_e    rc;
    login_register_t  reg;

    memset(&reg, 0, sizeof(reg));

    reg.token = invited(w);
    reg.name = login_cstr("Guest");
    reg.password = login_cstr(PASSWORD);
    reg.host = login_cstr("example.com");
    reg.signin.orgs = one_org(&limits, &rules);
    reg.signin.browser = login_cstr("Browser/1.0");
    reg.signin.address = login_cstr("192.0.2.1");
    reg.signin.remember = 1;
    reg.signin.now = NOW;

    rc = login_register_run(&reg, w->f->view, w->hasher);

    if (rc == LOGIN_FAULT) {
        assert_int_not_equal(reg.signin.error.text[0], '\0');
    }

    return commit_if(w, reg.signin.changes, rc);
}


/* By the current password in a session, which another one takes over. */

static login_result_e
renew_to(world_t *w, const char *password)
{
    unsigned        armed;
    login_renew_t   renew;
    login_result_e  rc;

    memset(&renew, 0, sizeof(renew));

    armed = fault.n;
    fault.n = 0;
    assert_int_equal(sign_in(w, "alice", PASSWORD), LOGIN_OK);
    fault.n = armed;

    renew.old = w->ticket;
    renew.current = login_cstr(PASSWORD);
    renew.password = login_cstr(password);
    renew.portal = login_cstr(PORTAL);
    renew.address = login_cstr("192.0.2.1");
    renew.browser = login_cstr("Browser/1.0");
    renew.mails = 1;
    renew.remember = 1;
    renew.orgs = one_org(&limits, &rules);
    renew.others = 1;
    renew.now = NOW + 1;

    rc = login_renew_run(&renew, w->f->view, w->hasher);

    if (rc == LOGIN_FAULT) {
        assert_int_not_equal(renew.error.text[0], '\0');
    }

    return commit_if(w, renew.changes, rc);
}


static login_result_e
try_renew(world_t *w)
{
    return renew_to(w, PASSWORD);
}


/* That it is too short must not be lost with what was to find it. */

static login_result_e
try_renew_weak(world_t *w)
{
    return renew_to(w, "short");
}


static login_result_e
forget(world_t *w, const char *name)
{
    login_forgot_t  forgot;
    login_result_e  rc;

    memset(&forgot, 0, sizeof(forgot));

    forgot.org = login_cstr("default");
    forgot.username = login_cstr(name);
    forgot.orgs = one_org(&limits, &rules);
    forgot.portal = login_cstr(PORTAL);
    forgot.address = login_cstr("192.0.2.1");

    /* so late that none is one too many */
    forgot.now = NOW + (uint64_t) w->round * 86400;

    rc = login_forgot_run(&forgot, w->f->view);

    if (rc == LOGIN_FAULT) {
        assert_null(forgot.changes);
        assert_int_not_equal(forgot.error.text[0], '\0');
    }

    return commit_if(w, forgot.changes, rc);
}


static login_result_e
try_forgot(world_t *w)
{
    return forget(w, "alice");
}


static login_result_e
try_forgot_nobody(world_t *w)
{
    return forget(w, "nobody@example.com");
}


static void
test_links(void **data)
{
    world_t  *w = *data;

    add_account(w, "alice", NULL, 0);

    each_fault(w, "invitation", try_invite, LOGIN_OK);
    each_fault(w, "revoked", try_revoke, LOGIN_OK);
    each_fault(w, "registering", try_register, LOGIN_OK);
    each_fault(w, "new password", try_renew, LOGIN_OK);
    each_fault(w, "weak password", try_renew_weak, LOGIN_NO);
    each_fault(w, "forgot", try_forgot, LOGIN_OK);
    each_fault(w, "forgot, nobody", try_forgot_nobody, LOGIN_OK);
}


/* What is to be sent is made of templates that were compiled before. */

static login_result_e
try_message(world_t *w)
{
    char                     from[LOGIN_MAIL_FIELD_MAX];
    char                     address[LOGIN_USERNAME_MAX + 1];
    size_t                   len;
    u_char                  *message;
    login_mail_t             mail;
    login_arena_t           *arena;
    login_error_t            error;
    login_result_e           rc;
    login_mail_row_t         row;
    login_mail_sender_t      sender;
    login_mail_templates_t   templates;

    static const char *const  dirs[] = { LOGIN_PAGES_PATH };

    (void) w;

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_FAULT;
    }

    memset(&mail, 0, sizeof(mail));
    memset(&row, 0, sizeof(row));

    mail.kind = LOGIN_MAIL_RESET;
    mail.to = login_cstr("alice@example.com");
    mail.username = login_cstr("alice");
    mail.rows = &row;
    mail.nrows = 1;
    row.title = login_cstr("Example Inc.");
    row.url = login_cstr(PORTAL "reset/x");

    sender.site = "example.com";
    sender.from = from;

    message = NULL;

    rc = login_mail_from(from, address, login_cstr("login@example.com"));

    if (rc == LOGIN_OK) {
        rc = login_mail_compile(&templates, arena, dirs, 1, &error);
    }

    /* a file that could not be opened */

    if (rc == LOGIN_NO) {
        assert_int_not_equal(error.text[0], '\0');
        rc = LOGIN_FAULT;
    }

    if (rc == LOGIN_OK) {
        rc = login_mail_message(&message, &len, &templates, &mail, &sender,
                                NOW);
    }

    if (rc == LOGIN_OK) {
        assert_non_null(memmem(message, len, "\nTo: ", 5));
        assert_memory_equal(message + len - 4, "--\r\n", 4);

    } else {
        assert_null(message);
    }

    free(message);
    login_arena_destroy(arena);

    return rc;
}


static void
test_mail(void **data)
{
    each_fault(*data, "message", try_message, LOGIN_OK);
}


/* --- what nginx guards */

static login_result_e
try_policy(world_t *w)
{
    char               portal[64];
    u_char             out[512];
    size_t             size;
    login_str_t        name;
    login_view_t      *view = w->f->view;
    login_arena_t     *arena;
    login_policy_t     policy, again;
    login_server_t     server;
    login_result_e     rc;
    login_changes_t   *changes;
    login_location_t   location;

    memset(&policy, 0, sizeof(policy));
    memset(&server, 0, sizeof(server));
    memset(&location, 0, sizeof(location));

    /* another one each time */
    (void) snprintf(portal, sizeof(portal), REALM "%u/", w->round);

    name = login_cstr("example.com");

    location.name = login_cstr("");
    server.portal = login_cstr(portal);
    server.names.s = &name;
    server.names.n = 1;
    server.listen = server.names;
    server.locations = &location;
    server.n = 1;
    policy.written = NOW + w->round;
    policy.servers = &server;
    policy.n = 1;

    size = login_policy_size(&policy);
    assert_true(size < sizeof(out));
    assert_int_equal(login_policy_encode(out, size, &policy), LOGIN_OK);

    arena = login_arena_create();
    changes = login_changes_create();

    if (arena == NULL || changes == NULL) {
        login_arena_destroy(arena);
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_policy_put(changes, view, login_str(out, size),
                              NOW + w->round);
        login_view_end(view);
    }

    rc = commit_if(w, changes, rc);

    if (rc == LOGIN_OK) {
        rc = login_view_begin(view);
    }

    if (rc == LOGIN_OK) {
        rc = login_policy_get(&again, arena, view);
        login_view_end(view);
        assert_int_not_equal(rc, LOGIN_NO);
    }

    if (rc == LOGIN_OK) {
        assert_int_equal(again.n, 1);
        assert_true(login_str_eq(again.servers[0].portal, server.portal));
    }

    login_arena_destroy(arena);

    return rc;
}


static void
test_policy(void **data)
{
    each_fault(*data, "policy", try_policy, LOGIN_OK);
}


/* --- the second factor */

typedef struct {
    login_device_t   device;
    login_totp_t     totp;
    uint64_t         now;
} factor_t;


/* As if nobody had ever had one: each try begins so, without faults. */

static unsigned
forget_factor(world_t *w)
{
    unsigned          armed;
    login_view_t     *view = w->f->view;
    login_changes_t  *changes;

    armed = fault.n;
    fault.n = 0;

    changes = login_changes_create();
    assert_int_equal(login_view_begin(view), LOGIN_OK);
    assert_int_equal(login_factor_forget(changes, view, w->account.id),
                     LOGIN_OK);
    assert_int_equal(login_account_get(&w->account, view, w->account.id),
                     LOGIN_OK);
    login_view_end(view);
    assert_int_equal(commit(w, changes), LOGIN_OK);

    w->account.org = login_cstr("default");
    w->account.username = login_cstr("alice");

    return armed;
}


static login_result_e
enrol(world_t *w, factor_t *x)
{
    char              code[LOGIN_TOTP_DIGITS_MAX + 1];
    login_view_t     *view = w->f->view;
    login_device_t   *device = &x->device;
    login_changes_t  *changes;
    login_result_e    rc;

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_device_begin(device, changes, view, &w->account,
                            login_cstr("Phone"), x->now - 60);
    login_view_end(view);

    rc = commit_if(w, changes, rc);
    if (rc != LOGIN_OK) {
        return rc;
    }

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_device_get(device, view, w->account.id, device->id, x->now);

    if (rc == LOGIN_OK) {
        rc = login_device_open(&x->totp, view, device);
    }

    if (rc == LOGIN_OK) {
        assert_int_equal(oath_totp_generate((const char *) x->totp.secret,
                                            x->totp.len,
                                            (time_t) (x->now - 60), 30, 0, 6,
                                            code), OATH_OK);
        rc = login_device_confirm(changes, view, device, login_cstr(code),
                                  x->now - 60);
    }

    login_view_end(view);

    return commit_if(w, changes, rc);
}


static login_result_e
try_enrol(world_t *w)
{
    factor_t  x;

    memset(&x, 0, sizeof(x));
    x.now = NOW;

    fault.n = forget_factor(w);

    return enrol(w, &x);
}


/* One look, applied: as far as anything was told, it is on disk. */

static login_result_e
look(world_t *w, login_factor_t *factor)
{
    login_result_e    rc, applied;
    login_changes_t  *changes;

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(w->f->view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_factor_check(factor, changes, w->f->view, &w->account);
    login_view_end(w->f->view);

    if (rc == LOGIN_FAULT) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    applied = commit(w, changes);
    assert_int_not_equal(applied, LOGIN_NO);

    return applied == LOGIN_OK ? rc : LOGIN_FAULT;
}


static login_result_e
try_code(world_t *w, int right)
{
    char            code[LOGIN_TOTP_DIGITS_MAX + 1];
    unsigned        armed;
    factor_t        x;
    login_result_e  rc;
    login_factor_t  factor;

    memset(&x, 0, sizeof(x));
    x.now = NOW;

    armed = forget_factor(w);
    assert_int_equal(enrol(w, &x), LOGIN_OK);
    assert_int_equal(oath_totp_generate((const char *) x.totp.secret,
                                        x.totp.len,
                                        (time_t) (right ? x.now : 1), 30, 0,
                                        6, code), OATH_OK);
    fault.n = armed;

    memset(&factor, 0, sizeof(factor));
    factor.code = login_cstr(code);
    factor.now = x.now;

    rc = look(w, &factor);

    armed = fault.n;
    fault.n = 0;

    if (rc != LOGIN_FAULT) {

        /* the right one is used up, the wrong one counted */

        assert_int_equal(look(w, &factor), LOGIN_NO);
        assert_int_equal(factor.state, right ? LOGIN_FACTOR_USED
                                             : LOGIN_FACTOR_WRONG);
        assert_int_equal(factor.tries, LOGIN_FACTOR_FAILURES
                                       - (right ? 0 : 2));
    }

    fault.n = armed;

    return rc;
}


static login_result_e
try_right_code(world_t *w)
{
    return try_code(w, 1);
}


static login_result_e
try_wrong_code(world_t *w)
{
    return try_code(w, 0);
}


static login_result_e
try_recovery(world_t *w)
{
    size_t                 left;
    uint64_t               made;
    login_view_t          *view = w->f->view;
    login_result_e         rc;
    login_secret_t         seed;
    login_factor_t         factor;
    login_changes_t       *changes;
    login_recovery_text_t  codes[LOGIN_RECOVERY_CODES];

    fault.n = forget_factor(w);

    changes = login_changes_create();

    if (changes == NULL
        || login_random(&seed, sizeof(seed)) != LOGIN_OK
        || login_recovery_codes(codes, &seed) != LOGIN_OK
        || login_view_begin(view) != LOGIN_OK)
    {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_recovery_put(changes, view, &w->account, &seed, NOW);
    login_view_end(view);

    rc = commit_if(w, changes, rc);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memset(&factor, 0, sizeof(factor));
    factor.code = login_cstr(codes[0]);
    factor.recovery = 1;
    factor.now = NOW;

    rc = look(w, &factor);

    if (rc == LOGIN_OK) {
        rc = login_view_begin(view);

        if (rc == LOGIN_OK) {
            rc = login_recovery_left(&left, &made, view, w->account.id);
            login_view_end(view);
        }

        if (rc == LOGIN_OK) {
            assert_int_equal(left, LOGIN_RECOVERY_CODES - 1);
        }
    }

    return rc;
}


static login_result_e
try_trust(world_t *w)
{
    u_char            token[LOGIN_TRUST_TOKEN_LEN];
    login_view_t     *view = w->f->view;
    login_trust_t     trust;
    login_result_e    rc;
    login_changes_t  *changes;

    fault.n = forget_factor(w);

    memset(&trust, 0, sizeof(trust));
    changes = login_changes_create();

    if (changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_trust_add(token, &trust, changes, view, login_cstr(REALM),
                         &w->account, LOGIN_TRUST_LIFETIME, NOW);
    login_view_end(view);

    rc = commit_if(w, changes, rc);

    if (rc == LOGIN_OK) {
        rc = login_view_begin(view);
    }

    if (rc == LOGIN_OK) {
        rc = login_trust_check(&trust, view, login_cstr(REALM), &w->account,
                               login_str(token, sizeof(token)),
                               LOGIN_TRUST_LIFETIME, NOW);

        /* what can't be verified is asked of the ring by who wants to know */

        if (rc == LOGIN_NO && login_crypto_failed(view->crypto)) {
            rc = LOGIN_FAULT;
        }

        login_view_end(view);
    }

    return rc;
}


static login_result_e
try_remove(world_t *w)
{
    unsigned          armed;
    factor_t          x;
    login_view_t     *view = w->f->view;
    login_result_e    rc;
    login_changes_t  *changes;

    memset(&x, 0, sizeof(x));
    x.now = NOW;

    armed = forget_factor(w);
    assert_int_equal(enrol(w, &x), LOGIN_OK);
    assert_int_equal(enrol(w, &x), LOGIN_OK);
    fault.n = armed;

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    rc = login_device_get(&x.device, view, w->account.id, x.device.id, NOW);

    if (rc == LOGIN_OK) {
        rc = login_factor_remove(changes, view, &x.device, 1);
    }

    login_view_end(view);

    return commit_if(w, changes, rc);
}


static login_result_e
try_qr(world_t *w)
{
    login_qr_t       qr;
    login_arena_t   *arena;
    login_result_e   rc;

    (void) w;

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_qr_draw(&qr, arena, login_cstr("otpauth://"));

    login_arena_destroy(arena);

    return rc;
}


static void
test_factor(void **data)
{
    world_t  *w = *data;

    add_account(w, "alice", NULL, 0);

    each_fault(w, "enrol", try_enrol, LOGIN_OK);
    each_fault(w, "right code", try_right_code, LOGIN_OK);
    each_fault(w, "wrong code", try_wrong_code, LOGIN_NO);
    each_fault(w, "recovery code", try_recovery, LOGIN_OK);
    each_fault(w, "trusted browser", try_trust, LOGIN_OK);
    each_fault(w, "remove a device", try_remove, LOGIN_OK);
    each_fault(w, "QR code", try_qr, LOGIN_OK);
}


/* --- maintenance */

static void
tell(void *data, const char *text)
{
    (void) text;

    ++*(unsigned *) data;
}


/* What cannot be checked is not called damaged. */

static login_result_e
try_audit(world_t *w)
{
    unsigned        told;
    login_audit_t   audit;
    login_result_e  rc;

    told = 0;
    rc = login_audit(&audit, w->f->view, &w->f->ring, tell, &told);

    assert_int_equal(told, 0);

    return rc;
}


static login_result_e
try_reseal(world_t *w)
{
    unsigned         armed;
    login_view_t    *view;
    login_reseal_t   reseal;
    login_result_e   rc;
    login_keyring_t  ring;

    /* each time with the other key in front */

    armed = fault.n;
    fault.n = 0;
    fixture_ring(&ring, w->round % 2 ? FIXTURE_KEY_B FIXTURE_KEY_A
                                     : FIXTURE_KEY_A FIXTURE_KEY_B);

    w->f->ring = ring;
    fixture_close(w->f);
    assert_int_equal(fixture_open(w->f, FIXTURE_MAP), 0);
    fault.n = armed;

    memset(&reseal, 0, sizeof(reseal));

    view = w->f->view;
    rc = login_reseal(&reseal, view, w->f->commit, &ring);

    if (rc == LOGIN_OK) {
        assert_int_equal(reseal.missed, 0);
        assert_int_equal(reseal.unread, 0);
    }

    return rc;
}


static login_result_e
try_backup(world_t *w)
{
    int             fd;
    login_error_t   error;
    login_backup_t  backup;
    login_result_e  rc;

    fd = memfd_create("backup", MFD_CLOEXEC);
    assert_true(fd != -1);

    error.text[0] = '\0';
    rc = login_backup_write(&backup, w->f->view, fd, NOW, &error);
    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    (void) close(fd);

    return rc;
}


/* The old one or the new one, whole. */

static login_result_e
try_restore(world_t *w)
{
    int              fd;
    char             after[32];
    unsigned         armed;
    uint64_t         version;
    fixture_t       *f = w->f;
    login_error_t    error;
    login_backup_t   backup;
    login_result_e   rc;

    armed = fault.n;
    fault.n = 0;

    (void) snprintf(after, sizeof(after), "Tafter%u", w->round);

    fd = memfd_create("backup", MFD_CLOEXEC);
    assert_true(fd != -1);

    assert_int_equal(fixture_put(f, "Tin", "x", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(login_backup_write(&backup, f->view, fd, NOW, &error),
                     LOGIN_OK);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(fixture_put(f, after, "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    fixture_close(f);

    fault.n = armed;

    error.text[0] = '\0';
    rc = login_restore(&backup, f->path, &f->ring, fd, &error);
    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    armed = fault.n;
    fault.n = 0;

    (void) close(fd);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_in_range(fixture_version(f, "Tin"), 1, UINT64_MAX - 1);

    version = fixture_version(f, after);
    assert_true(rc == LOGIN_OK ? version == 0 : version != UINT64_MAX);

    fault.n = armed;

    return rc;
}


static void
test_maintenance(void **data)
{
    factor_t  x;
    world_t  *w = *data;

    add_account(w, "alice", NULL, 0);
    assert_int_equal(sign_in(w, "alice", PASSWORD), LOGIN_OK);

    memset(&x, 0, sizeof(x));
    x.now = NOW;
    (void) forget_factor(w);
    assert_int_equal(enrol(w, &x), LOGIN_OK);

    each_fault(w, "audit", try_audit, LOGIN_OK);
    each_fault(w, "reseal", try_reseal, LOGIN_OK);
    each_fault(w, "backup", try_backup, LOGIN_OK);
    each_fault(w, "restore", try_restore, LOGIN_OK);
}


/* --- pages and threads */


/* Compiled at "nginx -t": its errors are of the templates alone. */

static login_result_e
try_template(world_t *w)
{
    login_page_e       page;
    const char        *dirs[] = { LOGIN_PAGES_PATH };
    login_error_t      error;
    login_arena_t     *arena;
    login_result_e     rc;
    login_template_t  *template;

    (void) w;

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_FAULT;
    }

    error.text[0] = '\0';
    rc = LOGIN_OK;

    for (page = 0; page < LOGIN_PAGES && rc == LOGIN_OK; page++) {
        rc = login_template_compile(&template, arena, &login_page_schema,
                                    dirs, 1, login_page_name(page), &error);
    }

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    login_arena_destroy(arena);

    return rc;
}


/* The same of translations: two pages, and all of their texts. */

static login_result_e
try_catalog(world_t *w)
{
    size_t               page;
    const char          *dirs[] = { LOGIN_PAGES_PATH };
    login_error_t        error;
    login_arena_t       *arena;
    login_value_t        values[LOGIN_VARS], row[LOGIN_VARS];
    login_result_e       rc;
    login_locale_t       locale = { .tag = login_string("de") };
    login_catalog_t      catalog;
    login_template_t    *template;
    login_translation_t  translation;

    (void) w;

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_FAULT;
    }

    memset(values, 0, sizeof(values));
    memset(row, 0, sizeof(row));
    values[LOGIN_VAR_LANGUAGES].rows = 1;
    values[LOGIN_VAR_LANGUAGES].row = row;

    error.text[0] = '\0';
    rc = login_catalog_init(&catalog, arena, &login_page_schema,
                            LOGIN_VAR_LANGUAGES, &error);

    for (page = LOGIN_PAGE_RESET; page <= LOGIN_PAGE_REGISTER; page++) {
        if (rc == LOGIN_OK) {
            rc = login_template_compile(&template, arena, &login_page_schema,
                                        dirs, 1, login_page_name(page),
                                        &error);
        }

        if (rc == LOGIN_OK) {
            rc = login_catalog_add(&catalog, template, &error);
        }
    }

    if (rc == LOGIN_OK) {
        rc = login_translation_open(&translation, arena, dirs, 1, locale.tag,
                                    &error);
    }

    if (rc == LOGIN_OK) {
        rc = login_catalog_load(&catalog, &locale, &translation, values,
                                &error);
    }

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    login_arena_destroy(arena);

    return rc;
}


/* And of all together, as nginx and "preview" have them. */

static login_result_e
try_pages(world_t *w)
{
    login_error_t     error;
    login_arena_t    *arena;
    login_pages_t     pages;
    login_result_e    rc;
    login_language_t  language = { .tag = login_string("de") };

    (void) w;

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_FAULT;
    }

    login_pages_init(&pages, arena, NULL, LOGIN_PAGES_PATH);

    error.text[0] = '\0';
    rc = login_pages_compile(&pages, 1, &error);

    if (rc == LOGIN_OK) {
        rc = login_pages_translate(&pages, &language, 1, &error);
    }

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));

    login_arena_destroy(arena);

    return rc;
}


static void *
start(void *data)
{
    return data;
}


static void
stop(void *context)
{
    (void) context;
}


static void
run(void *context, login_job_t **jobs, size_t n)
{
    world_t  *w = context;

    (void) w;
    (void) jobs;
    (void) n;
}


/* None is left over of threads that were to be more. */

static login_result_e
try_pool(world_t *w)
{
    login_pool_t       *pool;
    login_mailbox_t    *mailbox;
    login_pool_conf_t   conf;

    mailbox = login_mailbox_create();
    if (mailbox == NULL) {
        return LOGIN_FAULT;
    }

    memset(&conf, 0, sizeof(conf));

    conf.name = "test";
    conf.threads = 3;
    conf.max_queue = 4;
    conf.batch = 1;
    conf.data = w;
    conf.start = start;
    conf.stop = stop;
    conf.run = run;

    pool = login_pool_create(&conf, mailbox);

    if (pool != NULL) {
        while (login_pool_destroy(pool) == LOGIN_NO) {
            (void) poll(NULL, 0, 1);
        }
    }

    login_mailbox_destroy(mailbox);

    return pool != NULL ? LOGIN_OK : LOGIN_FAULT;
}


static login_result_e
try_hasher(world_t *w)
{
    int              upgrade;
    char             phc[LOGIN_PHC_MAX + 1];
    login_result_e   rc;
    login_hasher_t  *hasher;

    (void) w;

    hasher = login_hasher_create(&cost);
    if (hasher == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_password_hash(phc, hasher, login_cstr(PASSWORD));

    if (rc == LOGIN_OK) {
        rc = login_password_verify(hasher, login_cstr(phc),
                                   login_cstr(PASSWORD), &upgrade);
    }

    login_hasher_destroy(hasher);

    return rc;
}


static login_result_e
try_jws(const login_jwks_t *jwks, const char *text)
{
    login_jws_e      wrong;
    login_jws_t      jws;
    login_result_e   rc;

    static const char *const  types[] = { "JWT", NULL };

    rc = login_jws_verify(&jws, jwks, login_cstr(text), types, &wrong);
    login_jws_free(&jws);

    return rc;
}


static login_result_e
try_jose(world_t *w)
{
    size_t           i;
    login_jwks_t    *jwks;
    login_result_e   rc;

    static const char *const  tokens[] = {
        JOSE_RS256, JOSE_PS256, JOSE_ES256, JOSE_EDDSA
    };

    (void) w;

    rc = login_jwks_parse(&jwks, login_cstr(JOSE_JWKS));

    for (i = 0; i < 4 && rc == LOGIN_OK; i++) {
        rc = try_jws(jwks, tokens[i]);
    }

    login_jwks_free(jwks);

    return rc;
}


static login_result_e
try_signer(world_t *w)
{
    size_t           len;
    u_char           text[login_jws_len(64)];
    login_result_e   rc;
    login_signer_t  *signer;

    (void) w;

    rc = login_signer_create(&signer, login_cstr(JOSE_PEM_EC));

    if (rc == LOGIN_OK) {
        rc = login_jws_sign(text, &len, signer, login_cstr("{}"));
    }

    login_signer_destroy(signer);

    return rc;
}


static const login_oidc_expected_t  oidc = {
    login_string("https://op.example"), login_string("nginx"),
    login_string("n-0S6_WzA2Mj"), login_string("token"), LOGIN_JSON_NONE,
    1800000010
};


static login_result_e
try_id_token(world_t *w)
{
    login_jwks_t            *jwks;
    login_result_e           rc;
    login_oidc_wrong_t       wrong;
    login_oidc_person_t      person;
    login_oidc_identity_t    identity;

    static const login_oidc_claims_t  claims = {
        "email", "name", "email", "groups"
    };

    (void) w;

    memset(&identity, 0, sizeof(identity));

    rc = login_jwks_parse(&jwks, login_cstr(JOSE_JWKS));

    if (rc == LOGIN_OK) {
        rc = login_oidc_id_token(&identity, login_cstr(JOSE_ES256), jwks,
                                 &oidc, &wrong);
    }

    if (rc == LOGIN_OK) {
        rc = login_oidc_person(&person, identity.json, NULL, &claims, NULL, 0,
                               &wrong);
    }

    login_oidc_identity_free(&identity);
    login_jwks_free(jwks);

    return rc;
}


static login_result_e
try_metadata(world_t *w)
{
    login_result_e          rc;
    login_oidc_wrong_t      wrong;
    login_oidc_metadata_t   metadata;

    (void) w;

    rc = login_oidc_metadata(&metadata, login_cstr(
        "{\"issuer\":\"https://op.example\","
        "\"authorization_endpoint\":\"https://op.example/auth\","
        "\"token_endpoint\":\"https://op.example/token\","
        "\"jwks_uri\":\"https://op.example/jwks\"}"), oidc.issuer, 0,
        &wrong);

    login_oidc_metadata_free(&metadata);

    return rc;
}


/* Its room is enough, so that one that fails is a fault. */

static login_result_e
try_request(world_t *w)
{
    u_char                 text[2048];
    login_encoder_t        e = { text, text + sizeof(text), 0 };
    login_result_e         rc;
    login_oidc_request_t   request;

    (void) w;

    memset(&request, 0, sizeof(request));
    request.client_id = oidc.client_id;
    request.verifier = oidc.nonce;
    request.max_age = LOGIN_JSON_NONE;

    rc = login_oidc_authorize(&e, login_cstr("https://op.example/auth"),
                              &request);

    if (rc == LOGIN_OK) {
        rc = login_oidc_assertion(&e, oidc.client_id, oidc.issuer,
                                  oidc.nonce, NOW);
    }

    return rc == LOGIN_OK && e.failed ? LOGIN_NO : rc;
}


static login_result_e
try_answers(world_t *w)
{
    login_json_t          *json;
    login_result_e         rc;
    login_oidc_wrong_t     wrong;
    login_oidc_tokens_t    tokens;

    (void) w;

    json = NULL;

    rc = login_oidc_tokens(&tokens, login_cstr(
        "{\"id_token\":\"a longer token than others\","
        "\"access_token\":\"a\",\"token_type\":\"Bearer\"}"), &wrong);

    if (rc == LOGIN_OK) {
        rc = login_oidc_userinfo(&json, login_cstr(
            "{\"sub\":\"somebody with a longer name\"}"),
            login_cstr("somebody with a longer name"), &wrong);
    }

    login_json_free(json);
    login_oidc_tokens_free(&tokens);

    return rc;
}


static login_result_e
try_rp(world_t *w)
{
    login_rp_t       *rp;
    login_rp_conf_t   conf;

    (void) w;

    memset(&conf, 0, sizeof(conf));
    conf.issuer = oidc.issuer;
    conf.client_id = oidc.client_id;
    conf.secret = login_cstr(JOSE_PEM_EC);
    conf.claims.username = "email";

    rp = login_rp_create(&conf);
    login_rp_destroy(rp);

    return rp != NULL ? LOGIN_OK : LOGIN_FAULT;
}


static void
test_tokens(void **data)
{
    each_fault(*data, "tokens", try_jose, LOGIN_OK);
    each_fault(*data, "signer", try_signer, LOGIN_OK);
    each_fault(*data, "id token", try_id_token, LOGIN_OK);
    each_fault(*data, "metadata", try_metadata, LOGIN_OK);
    each_fault(*data, "request", try_request, LOGIN_OK);
    each_fault(*data, "answers", try_answers, LOGIN_OK);
    each_fault(*data, "relying party", try_rp, LOGIN_OK);
}


/* Each time somebody else, so that there is an account to be made. */

static login_result_e
try_sso(world_t *w)
{
    char               subject[32];
    login_sso_t        sso;
    login_result_e     rc;

    snprintf(subject, sizeof(subject), "subject%u", w->round);
    memset(&sso, 0, sizeof(sso));

    sso.signin.org = login_cstr("default");
    sso.signin.orgs = one_org(&limits, &rules);
    sso.signin.now = NOW;
    sso.signin.provider = login_cstr("okta");
    sso.issuer = login_cstr("https://op.example");
    sso.subject = login_cstr(subject);
    sso.username = sso.subject;
    sso.state = sso.subject;
    sso.provision = 1;

    rc = login_session_sid(sso.signin.sid, sso.subject);

    if (rc == LOGIN_OK) {
        rc = login_sso_run(&sso, w->f->view);
    }

    if (rc == LOGIN_OK) {
        rc = login_commit_one(w->f->commit, sso.signin.changes);
    }

    login_changes_destroy(sso.signin.changes);

    return rc;
}


/* To open it is a "no" then: it is forged sooner than it is damaged. */

static login_result_e
try_state(world_t *w)
{
    size_t              len;
    u_char              text[LOGIN_SSO_TEXT_MAX];
    login_result_e      rc;
    login_crypto_t     *crypto;
    login_sso_state_t   state;

    crypto = login_crypto_create(&w->f->ring);
    if (crypto == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_sso_state_draw(&state);

    if (rc == LOGIN_OK) {
        state.issued = NOW;
        state.provider = login_cstr("okta");
        state.org = login_cstr("acme");

        rc = login_sso_state_seal(text, &len, crypto, login_cstr(REALM),
                                  w->session, &state);
    }

    login_crypto_destroy(crypto);

    return rc;
}


static login_result_e
try_backchannel(world_t *w)
{
    char                  jti[32];
    size_t                n;
    login_result_e        rc;
    login_changes_t      *changes;
    login_backchannel_t   logout;

    snprintf(jti, sizeof(jti), "jti%u", w->round);

    logout.provider = login_cstr("okta");
    logout.issuer = login_cstr("https://op.example");
    logout.subject = login_cstr("subject1");
    logout.sid = login_cstr("sid");
    logout.jti = login_cstr(jti);
    logout.now = NOW;
    logout.expires = NOW - 1;
    n = 0;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_view_begin(w->f->view);

    if (rc == LOGIN_OK) {
        rc = login_backchannel_begin(changes, w->f->view, &logout);

        if (rc == LOGIN_OK) {
            rc = login_backchannel_end(changes, &n, w->f->view, &logout,
                                       login_cstr("default"));
        }

        login_view_end(w->f->view);
    }

    if (rc == LOGIN_OK) {
        rc = login_commit_one(w->f->commit, changes);
    }

    login_changes_destroy(changes);

    return rc;
}


static void
test_sso(void **data)
{
    world_t  *w = *data;

    w->round = 1;
    assert_int_equal(try_sso(w), LOGIN_OK);

    each_fault(w, "sso", try_sso, LOGIN_OK);
    each_fault(w, "state", try_state, LOGIN_OK);
    each_fault(w, "back-channel logout", try_backchannel, LOGIN_OK);
}


static void
test_rest(void **data)
{
    each_fault(*data, "template", try_template, LOGIN_OK);
    each_fault(*data, "catalog", try_catalog, LOGIN_OK);
    each_fault(*data, "pages", try_pages, LOGIN_OK);
    each_fault(*data, "pool", try_pool, LOGIN_OK);
    each_fault(*data, "hasher", try_hasher, LOGIN_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_signatures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_accounts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signin, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mail, setup, teardown),
        cmocka_unit_test_setup_teardown(test_policy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_factor, setup, teardown),
        cmocka_unit_test_setup_teardown(test_maintenance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tokens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sso, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rest, setup, teardown)
    };

    login_json_init();

    /* before anything fails */

    (void) one_org(&limits, &rules);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
