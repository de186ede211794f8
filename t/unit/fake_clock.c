
/*
 * A clock for tests, preloaded into nginx: gettimeofday() and time() tell
 * what stands in the file that FAKE_CLOCK names, in seconds since the epoch.
 * Intervals are measured by other clocks, which run on.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static char  fake_clock_path[4096];


__attribute__((constructor)) static void
fake_clock_init(void)
{
    const char  *path;

    path = getenv("FAKE_CLOCK");

    if (path != NULL && strlen(path) < sizeof(fake_clock_path)) {
        (void) strcpy(fake_clock_path, path);
    }
}


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    int      fd;
    char     text[32];
    ssize_t  n;

    (void) tz;

    fd = open(fake_clock_path, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        abort();
    }

    n = read(fd, text, sizeof(text) - 1);

    (void) close(fd);

    if (n <= 0) {
        abort();
    }

    text[n] = '\0';

    tv->tv_sec = (time_t) strtoll(text, NULL, 10);
    tv->tv_usec = 0;

    return 0;
}


time_t
time(time_t *t)
{
    struct timeval   tv;
    struct timespec  ts;

    /* libraries ask before this one is ready */

    if (fake_clock_path[0] == '\0') {
        (void) clock_gettime(CLOCK_REALTIME, &ts);
        tv.tv_sec = ts.tv_sec;

    } else {
        (void) gettimeofday(&tv, NULL);
    }

    if (t != NULL) {
        *t = tv.tv_sec;
    }

    return tv.tv_sec;
}
