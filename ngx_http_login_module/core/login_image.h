
/* Images that administrators name: what kind of file it is, by its bytes. */

#ifndef LOGIN_IMAGE_H
#define LOGIN_IMAGE_H


typedef struct {
    const char  *type;          /* as in Content-Type */
    const char  *extension;     /* without the dot */
} login_image_t;


/*
 * LOGIN_NO: neither PNG, JPEG, GIF, WebP, ICO nor SVG.  What is in it beyond
 * its beginning is the browsers' to find out: it is shown as an image only,
 * where no script runs.
 */
login_result_e login_image_detect(login_image_t *image, login_str_t data);


#endif /* LOGIN_IMAGE_H */
