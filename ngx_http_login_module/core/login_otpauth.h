
/* What both directions of the otpauth URI share. */

#ifndef LOGIN_OTPAUTH_H
#define LOGIN_OTPAUTH_H


#pragma GCC visibility push(hidden)


#define LOGIN_OTPAUTH_SCHEME  "otpauth://"


extern const char *const  login_otpauth_algorithms[LOGIN_TOTP_ALGORITHMS];


#pragma GCC visibility pop


#endif /* LOGIN_OTPAUTH_H */
