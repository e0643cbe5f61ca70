/* Backups, restoring, reading only, waiting and compacting. */
#include "story.h"

static char backup[4096];

#define PATH(text) (text), strlen(text)

static hc_directory *open_file(const char *path)
{
    hc_directory *directory = NULL;
    CHECK_OK(hc_directory_open(PATH(path), NULL, &directory, NULL));
    return directory;
}

static uint64_t users_of(const hc_directory *directory)
{
    hc_seats seats = HC_SEATS_INIT;
    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    return seats.active + seats.inactive;
}

static void tell(void *userdata, uint64_t done, uint64_t bytes)
{
    uint64_t *told = userdata;
    CHECK(done > 0 && bytes > 0);
    *told = done;
}

static void copies(const char *path)
{
    hc_directory *directory = open_file(path);
    hc_copied copied = HC_COPIED_INIT;
    hc_error *error = NULL;
    uint64_t told = 0;
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_directory_backup(directory, PATH(backup), 0, &copied, tell, &told, NULL));
    CHECK(told > 1);
    CHECK(copied.users == 1 && copied.sequence == 1 && copied.bytes > 0);
    CHECK(copied.struct_size == sizeof copied);
    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_IO,
                 hc_directory_backup(directory, PATH(backup), 0, NULL, NULL, NULL, &error));
    CHECK(strstr(hc_error_message(error), "overwritten") != NULL);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_backup(directory, PATH(backup), 2, NULL, NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_directory_backup(directory, PATH(path), 1, NULL, NULL, NULL, NULL));
    copied.struct_size = sizeof copied - 1;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_backup(directory, PATH(backup), 1, &copied, NULL, NULL, NULL));

    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_file_restore(PATH(backup), PATH(path), 1, NULL, NULL, NULL, NULL));
    verify_and_free(directory);
    CHECK_STATUS(HC_STATUS_IO,
                 hc_file_restore(PATH(backup), PATH(path), 0, NULL, NULL, NULL, NULL));
    copied.struct_size = sizeof copied;
    copied.users = told = 0;
    CHECK_OK(hc_file_restore(PATH(backup), PATH(path), 1, &copied, tell, &told, NULL));
    CHECK(copied.users == 1 && told > 1);
    directory = open_file(path);
    CHECK(users_of(directory) == 1);
    verify_and_free(directory);
}

static void readers(const char *path)
{
    hc_options *options = hc_options_new();
    hc_directory *one = NULL, *two = NULL, *writer = UNTOUCHED(hc_directory);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_options_set(options, HC_OPTION_READ_ONLY, 2, NULL));
    CHECK_OK(hc_options_set(options, HC_OPTION_READ_ONLY, 1, NULL));
    CHECK_OK(hc_directory_open(PATH(path), options, &one, NULL));
    CHECK_OK(hc_directory_open(PATH(path), options, &two, NULL));
    CHECK(users_of(one) == 1 && users_of(two) == 1);
    CHECK_STATUS(HC_STATUS_READ_ONLY, hc_user_create(one, HC_STR("cho@ex.co"), NULL, NULL, NULL));
    hc_directory_free(two);

    /* A writer waits for the reader, up to its timeout. */
    CHECK_OK(hc_options_set(options, HC_OPTION_READ_ONLY, 0, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_options_set(options, HC_OPTION_OPEN_TIMEOUT_MS, 86400001, NULL));
    CHECK_OK(hc_options_set(options, HC_OPTION_OPEN_TIMEOUT_MS, 20, NULL));
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN, hc_directory_open(PATH(path), options, &writer, NULL));
    CHECK(writer == UNTOUCHED(hc_directory));
    hc_directory_free(one);
    CHECK_OK(hc_directory_open(PATH(path), options, &writer, NULL));
    verify_and_free(writer);
    hc_options_free(options);
}

static void space(const char *path)
{
    uint64_t before = 0, after = 0;
    hc_directory *directory = open_file(path);
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_file_compact(PATH(path), NULL, &before, &after, NULL));
    CHECK(before == 0 && after == 0);
    verify_and_free(directory);
    CHECK_OK(hc_file_compact(PATH(path), NULL, &before, &after, NULL));
    CHECK(after > 0 && after <= before);
    CHECK_OK(hc_file_compact(PATH(path), NULL, NULL, NULL, NULL));
    directory = open_file(path);
    CHECK(users_of(directory) == 1);
    verify_and_free(directory);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    CHECK(snprintf(backup, sizeof backup, "%s.backup", argv[1]) < (int)sizeof backup);
    copies(argv[1]);
    readers(argv[1]);
    space(argv[1]);
    return 0;
}
