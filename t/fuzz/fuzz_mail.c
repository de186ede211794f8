
/*
 * Mails: what the store keeps of them has one spelling and is written so
 * again; addresses, senders, the relay's answers, and header fields that
 * stay in their line whatever is in them.
 */

#include "login.h"
#include "login_record.h"

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


static void
fuzz_text(login_str_t in)
{
    size_t           size;
    u_char          *again;
    login_mail_t     mail;
    login_arena_t   *arena;

    arena = login_arena_create();
    expect(arena != NULL);
    memset(&mail, 0, sizeof(mail));

    if (login_mail_decode(&mail, arena, in) == LOGIN_OK) {
        size = login_mail_size(&mail);
        expect(size == in.len);

        again = malloc(size);
        expect(again != NULL);

        login_mail_encode(again, size, &mail);
        expect(memcmp(again, in.data, size) == 0);

        free(again);
    }

    login_arena_destroy(arena);
}


static void
fuzz_state(login_str_t in)
{
    u_char              again[LOGIN_MAIL_PAYLOAD];
    login_mail_state_t  state;

    if (login_mail_state_decode(&state, in) != LOGIN_OK) {
        return;
    }

    expect(login_mail_state_encode(again, &state) == in.len);
    expect(memcmp(again, in.data, in.len) == 0);
    expect(memchr(state.to.data, '\n', state.to.len) == NULL);
    expect(memchr(state.to.data, ' ', state.to.len) == NULL);
}


/* Lines break where the next one begins with a space, and nowhere else. */

static void
check_lines(const char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        expect((text[i] >= 0x20 && text[i] < 0x7f)
               || text[i] == '\r' || text[i] == '\n');

        if (text[i] == '\r') {
            expect(i + 1 < len && text[i + 1] == '\n');
            expect(i + 2 == len || text[i + 2] == ' ');
        }

        if (text[i] == '\n') {
            expect(i > 0 && text[i - 1] == '\r');
        }
    }
}


static void
fuzz_field(login_str_t in)
{
    char    field[LOGIN_MAIL_FIELD_MAX], address[LOGIN_USERNAME_MAX + 1];
    char   *out;
    FILE   *f;
    size_t  len;

    if (in.len == 0) {
        return;
    }

    f = open_memstream(&out, &len);
    expect(f != NULL);
    login_mime_field(f, "Subject", in);
    expect(fclose(f) == 0);
    check_lines(out, len);
    free(out);

    f = open_memstream(&out, &len);
    expect(f != NULL);
    login_mime_quoted(f, in);
    expect(fclose(f) == 0);
    free(out);

    if (login_mail_from(field, address, in) == LOGIN_OK) {
        check_lines(field, strlen(field));
        expect(login_mail_address(login_cstr(address)) == LOGIN_OK);
    }
}


/* Each line an answer, those that begin with "C" a command. */

static void
fuzz_dialogue(login_str_t in)
{
    size_t             n;
    const u_char      *lf;
    login_delivery_t   delivery;
    login_dialogue_t   dialogue;

    memset(&delivery, 0, sizeof(delivery));
    memset(&dialogue, 0, sizeof(dialogue));
    login_dialogue_begin(&dialogue);

    while (in.len > 0) {
        lf = memchr(in.data, '\n', in.len);
        n = lf != NULL ? (size_t) (lf - in.data) + 1 : in.len;

        if (in.data[0] == 'C') {
            login_dialogue_command(&dialogue, login_str(in.data + 1, n - 1));

        } else {
            login_dialogue_answer(&dialogue, login_str(in.data, n));
        }

        in.data += n;
        in.len -= n;
    }

    login_dialogue_result(&delivery, &dialogue, 0, "broken");
    expect(strlen(delivery.words) <= LOGIN_MAIL_WORDS_MAX);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t  in;

    in = login_str(data, size);

    fuzz_text(in);
    fuzz_state(in);
    fuzz_field(in);
    fuzz_dialogue(in);

    return 0;
}
