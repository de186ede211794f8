
/* Behind login_backup.h: the file, read and written in order. */

#ifndef LOGIN_BACKUP_FILE_H
#define LOGIN_BACKUP_FILE_H


#include <openssl/evp.h>


#pragma GCC visibility push(hidden)


#define LOGIN_BACKUP_BUFFER      65536
#define LOGIN_BACKUP_HEAD        6          /* lengths of key and record */
#define LOGIN_BACKUP_RECORD_MAX  (16 << 20)

/* Sorts behind the records of every kind. */
#define LOGIN_BACKUP_END         "\xff" "end"
#define LOGIN_BACKUP_END_LEN     4


typedef struct {
    int             fd;
    EVP_MD_CTX     *hash;           /* of all records so far */
    unsigned        summed;         /* what follows does not count */
    login_error_t  *error;

    size_t          pos;            /* next in "buf" */
    size_t          len;            /* of what is in there */
    u_char          buf[LOGIN_BACKUP_BUFFER];

    u_char          key[LOGIN_STORE_KEY_MAX];
    size_t          key_len;
    u_char         *raw;
    size_t          raw_len;
    size_t          raw_size;
} login_backup_file_t;


login_result_e login_backup_open(login_backup_file_t *file, int fd,
    login_error_t *error);
void login_backup_close(login_backup_file_t *file);

/* Reads the first line. */
login_result_e login_backup_title(login_backup_file_t *file);

/* Reads the next record, into "key" and "raw". */
login_result_e login_backup_next(login_backup_file_t *file);

/* Is what was read the last one?  Else it counts for the hash. */
int login_backup_is_end(const login_backup_file_t *file);

/* LOGIN_NO: something follows. */
login_result_e login_backup_eof(login_backup_file_t *file);

login_result_e login_backup_put(login_backup_file_t *file, const void *p,
    size_t len);
login_result_e login_backup_put_record(login_backup_file_t *file,
    login_str_t key, login_str_t raw);
login_result_e login_backup_flush(login_backup_file_t *file);

login_result_e login_backup_hash(login_backup_file_t *file, const void *p,
    size_t len);
login_result_e login_backup_sum(login_backup_file_t *file,
    u_char sum[LOGIN_HASH_LEN]);


#pragma GCC visibility pop


#endif /* LOGIN_BACKUP_FILE_H */
