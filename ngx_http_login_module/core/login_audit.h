
/* Looks at every record: is it whole, and does it fit the others? */

#ifndef LOGIN_AUDIT_H
#define LOGIN_AUDIT_H


#define LOGIN_AUDIT_KINDS  16
#define LOGIN_AUDIT_LABEL  160


typedef struct {
    uint64_t    records;
    uint64_t    accounts;
    uint64_t    sessions;
    uint64_t    keys[LOGIN_KEYS_MAX];   /* records that each is needed for */
    uint64_t    newest;                 /* time of day in any record */

    uint64_t    unknown;                /* of kinds of other versions */
    char        kinds[LOGIN_AUDIT_KINDS];   /* a string: which */
} login_audit_t;

/* What was found; the text names the record. */
typedef void (*login_audit_tell_pt)(void *data, const char *text);


/* LOGIN_FAULT: the store could not be read to its end. */
login_result_e login_audit(login_audit_t *audit, login_view_t *view,
    const login_keyring_t *ring, login_audit_tell_pt tell, void *data);

/*
 * What people call a record: its kind, and what stands behind it.  Names
 * are text with a NUL in it, the rest are bytes.
 */
void login_audit_label(char dst[LOGIN_AUDIT_LABEL], login_str_t key);


/* What the environment itself says, in bytes and numbers. */
typedef struct {
    uint64_t    map_size;       /* the most that it may become */
    uint64_t    reserve;        /* of it, for taking away */
    uint64_t    file_size;
    uint64_t    used;           /* of the file, by records */
    uint64_t    disk_free;      /* for the owner of the store */
    uint64_t    disk_size;
    uint64_t    transaction;    /* the last one */
    uint64_t    readers;
    uint64_t    behind;         /* the oldest reader, in transactions */
    long        oldest;         /* its process */
} login_store_stat_t;

login_result_e login_store_stat(login_store_stat_t *stat,
    login_store_t *store);


#endif /* LOGIN_AUDIT_H */
