
#include "login.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <qrencode.h>


#define LOGIN_QR_RUN  sizeof("M184 184h184v1h-184z")


static login_result_e login_qr_path(login_qr_t *qr, login_arena_t *arena,
    const QRcode *code);
static size_t login_qr_row(char *dst, const QRcode *code, int y);
static int login_qr_dark(const QRcode *code, int x, int y);


login_result_e
login_qr_draw(login_qr_t *qr, login_arena_t *arena, login_str_t text)
{
    QRcode          *code;
    login_result_e   rc;

    memset(qr, 0, sizeof(login_qr_t));

    if (text.len == 0 || text.len > INT_MAX) {
        return LOGIN_NO;
    }

    code = QRcode_encodeData((int) text.len, text.data, 0, QR_ECLEVEL_M);

    if (code == NULL) {
        return errno == ERANGE ? LOGIN_NO : LOGIN_FAULT;
    }

    rc = login_qr_path(qr, arena, code);

    login_wipe(code->data, (size_t) code->width * (size_t) code->width);
    QRcode_free(code);

    return rc;
}


static login_result_e
login_qr_path(login_qr_t *qr, login_arena_t *arena, const QRcode *code)
{
    int      y;
    char    *path;
    size_t   len, most;

    /* no more runs in a row than every second module */

    most = (size_t) code->width * ((size_t) code->width / 2 + 1);

    path = login_arena_alloc(arena, most * LOGIN_QR_RUN);
    if (path == NULL) {
        return LOGIN_FAULT;
    }

    len = 0;

    for (y = 0; y < code->width; y++) {
        len += login_qr_row(path + len, code, y);
    }

    qr->size = (unsigned) code->width + 2 * LOGIN_QR_QUIET;
    qr->path = login_str(path, len);

    return LOGIN_OK;
}


static size_t
login_qr_row(char *dst, const QRcode *code, int y)
{
    int    x, end;
    char  *p;

    p = dst;

    for (x = 0; x < code->width; x = end + 1) {

        for (end = x; login_qr_dark(code, end, y); end++) {
            /* void */
        }

        if (end > x) {
            p += sprintf(p, "M%d %dh%dv1h-%dz", x + LOGIN_QR_QUIET,
                         y + LOGIN_QR_QUIET, end - x, end - x);
        }
    }

    return (size_t) (p - dst);
}


static int
login_qr_dark(const QRcode *code, int x, int y)
{
    return x < code->width && (code->data[y * code->width + x] & 1) != 0;
}
