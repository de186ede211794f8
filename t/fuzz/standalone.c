
/*
 * Runs a fuzz target over files, so that its corpus is replayed in every
 * test run without clang.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static int
replay(const char *name)
{
    long      size;
    FILE     *file;
    uint8_t  *data;

    file = fopen(name, "rb");
    if (file == NULL) {
        perror(name);
        return 1;
    }

    (void) fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);

    /* exactly as large as the input, so that over-reads are found */

    data = malloc(size > 0 ? (size_t) size : 1);
    if (data == NULL || size < 0
        || fread(data, 1, (size_t) size, file) != (size_t) size)
    {
        fprintf(stderr, "%s: cannot be read\n", name);
        exit(1);
    }

    (void) fclose(file);
    (void) LLVMFuzzerTestOneInput(data, (size_t) size);
    free(data);

    return 0;
}


int
main(int argc, char **argv)
{
    int  i, failed;

    if (argc < 2) {
        fprintf(stderr, "no inputs\n");
        return 1;
    }

    failed = 0;

    for (i = 1; i < argc; i++) {
        failed |= replay(argv[i]);
    }

    printf("%d inputs replayed\n", argc - 1);

    return failed;
}
