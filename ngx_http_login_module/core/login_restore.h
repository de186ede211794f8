
/* Behind login_backup.h: a store is made anew, and replaces another one. */

#ifndef LOGIN_RESTORE_H
#define LOGIN_RESTORE_H


#include "login_backup_file.h"


#pragma GCC visibility push(hidden)


#define LOGIN_RESTORE_EPOCH  "Mepoch"


/* Keeps every other process from opening the store. */
typedef struct {
    int    dir;
    int    lock;        /* open.lock */
    int    readers;     /* lock.mdb */
} login_hold_t;


typedef struct {
    login_backup_t        *backup;
    login_backup_file_t    file;
    login_error_t         *error;

    login_crypto_t        *crypto;      /* of the keys that verify */
    login_store_t         *store;
    login_commit_t        *commit;
    login_changes_t       *changes;
    size_t                 n;           /* of them */

    uint64_t               epoch;       /* of the backup */
    uint64_t               now;         /* microseconds */
} login_restore_t;


/* LOGIN_NO: a process has it open; "error" says which. */
login_result_e login_hold_take(login_hold_t *hold, const char *path,
    login_error_t *error);
void login_hold_release(login_hold_t *hold);

/* Removes what a restore that was interrupted has left. */
void login_restore_clean(int dir);

/*
 * Puts what is complete in its place, on disk.  "aside" becomes the name
 * of the file that was there, or "".
 */
login_result_e login_restore_place(int dir, char *aside, size_t size,
    uint64_t now, login_error_t *error);

/* The store that is made, in directory "path", until it is closed. */
login_result_e login_restore_open(login_restore_t *restore, const char *path,
    const login_keyring_t *ring);
void login_restore_close(login_restore_t *restore);

login_result_e login_restore_commit(login_restore_t *restore);

/* Commits what is left, and the epoch with it. */
login_result_e login_restore_epoch(login_restore_t *restore);


#pragma GCC visibility pop


#endif /* LOGIN_RESTORE_H */
