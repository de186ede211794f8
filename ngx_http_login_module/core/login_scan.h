
/*
 * A walk over the whole store that neither a damaged record ends nor its
 * length harms: what keeps a view open keeps LMDB from using pages again,
 * so it is begun anew every so many records.
 */

#ifndef LOGIN_SCAN_H
#define LOGIN_SCAN_H


#define LOGIN_SCAN_BATCH  4096


typedef struct {
    login_str_t      key;
    login_str_t      raw;       /* as it is stored: a copy */
    u_char           key_id[LOGIN_KEY_ID_LEN];

    /*
     * LOGIN_OK: "record" is what it holds.  LOGIN_NO: it was sealed with a
     * key that is not in the ring.  LOGIN_FAULT: damaged, forged, or of a
     * newer format; where it is too short, "key_id" is zero.
     */
    login_result_e   sound;
    login_record_t   record;
} login_scan_item_t;

/*
 * The id of the key that encrypts what is in the record, which may be another
 * one than that of its MAC.  NULL: nothing is, or it can't be read.
 */
const u_char *login_scan_cipher(const login_scan_item_t *item);

/* The keys of "ring" that a record is read with: how many, 0 to 2. */
size_t login_scan_keys(size_t keys[2], const login_scan_item_t *item,
    const login_keyring_t *ring);

/* Called inside of the view.  LOGIN_NO ends the scan. */
typedef login_result_e (*login_scan_visit_pt)(void *data,
    const login_scan_item_t *item);

/* Called between two views, and after the last one: commits may begin. */
typedef login_result_e (*login_scan_pause_pt)(void *data);


/*
 * Visits all records in the order of their keys, in a new view for each
 * "batch" of them (0: in one for all).  "pause" may be NULL.
 */
login_result_e login_scan(login_view_t *view, size_t batch,
    login_scan_visit_pt visit, login_scan_pause_pt pause, void *data);


#endif /* LOGIN_SCAN_H */
