
/* Comma-separated values (RFC 4180), read line by line, in place. */

#ifndef LOGIN_CSV_H
#define LOGIN_CSV_H


#define LOGIN_CSV_FIELDS  16


typedef struct {
    u_char        *pos;             /* what is left */
    u_char        *end;
    unsigned       line;            /* of the last record, from 1 on */
    unsigned       lines;           /* read so far */
    size_t         n;
    login_str_t    fields[LOGIN_CSV_FIELDS];
} login_csv_t;


/* "text" is written to, and has to live as long as the fields are used. */
void login_csv_open(login_csv_t *csv, u_char *text, size_t len);

/*
 * The next record that is not an empty line.  LOGIN_NO: there is none.
 * LOGIN_FAULT: a quote stands where none may, or has no other one, or there
 * are too many fields; "line" tells where, and reading goes on behind it.
 */
login_result_e login_csv_next(login_csv_t *csv);


#endif /* LOGIN_CSV_H */
