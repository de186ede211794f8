
#include "login.h"

#include <string.h>


void
login_audit_label(char dst[LOGIN_AUDIT_LABEL], login_str_t key)
{
    size_t  i, len;

    dst[0] = (char) key.data[0];
    dst[1] = ' ';

    len = key.len - 1;

    if (dst[0] == LOGIN_KIND_NAME || dst[0] == LOGIN_KIND_META) {
        len = len < LOGIN_AUDIT_LABEL - 3 ? len : LOGIN_AUDIT_LABEL - 3;
        memcpy(dst + 2, key.data + 1, len);
        dst[2 + len] = '\0';

        for (i = 2; i < 2 + len; i++) {
            dst[i] = dst[i] != '\0' ? dst[i] : '/';
        }

        return;
    }

    len = len < 2 * LOGIN_ID_LEN ? len : 2 * LOGIN_ID_LEN;
    len = login_hex_encode((u_char *) dst + 2, login_str(key.data + 1, len));
    dst[2 + len] = '\0';
}
