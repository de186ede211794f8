
/*
 * Password hashes of others, as imports bring them along: checked until the
 * owner signs in, and then hashed anew as login_password.h does.
 *
 *     crypt(3) of libxcrypt        yescrypt, scrypt, bcrypt, SHA-512 ... DES
 *     $apr1$SALT$TAG               Apache's MD5
 *     {SHA}BASE64, {SSHA}BASE64    RFC 2307
 *     $argon2id$v=19$m=,t=,p=$SALT$TAG     also argon2i and argon2d
 *     $pbkdf2-sha512$ROUNDS$SALT$TAG       also sha1, sha256, sha384
 *     $scrypt$ln=,r=,p=$SALT$TAG
 */

#ifndef LOGIN_FOREIGN_H
#define LOGIN_FOREIGN_H


/* KiB; what takes more, or some seconds, is refused. */
#define LOGIN_FOREIGN_MEMORY_MAX  (256 * 1024)


/* LOGIN_OK: of a kind and at a cost that is taken. */
login_result_e login_foreign_check(login_str_t hash);

/*
 * LOGIN_OK: the right password.  Bytes beyond those that the kind looks at
 * (72 of bcrypt, 8 of DES) don't count.  LOGIN_FAULT: no memory, or
 * login_foreign_check() would not take it.
 */
login_result_e login_foreign_verify(login_str_t hash, login_str_t password);


#endif /* LOGIN_FOREIGN_H */
