/* Emails, usernames, licenses, roles, times and ids as texts, without a directory. */
#include "story.h"

static void keys(void)
{
    char key[HC_KEY_BYTES + 1];
    char longest[255];
    hc_error *error = NULL;
    memset(key, '#', sizeof key);
    CHECK_OK(hc_email_key(HC_STR(" Ada+x@B\xc3\xbc" "cher.Example\n"), key, NULL));
    CHECK_TEXT("ada+x@xn--bcher-kva.example", key);
    CHECK(key[sizeof "ada+x@xn--bcher-kva.example"] == '#');
    CHECK_OK(hc_email_key(HC_STR("ada@ex.co"), NULL, NULL));
    memcpy(key, "same", 5);
    CHECK_STATUS(HC_STATUS_INVALID_EMAIL, hc_email_key(HC_STR("ada"), key, &error));
    CHECK(strstr(hc_error_message(error), "ada") != NULL);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED, hc_email_key(HC_STR(" "), key, NULL));
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED, hc_email_key(NULL, 0, key, NULL));
    CHECK_STATUS(HC_STATUS_INTERNATIONAL_EMAIL,
                 hc_email_key(HC_STR("j\xc3\xbcrgen@ex.co"), key, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_UTF8, hc_email_key(HC_STR("a\xff@ex.co"), key, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_email_key("a@b", SIZE_MAX - 1, key, NULL));
    CHECK_TEXT("same", key);

    /* 254 octets, the maximum. */
    memset(longest, 'a', 254);
    longest[64] = '@';
    longest[128] = longest[192] = '.';
    CHECK_OK(hc_email_key(longest, 254, key, NULL));
    CHECK(strlen(key) == 254 && key[HC_KEY_BYTES] == '#');
    CHECK_OK(hc_username_key(HC_STR(" A\xef\xbc\xa4" "a "), key, NULL));
    CHECK_TEXT("ada", key);
    CHECK_OK(hc_username_key(HC_STR("ada"), NULL, NULL));
    memset(longest, 'U', 255);
    CHECK_OK(hc_username_key(longest, 255, key, NULL));
    CHECK(strlen(key) == 255 && key[0] == 'u' && key[HC_KEY_BYTES] == '#');
    CHECK_OK(hc_username_key(HC_STR("A@b"), key, NULL));
    CHECK_TEXT("a@b", key);
    CHECK_STATUS(HC_STATUS_INVALID_USERNAME, hc_username_key(HC_STR("a@"), key, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_USERNAME, hc_username_key(NULL, 0, key, NULL));
}

static void licenses_and_roles(void)
{
    int32_t license = -7, role = -7;
    uint64_t seats = 7;
    CHECK_OK(hc_license_from_text(HC_STR("Enterprise"), &license, &seats, NULL));
    CHECK(license == HC_LICENSE_ENTERPRISE && seats == 0);
    CHECK_OK(hc_license_from_text(HC_STR("community"), &license, &seats, NULL));
    CHECK(license == HC_LICENSE_COMMUNITY && seats == 0);
    CHECK_OK(hc_license_from_text(HC_STR("250"), &license, &seats, NULL));
    CHECK(license == HC_LICENSE_SEATS && seats == 250);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_license_from_text(HC_STR("-1"), &license, &seats, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_license_from_text(NULL, 0, &license, &seats, NULL));
    CHECK(license == HC_LICENSE_SEATS && seats == 250);

    CHECK_OK(hc_role_from_text(HC_STR("owner"), &role, NULL));
    CHECK(role == HC_ROLE_OWNER);
    CHECK_OK(hc_role_from_text(HC_STR("Collaborator"), &role, NULL));
    CHECK(role == HC_ROLE_USER);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_role_from_text(HC_STR("any"), &role, NULL));
    CHECK(role == HC_ROLE_USER);
}

static void times(void)
{
    char text[HC_TIME_TEXT_BYTES + 1];
    uint64_t micros = 7;
    memset(text, '#', sizeof text);
    CHECK_OK(hc_time_to_text(UINT64_C(1720716959173000), text, NULL));
    CHECK_TEXT("2024-07-11T16:55:59.173Z", text);
    CHECK_OK(hc_time_to_text(0, text, NULL));
    CHECK_TEXT("1970-01-01T00:00:00Z", text);
    CHECK_OK(hc_time_to_text(UINT64_C(253402207199999999), text, NULL));
    CHECK_TEXT("9999-12-30T21:59:59.999999Z", text);
    CHECK(text[HC_TIME_TEXT_BYTES] == '#');
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_time_to_text(UINT64_MAX, text, NULL));
    CHECK_TEXT("9999-12-30T21:59:59.999999Z", text);
    CHECK_OK(hc_time_from_text(HC_STR("2024-07-11T18:55:59.173+02:00"), &micros, NULL));
    CHECK(micros == UINT64_C(1720716959173000));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_time_from_text(HC_STR("1969-12-31T00:00:00Z"), &micros, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_time_from_text(HC_STR("yesterday"), &micros, NULL));
    CHECK(micros == UINT64_C(1720716959173000));
}

/* An id that is drawn can be given to a user. */
static void ids(void)
{
    hc_directory *directory = in_memory();
    hc_new_user *new_user = hc_new_user_new();
    hc_user *user = NULL;
    uint8_t first[16] = { 0 }, second[16] = { 0 };
    CHECK_OK(hc_id_generate(first, NULL));
    CHECK_OK(hc_id_generate(second, NULL));
    CHECK(memcmp(first, second, 16) != 0 && first[6] >> 4 == 7);
    CHECK_OK(hc_new_user_set_id(new_user, first, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), new_user, &user, NULL));
    CHECK(memcmp(hc_user_id(user), first, 16) == 0);
    hc_user_free(user);
    hc_new_user_free(new_user);
    verify_and_free(directory);
}

/* The counts of a verification, and the version of the license. */
static void numbers(void)
{
    hc_directory *directory = in_memory();
    hc_workspace *own = NULL;
    hc_verified verified = HC_VERIFIED_INIT;
    hc_seats seats = HC_SEATS_INIT;
    hc_batch *batch = hc_batch_new();
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("cho@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_deactivate(directory, HC_STR("bob@ex.co"), NULL, NULL));
    CHECK_OK(hc_user_delete(directory, HC_STR("cho@ex.co"), NULL));
    CHECK_OK(hc_user_get_default_workspace(directory, HC_STR("ann@ex.co"), &own, NULL));
    hc_workspace_free(own);
    CHECK_OK(hc_directory_verify(directory, &verified, NULL));
    CHECK(verified.active == 1 && verified.inactive == 1 && verified.deleted == 1);
    CHECK(verified.workspaces == 1 && verified.members == 1 && verified.changes == 6);
    verified.struct_size = sizeof verified - 1;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_verify(directory, &verified, NULL));

    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    CHECK_OK(hc_batch_set_license(batch, HC_LICENSE_SEATS, 9, NULL));
    CHECK_OK(hc_batch_set_if_version(batch, seats.license_version, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_STATUS(HC_STATUS_CONFLICT, hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    verify_and_free(directory);
}

/* The figures of the cache and of commits; without a cache, every read is a miss. */
static void figures(void)
{
    static const uint64_t cache_bytes[] = { 0, 1 << 20 };
    for (uint64_t hits = 0; hits < 2; hits++) {
        hc_directory *directory = NULL;
        hc_options *options = hc_options_new();
        hc_stats stats = HC_STATS_INIT;
        hc_user *user = NULL;
        CHECK_OK(hc_options_set(options, HC_OPTION_USER_CACHE_BYTES, cache_bytes[hits], NULL));
        CHECK_OK(hc_directory_open_in_memory(options, &directory, NULL));
        CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
        CHECK_OK(hc_user_deactivate(directory, HC_STR("ann@ex.co"), NULL, NULL));
        for (int i = 0; i < 3; i++) {
            CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("ann@ex.co"), &user, NULL));
            hc_user_free(user);
        }
        CHECK_OK(hc_directory_get_stats(directory, &stats, NULL));
        CHECK(stats.users_active == 0 && stats.users_inactive == 1 && stats.workspaces == 0);
        CHECK(stats.latest_change == 2 && stats.commit_requests == 2);
        CHECK(stats.commit_groups >= 1 && stats.commit_groups <= 2);
        CHECK((stats.cache_hits > 0) == (hits > 0) && stats.cache_misses > 0);
        CHECK((stats.cache_entries > 0) == (hits > 0));
        CHECK(stats.cache_bytes <= cache_bytes[hits] && stats.struct_size == sizeof stats);
        CHECK(stats.seats_limit == 5 && stats.file_bytes == 0 && stats.checkpoints == 0);
        CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
        CHECK_OK(hc_directory_get_stats(directory, &stats, NULL));
        CHECK(stats.seats_limit == HC_NO_LIMIT);
        CHECK(((hc_stats)HC_STATS_INIT).seats_limit == HC_NO_LIMIT);
        /* The fields of the first release. */
        stats.struct_size = offsetof(hc_stats, seats_limit);
        stats.seats_limit = 7;
        CHECK_OK(hc_directory_get_stats(directory, &stats, NULL));
        CHECK(stats.latest_change == 3 && stats.seats_limit == 7);
        stats.struct_size--;
        CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                     hc_directory_get_stats(directory, &stats, NULL));
        hc_options_free(options);
        verify_and_free(directory);
    }
}

/* A text may be NUL-terminated instead of having a length; HC_STR evaluates its argument
 * once. */
static void nul_terminated(void)
{
    hc_directory *directory = in_memory();
    hc_user *user = NULL;
    const char *texts[2] = { "ann@ex.co", "bob@ex.co" }, **next = texts;
    const char no_nul[9] = { 'c', 'h', 'o', '@', 'e', 'x', '.', 'c', 'o' };
    char *long_text = malloc(1048578);
    CHECK_OK(hc_user_create(directory, HC_STR(*next++), NULL, NULL, NULL));
    CHECK(next == texts + 1);
    CHECK_OK(hc_user_create(directory, *next, HC_NUL_TERMINATED, NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, no_nul, sizeof no_nul, NULL, NULL, NULL));
    CHECK_OK(hc_user_get(directory, HC_STR("bob@ex.co"), &user, NULL));
    CHECK_TEXT("bob@ex.co", hc_user_email(user));
    hc_user_free(user);
    check_seats(directory, 5, 3, 0);
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED, hc_user_create(directory, HC_STR(""), NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_NULL_ARGUMENT,
                 hc_user_create(directory, NULL, HC_NUL_TERMINATED, NULL, NULL, NULL));
    CHECK(long_text != NULL);
    memset(long_text, 'a', 1048577);
    long_text[1048577] = 0;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_user_create(directory, HC_STR(long_text), NULL, NULL, NULL));
    free(long_text);
    verify_and_free(directory);
}

int main(void)
{
    nul_terminated();
    keys();
    licenses_and_roles();
    times();
    ids();
    numbers();
    figures();
    return 0;
}
