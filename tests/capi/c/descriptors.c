/* A host that closed its standard descriptors and still writes to them doesn't write into
 * the directory. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <sys/stat.h>
#include <unistd.h>

/* Writes what such a host would print. */
static void chatter(void)
{
    static const char line[] = "a line of output that belongs nowhere near a database\n";
    for (int i = 0; i < 100; i++) {
        for (int descriptor = 0; descriptor <= 2; descriptor++) {
            if (write(descriptor, line, sizeof line - 1) < 0)
                continue;
        }
    }
}

static void check_no_files(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        struct stat found;
        CHECK(fstat(descriptor, &found) == 0 && !S_ISREG(found.st_mode));
    }
}

int main(int argc, char **argv)
{
    hc_directory *directory = NULL;
    CHECK(argc == 2);
    for (int round = 0; round < 3; round++) {
        char email[32];
        snprintf(email, sizeof email, "user%d@ex.co", round);
        for (int descriptor = 0; descriptor <= 2; descriptor++)
            close(descriptor);
        CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &directory, NULL));
        check_no_files();
        chatter();
        CHECK_OK(hc_user_create(directory, HC_STR(email), NULL, NULL, NULL));
        check_no_files(); /* nor is the log, which exists now */
        chatter();
        CHECK_OK(hc_user_deactivate(directory, HC_STR(email), NULL, NULL));
        verify_and_free(directory);
    }
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &directory, NULL));
    check_seats(directory, 5, 0, 3);
    verify_and_free(directory);
    return 0;
}
