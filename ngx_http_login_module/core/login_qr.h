
/* QR codes (ISO/IEC 18004), as a path of SVG. */

#ifndef LOGIN_QR_H
#define LOGIN_QR_H


#define LOGIN_QR_QUIET  4   /* light modules around it (ISO/IEC 18004, 7.3.2) */


/*
 * For a page, where the light ones are a rectangle of their own, so that it
 * can be read on a dark page as well:
 *
 *     <svg viewBox="0 0 SIZE SIZE" shape-rendering="crispEdges">
 *         <rect width="SIZE" height="SIZE" fill="#fff"/>
 *         <path d="PATH" fill="#000"/>
 *     </svg>
 */
typedef struct {
    unsigned       size;        /* modules of a side, and the quiet zone */
    login_str_t    path;        /* the dark ones */
} login_qr_t;


/*
 * The path is from "arena", and as secret as the text.  LOGIN_NO: the text
 * is too long.
 */
login_result_e login_qr_draw(login_qr_t *qr, login_arena_t *arena,
    login_str_t text);


#endif /* LOGIN_QR_H */
