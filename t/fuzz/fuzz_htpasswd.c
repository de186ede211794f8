
/* Files of auth_basic: what is taken from them can be kept. */

#include "fuzz_import.h"
#include "login_cli_htpasswd.c"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_cli_t          cli;
    login_str_t          text;
    login_cli_import_t  *import;

    text = login_str(data, size);
    import = fuzz_import(&cli);

    expect(login_cli_htpasswd_lines(import, text) == LOGIN_CLI_DONE);

    fuzz_imported(import, text);

    return 0;
}
