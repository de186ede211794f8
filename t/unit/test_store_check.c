
/* The store's directory: made once, looked at without a trace. */

#include "store_fixture.h"

#include <dirent.h>


static login_error_t  error;


static login_result_e
check(fixture_t *f)
{
    memset(&error, 0, sizeof(error));

    return login_store_check(f->path, geteuid(), &error);
}


static char *
in(fixture_t *f, const char *name)
{
    static char  path[160];

    (void) snprintf(path, sizeof(path), "%s/%s", f->path, name);

    return path;
}


static void
write_file(fixture_t *f, const char *name, const char *text)
{
    FILE  *file;

    file = fopen(in(f, name), "w");
    assert_non_null(file);
    (void) fputs(text, file);
    (void) fclose(file);
}


static void
list(fixture_t *f, char *names, size_t size)
{
    int              i, n;
    struct dirent  **entries;

    names[0] = '\0';

    n = scandir(f->path, &entries, NULL, alphasort);
    assert_true(n >= 2);

    for (i = 0; i < n; i++) {
        (void) snprintf(names + strlen(names), size - strlen(names), "%s ",
                        entries[i]->d_name);
        free(entries[i]);
    }

    free(entries);
}


static void
test_made(void **data)
{
    size_t       i;
    char         names[256];
    fixture_t   *f = *data;
    struct stat  st;

    static const char *const  files[] = {
        "data.mdb", "lock.mdb", "open.lock", "version"
    };

    assert_int_equal(check(f), LOGIN_OK);

    list(f, names, sizeof(names));
    assert_string_equal(names, ". .. data.mdb lock.mdb open.lock version ");

    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);

    for (i = 0; i < 4; i++) {
        assert_int_equal(lstat(in(f, files[i]), &st), 0);
        assert_true(S_ISREG(st.st_mode));
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(st.st_uid, geteuid());
    }

    /* the map is large from the first on, whatever opens it */

    assert_int_equal(fixture_open(f, 0), 0);
    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    {
        MDB_envinfo  info;

        assert_int_equal(mdb_env_info(f->store->env, &info), 0);
        assert_true(info.me_mapsize == LOGIN_STORE_MAP_SIZE);
        assert_true(info.me_maxreaders >= 1024);
    }
}


static void
test_again(void **data)
{
    fixture_t  *f = *data;

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    fixture_close(f);

    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_NO);
    assert_non_null(strstr(error.text, "exists already"));

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_true(fixture_version(f, "Ta") != 0);
    fixture_close(f);

    /* without its version it is still no empty one */

    assert_int_equal(unlink(in(f, "version")), 0);
    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_NO);
    assert_non_null(strstr(error.text, "holds records"));
    assert_int_equal(access(in(f, "version"), F_OK), -1);
}


static void
test_umask(void **data)
{
    size_t      i;
    mode_t      old;
    fixture_t  *f = *data;

    static const mode_t  masks[] = { 0, 0777, 0277 };

    for (i = 0; i < 3; i++) {
        (void) nftw(f->path, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);

        old = umask(masks[i]);
        assert_int_equal(login_store_init(f->path, geteuid(), getegid(),
                                          &error), LOGIN_OK);
        assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
        (void) umask(old);

        assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY),
                         LOGIN_OK);
        assert_int_equal(check(f), LOGIN_OK);
        fixture_close(f);
    }
}


/* What a run that was interrupted left is completed by the next. */

static void
test_interrupted(void **data)
{
    size_t      i;
    fixture_t  *f = *data;

    static const char *const  left[] = {
        "data.mdb", "lock.mdb", "open.lock", "version.new"
    };

    assert_int_equal(unlink(in(f, "version")), 0);
    assert_int_equal(check(f), LOGIN_NO);
    assert_non_null(strstr(error.text, "init"));
    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_OK);
    assert_int_equal(check(f), LOGIN_OK);

    for (i = 0; i < 4; i++) {
        (void) nftw(f->path, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);
        assert_int_equal(mkdir(f->path, 0755), 0);
        write_file(f, left[i], "");
        assert_int_equal(chmod(in(f, left[i]), 0600), 0);

        assert_int_equal(login_store_init(f->path, geteuid(), getegid(),
                                          &error), LOGIN_OK);
        assert_int_equal(check(f), LOGIN_OK);
    }
}


static void
test_other_directory(void **data)
{
    char         names[256];
    fixture_t   *f = *data;
    struct stat  st;

    (void) nftw(f->path, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);
    assert_int_equal(mkdir(f->path, 0755), 0);
    assert_int_equal(chmod(f->path, 0755), 0);
    write_file(f, "passwd", "x");

    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_NO);
    assert_non_null(strstr(error.text, "passwd"));

    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    list(f, names, sizeof(names));
    assert_string_equal(names, ". .. passwd ");

    /* a parent that is missing is not made */

    (void) snprintf(f->path, sizeof(f->path), "%s/a/b", f->dir);
    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_FAULT);
}


static void
test_owner(void **data)
{
    size_t       i;
    fixture_t   *f = *data;
    struct stat  st;

    static const char *const  files[] = {
        "data.mdb", "lock.mdb", "open.lock", "version", "."
    };

    assert_int_equal(login_store_check(f->path, 65534, &error), LOGIN_NO);
    assert_non_null(strstr(error.text, "run \"chown -R nobody "));
    assert_int_equal(login_store_check(f->path, 4000000, &error), LOGIN_NO);
    assert_non_null(strstr(error.text, "run \"chown -R 4000000 "));

    if (geteuid() != 0) {
        skip();
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(chown(in(f, files[i]), 65534, 65534), 0);
        assert_int_equal(check(f), LOGIN_NO);
        assert_non_null(strstr(error.text, "chown -R"));
        assert_int_equal(chown(in(f, files[i]), 0, 0), 0);
        assert_int_equal(check(f), LOGIN_OK);
    }

    (void) nftw(f->path, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);
    assert_int_equal(login_store_init(f->path, 65534, 65534, &error),
                     LOGIN_OK);

    for (i = 0; i < 5; i++) {
        assert_int_equal(lstat(in(f, files[i]), &st), 0);
        assert_int_equal(st.st_uid, 65534);
        assert_int_equal(st.st_gid, 65534);
    }

    assert_int_equal(login_store_check(f->path, 65534, &error), LOGIN_OK);

    /* what is made anew by root is its owner's as well */

    assert_int_equal(unlink(in(f, "lock.mdb")), 0);
    assert_int_equal(unlink(in(f, "open.lock")), 0);
    assert_int_equal(login_store_check(f->path, 65534, &error), LOGIN_OK);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    fixture_close(f);
    assert_int_equal(login_store_check(f->path, 65534, &error), LOGIN_OK);
    assert_int_equal(lstat(in(f, "lock.mdb"), &st), 0);
    assert_int_equal(st.st_uid, 65534);
}


/* Whoever is not root cannot make one for somebody else. */

static int
init_as_nobody(fixture_t *f, int from, int to, void *data)
{
    login_error_t  e;

    (void) from;
    (void) to;
    (void) data;

    if (chmod(f->dir, 0777) == -1
        || setresgid(65534, 65534, 65534) == -1
        || setresuid(65534, 65534, 65534) == -1)
    {
        return 1;
    }

    (void) snprintf(f->path, sizeof(f->path), "%s/other", f->dir);

    if (login_store_init(f->path, 33, 33, &e) != LOGIN_FAULT) {
        return 2;
    }

    if (strstr(e.text, "root") == NULL) {
        return 3;
    }

    return access(f->path, F_OK) == -1 ? 0 : 4;
}


static void
test_not_root(void **data)
{
    child_t     child;
    fixture_t  *f = *data;

    if (geteuid() != 0) {
        skip();
    }

    child = child_start(f, init_as_nobody, NULL);
    assert_int_equal(child_end(&child), 0);
}


static void
test_mode(void **data)
{
    size_t      i;
    char        chmod_file[256];
    fixture_t  *f = *data;

    static const char *const  files[] = {
        "data.mdb", "lock.mdb", "open.lock", "version"
    };
    static const mode_t       dirs[] = { 0755, 0710, 0701, 0720, 0500 };

    for (i = 0; i < 5; i++) {
        assert_int_equal(chmod(f->path, dirs[i]), 0);
        assert_int_equal(check(f), LOGIN_NO);
        (void) snprintf(chmod_file, sizeof(chmod_file), "run \"chmod 700 %s\"",
                        f->path);
        assert_non_null(strstr(error.text, chmod_file));
    }

    assert_int_equal(chmod(f->path, 0700), 0);

    for (i = 0; i < 4; i++) {
        assert_int_equal(chmod(in(f, files[i]), 0640), 0);
        assert_int_equal(check(f), LOGIN_NO);
        (void) snprintf(chmod_file, sizeof(chmod_file), "run \"chmod 600 %s\"",
                        in(f, files[i]));
        assert_non_null(strstr(error.text, chmod_file));
        assert_int_equal(chmod(in(f, files[i]), 0600), 0);
    }

    assert_int_equal(check(f), LOGIN_OK);
}


static void
test_missing(void **data)
{
    char        path[128];
    fixture_t  *f = *data;

    (void) snprintf(path, sizeof(path), "%s/none", f->dir);
    assert_int_equal(login_store_check(path, geteuid(), &error), LOGIN_NO);
    assert_non_null(strstr(error.text, "does not exist"));
    assert_non_null(strstr(error.text, "nginx-login --store "));
    assert_non_null(strstr(error.text, " init\""));
    assert_int_equal(access(path, F_OK), -1);

    if (access(LOGIN_STORE_PATH, F_OK) == -1) {
        assert_int_equal(login_store_check(LOGIN_STORE_PATH, geteuid(),
                                           &error), LOGIN_NO);
        assert_non_null(strstr(error.text, "run \"nginx-login init\""));
    }

    assert_int_equal(login_store_check("/dev/null", geteuid(), &error),
                     LOGIN_NO);

    assert_int_equal(unlink(in(f, "data.mdb")), 0);
    assert_int_equal(check(f), LOGIN_NO);
    assert_non_null(strstr(error.text, "data.mdb"));
    assert_int_equal(access(in(f, "data.mdb"), F_OK), -1);

    /* opening makes no data either */

    assert_int_equal(login_store_open(&f->store, f->path, 0, &error),
                     LOGIN_FAULT);
    assert_null(f->store);
    assert_int_equal(access(in(f, "data.mdb"), F_OK), -1);
}


static void
test_links(void **data)
{
    char        other[160];
    fixture_t  *f = *data;

    (void) snprintf(other, sizeof(other), "%s/other", f->dir);

    assert_int_equal(link(in(f, "data.mdb"), other), 0);
    assert_int_equal(check(f), LOGIN_NO);
    assert_int_equal(unlink(in(f, "data.mdb")), 0);
    assert_int_equal(symlink(other, in(f, "data.mdb")), 0);
    assert_int_equal(check(f), LOGIN_NO);
    assert_int_equal(unlink(in(f, "data.mdb")), 0);
    assert_int_equal(rename(other, in(f, "data.mdb")), 0);
    assert_int_equal(check(f), LOGIN_OK);

    assert_int_equal(rename(in(f, "version"), other), 0);
    assert_int_equal(symlink(other, in(f, "version")), 0);
    assert_int_equal(check(f), LOGIN_NO);

    assert_int_equal(unlink(in(f, "version")), 0);
    assert_int_equal(mkfifo(in(f, "version"), 0600), 0);
    assert_int_equal(check(f), LOGIN_NO);
}


static void
test_version(void **data)
{
    size_t      i;
    fixture_t  *f = *data;

    static const char *const  damaged[] = {
        "", "\n", "0\n", "1x\n", "x\n", "-1\n", " 1\n", "01\n", "1\n\n"
    };

    for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        write_file(f, "version", damaged[i]);
        assert_int_equal(check(f), LOGIN_NO);
        assert_non_null(strstr(error.text, "damaged"));
    }

    write_file(f, "version", "2\n");
    assert_int_equal(check(f), LOGIN_NO);
    assert_non_null(strstr(error.text, "format \"2\""));

    write_file(f, "version", "1\n");
    assert_int_equal(check(f), LOGIN_OK);

    write_file(f, "version", "1");
    assert_int_equal(check(f), LOGIN_OK);
}


/* While this process has it open, a check must not cost it LMDB's locks. */

static void
test_locks_stay(void **data)
{
    char           names[256], again[256];
    pid_t          pid;
    int            status, fd;
    fixture_t     *f = *data;
    struct flock   lock;

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    list(f, names, sizeof(names));
    assert_int_equal(check(f), LOGIN_OK);
    list(f, again, sizeof(again));
    assert_string_equal(names, again);

    pid = fork();

    if (pid == 0) {
        fd = open(in(f, "lock.mdb"), O_RDWR);

        memset(&lock, 0, sizeof(lock));
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = 0;
        lock.l_len = 1;

        _exit(fd != -1 && fcntl(fd, F_GETLK, &lock) == 0
              && lock.l_type != F_UNLCK && lock.l_pid == getppid() ? 0 : 1);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}


static void
test_network(void **data)
{
    size_t  i;

    static const uint32_t  network[] = {
        0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x5346414f,
        0x00c36400, 0x65735546
    };
    static const uint32_t  local[] = {
        0xef53 /* ext4 */, 0x58465342 /* xfs */, 0x9123683e /* btrfs */,
        0x01021994 /* tmpfs */, 0x794c7630 /* overlayfs */,
        0x2fc12fc1 /* zfs */, 0xf2f52010 /* f2fs */, 0
    };

    (void) data;

    for (i = 0; i < sizeof(network) / sizeof(network[0]); i++) {
        assert_non_null(login_network_fs_name(network[i]));
    }

    for (i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
        assert_null(login_network_fs_name(local[i]));
    }
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_make, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_made),
        test(test_again),
        test(test_umask),
        test(test_interrupted),
        test(test_other_directory),
        test(test_owner),
        test(test_not_root),
        test(test_mode),
        test(test_missing),
        test(test_links),
        test(test_version),
        test(test_locks_stay),
        cmocka_unit_test(test_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
