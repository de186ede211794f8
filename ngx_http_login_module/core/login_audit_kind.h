
/* What the files of the audit share. */

#ifndef LOGIN_AUDIT_KIND_H
#define LOGIN_AUDIT_KIND_H


#pragma GCC visibility push(hidden)


typedef struct {
    login_audit_t          *audit;
    login_view_t           *view;
    const login_keyring_t  *ring;
    login_audit_tell_pt     tell;
    void                   *data;
} login_audit_scan_t;


login_result_e login_audit_link(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_linked(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_flow(login_audit_scan_t *scan,
    const login_scan_item_t *item);

login_result_e login_audit_device(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_recovery(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_trust(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_factor(login_audit_scan_t *scan,
    const login_scan_item_t *item);

login_result_e login_audit_federated(login_audit_scan_t *scan,
    const login_scan_item_t *item);
login_result_e login_audit_federation(login_audit_scan_t *scan,
    const login_scan_item_t *item);

login_result_e login_audit_owner(login_audit_scan_t *scan,
    const login_scan_item_t *item);
void login_audit_time(login_audit_scan_t *scan, uint64_t time);
login_result_e login_audit_tell(login_audit_scan_t *scan,
    const login_scan_item_t *item, const char *what);


#pragma GCC visibility pop


#endif /* LOGIN_AUDIT_KIND_H */
