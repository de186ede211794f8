
/* Bytes to text and back: base64url, base32, UTF-8, record fields ... */

#ifndef LOGIN_CODEC_H
#define LOGIN_CODEC_H


/* The length of "n" bytes in base64url without padding (RFC 4648, 5). */
#define login_base64url_len(n)  (((n) * 4 + 2) / 3)


/* Writes login_base64url_len(src.len) bytes and returns their number. */
size_t login_base64url_encode(u_char *dst, login_str_t src);

/*
 * Decodes the one canonical form: no padding, no other alphabet, no set
 * bits behind the last byte.  "*len" is the room at "dst" on the way in,
 * what was written on the way out.  LOGIN_NO: not canonical, or too long.
 */
login_result_e login_base64url_decode(u_char *dst, size_t *len,
    login_str_t src);

/* Lower-case hexadecimal: writes 2 * src.len bytes and returns that. */
size_t login_hex_encode(u_char *dst, login_str_t src);

/* Decodes exactly "len" bytes, digits of either case. */
login_result_e login_hex_decode(u_char *dst, size_t len, login_str_t src);

/* Base32 (RFC 4648, 6) without padding: writes that many bytes. */
#define login_base32_len(n)  (((n) * 8 + 4) / 5)
size_t login_base32_encode(u_char *dst, login_str_t src);

/*
 * Decodes as people hand it on: letters of either case, spaces and hyphens
 * between them, padding or none.  "*len" as above.  LOGIN_NO: something else
 * is in it, or it is too long.
 */
login_result_e login_base32_decode(u_char *dst, size_t *len,
    login_str_t src);

/*
 * LOGIN_OK where "s" is well-formed UTF-8 (RFC 3629) without NUL;
 * "chars" (may be NULL) becomes the number of code points.
 */
login_result_e login_utf8_check(login_str_t s, size_t *chars);


/*
 * Fields of records and tokens, little-endian.  Both sides remember that
 * they ran out of room or of bytes and do nothing from then on, so that
 * one look at "failed" in the end is enough.
 */
typedef struct {
    u_char        *pos;
    u_char        *end;
    unsigned       failed;
} login_encoder_t;

typedef struct {
    const u_char  *pos;
    const u_char  *end;
    unsigned       failed;
} login_decoder_t;


void login_put_uint(login_encoder_t *e, uint64_t value, size_t bytes);
void login_put_bytes(login_encoder_t *e, const void *p, size_t len);
void login_put_str(login_encoder_t *e, login_str_t s);   /* 16-bit length */

uint64_t login_get_uint(login_decoder_t *d, size_t bytes);
void login_get_bytes(login_decoder_t *d, void *p, size_t len);
login_str_t login_get_str(login_decoder_t *d);           /* into the record */


#endif /* LOGIN_CODEC_H */
