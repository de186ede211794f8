
/* What ID tokens and logout tokens have in common, behind login_oidc.h. */

#ifndef LOGIN_OIDC_JWT_H
#define LOGIN_OIDC_JWT_H


#pragma GCC visibility push(hidden)


/* Verifies a token, and reads its claims. */
login_result_e login_oidc_open(login_json_t **json, login_alg_e *alg,
    login_str_t text, const login_jwks_t *jwks, const char *const *types,
    login_oidc_wrong_t *wrong);

/* From whom, for whom, and when. */
login_result_e login_oidc_common(const login_json_t *json,
    login_str_t issuer, login_str_t client_id, uint64_t now,
    login_oidc_wrong_t *wrong);

/* Can somebody be called so? */
int login_oidc_subject(login_str_t subject);


#pragma GCC visibility pop


#endif /* LOGIN_OIDC_JWT_H */
