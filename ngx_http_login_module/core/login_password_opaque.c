
/* Passwords are hashed as OpaqueString makes them, where it can. */

#include "login.h"


login_result_e
login_password_hash(char phc[LOGIN_PHC_MAX + 1], login_hasher_t *hasher,
    login_str_t password)
{
    login_opaque_t  opaque;
    login_result_e  rc;

    phc[0] = '\0';

    if (password.len > LOGIN_PASSWORD_MAX) {
        return LOGIN_NO;
    }

    rc = login_opaque_make(&opaque, password);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO) {
        return login_password_hash_bytes(phc, hasher, password);
    }

    rc = login_password_hash_bytes(phc, hasher,
                                   login_str(opaque.data, opaque.len));

    login_opaque_wipe(&opaque);

    return rc;
}


login_result_e
login_password_verify(login_hasher_t *hasher, login_str_t phc,
    login_str_t password, int *upgrade)
{
    login_opaque_t  opaque;
    login_result_e  rc;

    *upgrade = 0;

    if (password.len > LOGIN_PASSWORD_MAX) {
        return LOGIN_NO;
    }

    rc = login_opaque_make(&opaque, password);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO) {
        return login_password_verify_bytes(hasher, phc, password, upgrade);
    }

    rc = login_password_verify_bytes(hasher, phc,
                                     login_str(opaque.data, opaque.len),
                                     upgrade);

    if (rc == LOGIN_NO
        && (opaque.len != password.len
            || !login_equal(opaque.data, password.data, opaque.len)))
    {
        rc = login_password_verify_bytes(hasher, phc, password, upgrade);
        *upgrade = (rc == LOGIN_OK);
    }

    login_opaque_wipe(&opaque);

    return rc;
}
