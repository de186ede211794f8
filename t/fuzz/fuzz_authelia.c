
/* Authelia's files of users: what is taken from them can be kept. */

#include "fuzz_import.h"
#include "login_cli_authelia.c"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_cli_t          cli;
    login_str_t          text;
    yaml_document_t      document;
    login_cli_import_t  *import;

    text = login_str(data, size);

    if (login_cli_authelia_load(&document, "file", text) != LOGIN_CLI_DONE) {
        return 0;
    }

    import = fuzz_import(&cli);

    (void) login_cli_authelia_users(import, &document);

    fuzz_imported(import, text);
    yaml_document_delete(&document);

    return 0;
}
