
/* Files of invitations: every field lies within the text. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          i, sum, records;
    u_char         *text;
    unsigned        line;
    login_csv_t     csv;
    login_result_e  rc;

    text = malloc(size + 1);
    expect(text != NULL);
    memcpy(text, data, size);

    login_csv_open(&csv, text, size);

    line = 0;
    records = 0;

    while ((rc = login_csv_next(&csv)) != LOGIN_NO) {
        records++;

        expect(csv.line > line);
        line = csv.line;

        if (rc == LOGIN_FAULT) {
            continue;
        }

        expect(csv.n > 0 && csv.n <= LOGIN_CSV_FIELDS);

        sum = 0;

        for (i = 0; i < csv.n; i++) {
            expect(csv.fields[i].data >= text
                   && csv.fields[i].data + csv.fields[i].len <= text + size);
            sum += csv.fields[i].len;
        }

        expect(sum <= size);
    }

    expect(records <= size);

    free(text);

    return 0;
}
