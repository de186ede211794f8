
/* Icons: what they are, and the first letter of what they stand for. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t     letter, s;
    login_image_t   image;

    s = login_str(data, size);
    image.type = NULL;

    if (login_image_detect(&image, s) == LOGIN_OK) {
        check(size > 10 && strncmp(image.type, "image/", 6) == 0);
        check(image.extension != NULL);

    } else {
        check(image.type == NULL);
    }

    letter = login_letter(s);

    check(letter.len <= size && letter.len <= LOGIN_LETTER_MAX);
    check(letter.len == 0 || letter.data == data);
    check(login_utf8_check(letter, NULL) == LOGIN_OK);

    return 0;
}
