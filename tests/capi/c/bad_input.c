/* Texts that aren't UTF-8, impossible lengths, unknown numbers. */
#include "story.h"

#define INVALID(call) CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, call)
#define NOT_UTF8 "ann\xff@ex.co", 10
#define HUGE_TEXT(length) "ann@ex.co", (length)

static void texts(const hc_directory *directory)
{
    static const size_t lengths[] = { SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1, 1048577 };
    hc_user *user = UNTOUCHED(hc_user);
    hc_error *error = NULL;
    CHECK_STATUS(HC_STATUS_INVALID_UTF8, hc_user_create(directory, NOT_UTF8, NULL, &user, &error));
    CHECK_TEXT("email is not UTF-8 from byte 3 on", hc_error_message(error));
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_INVALID_UTF8,
                 hc_user_get_by(directory, HC_USER_KEY_EMAIL, NOT_UTF8, &user, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_UTF8,
                 hc_user_get_by(directory, HC_USER_KEY_USERNAME, NOT_UTF8, &user, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_UTF8, hc_user_get(directory, NOT_UTF8, &user, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_UTF8, hc_user_delete(directory, NOT_UTF8, NULL));

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        INVALID(hc_user_create(directory, HUGE_TEXT(lengths[i]), NULL, &user, NULL));
        INVALID(hc_user_get(directory, HUGE_TEXT(lengths[i]), &user, NULL));
        INVALID(hc_user_activate(directory, HUGE_TEXT(lengths[i]), &user, NULL));
    }
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED, hc_user_create(directory, NULL, 0, NULL, &user, NULL));
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED,
                 hc_user_create(directory, HC_STR(""), NULL, &user, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_EMAIL,
                 hc_user_create(directory, "a\0b@ex.co", 9, NULL, &user, &error));
    CHECK(strlen(hc_error_message(error)) > 10);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_user_activate(directory, HC_STR("nobody@ex.co"), &user, NULL));
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND, hc_user_activate(directory, NULL, 0, &user, NULL));
    CHECK(user == UNTOUCHED(hc_user));
}

static void numbers(hc_directory *directory)
{
    static const int32_t no_flags[] = { -1, 2, 256, INT32_MAX, INT32_MIN };
    hc_options *options = hc_options_new();
    hc_new_user *new_user = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();
    hc_seats seats = HC_SEATS_INIT;
    for (size_t i = 0; i < sizeof no_flags / sizeof *no_flags; i++) {
        INVALID(hc_options_set(options, HC_OPTION_CREATE_IF_MISSING, no_flags[i], NULL));
        INVALID(hc_new_user_set_active(new_user, no_flags[i], NULL));
        INVALID(hc_new_user_set_admin(new_user, no_flags[i], NULL));
        INVALID(hc_user_update_set_admin(update, no_flags[i], NULL));
    }
    INVALID(hc_new_user_set_created_at_micros(new_user, UINT64_MAX, NULL));
    INVALID(hc_options_set(options, HC_OPTION_PAGE_CACHE_BYTES, UINT64_MAX, NULL));
    INVALID(hc_options_set(options, HC_OPTION_USER_CACHE_BYTES, UINT64_MAX, NULL));
    INVALID(hc_options_set(options, HC_OPTION_LOG_BYTES, UINT64_MAX, NULL));
    INVALID(hc_options_set(options, HC_OPTION_SALVAGE_LOG, 2, NULL));
    INVALID(hc_options_set(options, 0, 1, NULL));
    INVALID(hc_options_set(options, 9, 1, NULL));
    INVALID(hc_options_set(options, HC_OPTION_SYNC_INTERVAL_MS, 86400001, NULL));
    INVALID(hc_options_set(options, HC_OPTION_SYNC_INTERVAL_MS, UINT64_MAX, NULL));
    INVALID(hc_options_set_license_if_new(options, 3, 0, NULL));
    INVALID(hc_directory_set_license(directory, -1, 0, NULL));
    INVALID(hc_directory_set_license(directory, 3, 0, NULL));
    INVALID(hc_directory_set_license(directory, HC_LICENSE_COMMUNITY, 5, NULL));
    INVALID(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 1, NULL));
    check_seats(directory, 5, 0, 0);

    seats.struct_size = 0;
    INVALID(hc_directory_get_seats(directory, &seats, NULL));
    seats.struct_size = sizeof seats - 1;
    INVALID(hc_directory_get_seats(directory, &seats, NULL));
    seats.struct_size = UINT32_MAX; /* of a later release: the known fields are filled in */
    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    CHECK(seats.limit == 5 && seats.free == 5 && seats.over_by == 0);
    CHECK(seats.license == HC_LICENSE_COMMUNITY);

    CHECK_TEXT("HC_STATUS_IO", hc_status_name(HC_STATUS_IO));
    CHECK_TEXT("HC_STATUS_UNKNOWN", hc_status_name(-1));
    hc_options_free(options);
    hc_new_user_free(new_user);
    hc_user_update_free(update);
}

static void files(const char *path)
{
    hc_directory *directory = UNTOUCHED(hc_directory);
    hc_options *options = hc_options_new();
    CHECK_OK(hc_options_set(options, HC_OPTION_CREATE_IF_MISSING, 0, NULL));
    CHECK_STATUS(HC_STATUS_IO, hc_directory_open(HC_STR(path), options, &directory, NULL));
    CHECK_STATUS(HC_STATUS_IO, hc_directory_open(NULL, 0, NULL, &directory, NULL));
    CHECK_STATUS(HC_STATUS_IO,
                 hc_directory_open("a\0b", 3, NULL, &directory, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_UTF8,
                 hc_directory_open(NOT_UTF8, NULL, &directory, NULL));
    INVALID(hc_directory_open(HUGE_TEXT(SIZE_MAX - 1), NULL, &directory, NULL));
    CHECK(directory == UNTOUCHED(hc_directory));
    hc_options_free(options);
}

int main(int argc, char **argv)
{
    hc_directory *directory = in_memory();
    CHECK(argc == 2);
    texts(directory);
    numbers(directory);
    files(argv[1]);
    verify_and_free(directory);
    return 0;
}
