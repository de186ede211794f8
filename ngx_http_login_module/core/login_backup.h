
/*
 * A backup: one state of the store in one file, whatever LMDB's version
 * and page size.  docs/store.md has the format.  Its records are as in the
 * store, with their MACs; the last one has a hash of all before, so that
 * nothing can be cut off, taken out or mixed from two backups.
 */

#ifndef LOGIN_BACKUP_H
#define LOGIN_BACKUP_H


#define LOGIN_BACKUP_FORMAT  1
#define LOGIN_BACKUP_TITLE   "nginx-login backup "


typedef struct {
    uint64_t    records;
    uint64_t    time;           /* when it was made */
    char        aside[64];      /* the file that was in its place; or "" */
} login_backup_t;


/*
 * Writes what the store has now.  LOGIN_NO: there are records that cannot
 * be read, of which "error" tells.
 */
login_result_e login_backup_write(login_backup_t *backup, login_view_t *view,
    int fd, uint64_t now, login_error_t *error);

/*
 * Puts the backup in the place of the store in directory "path", which is
 * the caller's own, or empty.  At each moment it is the old one or the new
 * one, whole.  All sessions end: the epoch is a new one.  LOGIN_NO: the
 * store is in use, or the backup is not good for these keys.
 */
login_result_e login_restore(login_backup_t *backup, const char *path,
    const login_keyring_t *ring, int fd, login_error_t *error);


#endif /* LOGIN_BACKUP_H */
