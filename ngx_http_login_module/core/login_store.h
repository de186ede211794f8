
/*
 * The store: records in one LMDB environment, read through views, changed
 * by change sets only.  Callers never see LMDB.
 *
 * A record is found under a key whose first byte is its kind, and kept as
 *
 *     format (1), key id (4), version (8), payload, MAC (16)
 *
 * The MAC covers the key too: who can write to the file, but has no
 * login.key, can neither make a record nor move one.  The version is the
 * number of the transaction that wrote it.
 *
 * What LMDB forbids, and what follows:
 * - one environment is opened once in a process: login_store_open() hands
 *   out the one that is open already, and counts;
 * - never across fork: the master of nginx does not open it at all;
 * - opening while another process dies in mdb_env_open() loses commits:
 *   "open.lock" beside the data is locked around each opening;
 * - a view and a commit belong to one thread each.
 */

#ifndef LOGIN_STORE_H
#define LOGIN_STORE_H


#define LOGIN_STORE_FORMAT    1
#define LOGIN_STORE_KEY_MAX   511
#define LOGIN_STORE_PATH      "/var/lib/nginx-login"

/* The map that an empty store is made with, bytes of address space. */
#if !defined(LOGIN_STORE_MAP_SIZE) && (UINTPTR_MAX > UINT32_MAX)
#define LOGIN_STORE_MAP_SIZE  ((size_t) 64 << 30)
#elif !defined(LOGIN_STORE_MAP_SIZE)
#define LOGIN_STORE_MAP_SIZE  ((size_t) 512 << 20)
#endif

/* What a change expects of the record that it meets. */
#define LOGIN_EXPECT_ABSENT   0
#define LOGIN_EXPECT_ANY      UINT64_MAX


typedef enum {
    LOGIN_KIND_META = 'M',      /* name: "epoch" */
    LOGIN_KIND_ACCOUNT = 'A',   /* account id */
    LOGIN_KIND_NAME = 'N',      /* organisation, NUL, username */
    LOGIN_KIND_SEEN = 'L',      /* account id: its last sign-in */
    LOGIN_KIND_SESSION = 'S',   /* account id, session id */
    LOGIN_KIND_POLICY = 'P',    /* number of the piece, 0: the head */
    LOGIN_KIND_LOCK = 'K',      /* name or network, browser: a lock */
    LOGIN_KIND_KNOWN = 'B',     /* name, browser that was used before */
    LOGIN_KIND_LINK = 'I',      /* hash of its token: invitation, reset */
    LOGIN_KIND_LINKED = 'J',    /* account id, purpose: its newest link */
    LOGIN_KIND_EVENT = 'E',     /* account id, place: what happened */
    LOGIN_KIND_MAIL = 'O',      /* mail id: its state */
    LOGIN_KIND_QUEUE = 'Q',     /* mail id: what it says, until it is sent */
    LOGIN_KIND_ASKED = 'U',     /* name: when mails to it were asked for */
    LOGIN_KIND_FLOW = 'T',      /* account id, flow id: what it has made */
    LOGIN_KIND_DEVICE = 'D',    /* account id, device id */
    LOGIN_KIND_RECOVERY = 'R',  /* account id; and hash of each code */
    LOGIN_KIND_TRUST = 'V',     /* account id, id of a trusted browser */
    LOGIN_KIND_FACTOR = 'F',    /* account id: wrong codes of late */
    LOGIN_KIND_FEDERATED = 'G', /* hash of a provider's subject */
    LOGIN_KIND_FEDERATION = 'H',    /* account id, the same hash */
    LOGIN_KIND_USED = 'W'       /* hash of what may be used once */
} login_kind_e;


typedef struct login_store_s    login_store_t;
typedef struct login_view_s     login_view_t;
typedef struct login_commit_s   login_commit_t;
typedef struct login_changes_s  login_changes_t;


typedef struct {
    uint64_t       version;
    login_str_t    payload;     /* a copy, until the view ends */
} login_record_t;


/*
 * Looks at the directory as "nginx -t" must: without opening or creating
 * anything.  LOGIN_NO: "error" names what is wrong and the command that
 * mends it (missing, a network file system, not "uid"'s, others may read
 * or write it, another format).
 */
login_result_e login_store_check(const char *path, uid_t uid,
    login_error_t *error);

/*
 * Makes the directory (0700) and in it the files of an empty store (0600),
 * all owned by "uid" and "gid".  LOGIN_NO: there is one already.
 */
login_result_e login_store_init(const char *path, uid_t uid, gid_t gid,
    login_error_t *error);

/*
 * For a store that a backup is to be restored to, where there is none:
 * makes the directory, or takes an empty one.
 */
login_result_e login_store_make_room(const char *path, uid_t uid, gid_t gid,
    login_error_t *error);

/*
 * Opens the store, with a map of "map_size" bytes (0: as large as it is).
 * Call login_store_check() before.  Thread-safe.
 */
login_result_e login_store_open(login_store_t **store, const char *path,
    size_t map_size, login_error_t *error);

/* Closes it with the last user; no view or commit may be left. */
void login_store_close(login_store_t *store);

/* How often it had to be opened anew, after a fault of the disk. */
unsigned login_store_opening(login_store_t *store);

/* Clears the reader slots of processes that died. */
void login_store_clear_readers(login_store_t *store);


/*
 * A reader.  Between begin and end it sees one state of the store, and what
 * it hands out stays valid (inside a walk: until "visit" returns); end it
 * soon, and before a commit begins: the file grows meanwhile.
 */
login_view_t *login_view_create(login_store_t *store,
    const login_keyring_t *ring);
void login_view_destroy(login_view_t *view);

login_result_e login_view_begin(login_view_t *view);
void login_view_end(login_view_t *view);

/*
 * The number of the state that the view sees.  As the versions of records
 * it is good within this process only: it never comes again here.
 */
uint64_t login_view_version(login_view_t *view);

/*
 * LOGIN_NO: there is no such record.  LOGIN_FAULT: the store can't be read,
 * or the record is damaged, forged, or of a newer format.
 */
login_result_e login_view_get(login_view_t *view, login_str_t key,
    login_record_t *record);

/*
 * Visits the records whose keys begin with "prefix", in order, until
 * "visit" returns something else than LOGIN_OK.  LOGIN_NO from there ends
 * the walk, and is LOGIN_OK for the caller.
 */
typedef login_result_e (*login_visit_pt)(void *data, login_str_t key,
    const login_record_t *record);

login_result_e login_view_walk(login_view_t *view, login_str_t prefix,
    login_visit_pt visit, void *data);


/*
 * Reads through the store, step by step, so that who serves requests finds
 * its pages in memory.  LOGIN_OK: there is more to do; LOGIN_NO: that was
 * all, or "max" bytes.
 */
typedef struct {
    uint64_t       left;        /* bytes */
    unsigned       round;
    size_t         len;         /* of the key that was the last one */
    u_char         key[LOGIN_STORE_KEY_MAX];
} login_warm_t;

void login_warm_start(login_warm_t *warm, uint64_t max);
login_result_e login_warm_step(login_warm_t *warm, login_view_t *view);


/*
 * A change set: all of it is applied, or nothing.  Keys and payloads are
 * copied.  Without memory for one more change, the whole set becomes a
 * fault and says so when it is applied.
 */
login_changes_t *login_changes_create(void);
void login_changes_destroy(login_changes_t *changes);

void login_changes_put(login_changes_t *changes, login_str_t key,
    login_str_t payload, uint64_t expect);
void login_changes_delete(login_changes_t *changes, login_str_t key,
    uint64_t expect);
void login_changes_expect(login_changes_t *changes, login_str_t key,
    uint64_t expect);

/* A put that an urgent set goes without where there is little room. */
void login_changes_note(login_changes_t *changes, login_str_t key,
    login_str_t payload);

/*
 * Marks a set that takes away: sessions, rights, accounts.  Others are
 * refused while the store has little room left, so that these succeed.
 */
void login_changes_urgent(login_changes_t *changes);

/* After login_commit_apply(): LOGIN_NO where an expectation was not met. */
login_result_e login_changes_result(const login_changes_t *changes);

/* Why that is LOGIN_FAULT, for the log. */
const char *login_changes_error(const login_changes_t *changes);


/* A writer.  Between begin and apply it keeps all others out. */
login_commit_t *login_commit_create(login_store_t *store,
    const login_keyring_t *ring);
void login_commit_destroy(login_commit_t *commit);

/* Waits until the writer's lock is ours. */
login_result_e login_commit_begin(login_commit_t *commit);
void login_commit_abort(login_commit_t *commit);

/*
 * Applies "n" change sets in one transaction and ends it.  Each learns its
 * own result; where one has a fault, the others don't suffer.  What has
 * LOGIN_OK is on disk.
 */
void login_commit_apply(login_commit_t *commit, login_changes_t **sets,
    size_t n);

/* Begins and applies one set: for the command line. */
login_result_e login_commit_one(login_commit_t *commit,
    login_changes_t *changes);


#endif /* LOGIN_STORE_H */
