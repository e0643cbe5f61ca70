/* The session of the product guide, on a file: list the users, get one by email,
 * deactivate and activate one, and reach the limit of five seats. */
#include "story.h"

static void create(const hc_directory *directory, const char *email, const char *username)
{
    hc_new_user *new_user = hc_new_user_new();
    hc_user *user = NULL;
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR(username), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR(email), new_user, &user, NULL));
    CHECK_TEXT(email, hc_user_email(user));
    CHECK_TEXT(username, hc_user_username(user));
    hc_user_free(user);
    hc_new_user_free(new_user);
}

static void list_users(const hc_directory *directory)
{
    static const char *const emails[] = { "john.hummel+signuptest@wallaroo.ai",
                                          "steve@ex.co", "test@test.com",
                                          "testuser@wallaroo.ai" };
    hc_cursor *cursor = NULL;
    hc_user *user = NULL;
    size_t count = 0;
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK(hc_cursor_remaining(cursor) == 4);
    while (hc_cursor_next(cursor, &user, NULL) == HC_STATUS_OK && user != NULL) {
        CHECK(count < 4);
        CHECK_TEXT(emails[count], hc_user_email(user));
        CHECK(strlen(hc_user_id_text(user)) == 36);
        count++;
        hc_user_free(user);
    }
    CHECK(count == 4);
    CHECK(user == NULL);
    CHECK_OK(hc_cursor_next(cursor, &user, NULL)); /* the end stays the end */
    CHECK(user == NULL && hc_cursor_remaining(cursor) == 0);
    hc_cursor_free(cursor);
}

static void get_user_by_email(const hc_directory *directory)
{
    hc_user *user = NULL;
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("Steve@EX.co"), &user, NULL));
    CHECK(user != NULL);
    CHECK_TEXT("steve", hc_user_username(user));
    CHECK(hc_user_is_active(user) == 1);
    hc_user_free(user);

    user = UNTOUCHED(hc_user);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("nobody@ex.co"), &user, NULL));
    CHECK(user == NULL);
    user = UNTOUCHED(hc_user);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("not an address"), &user, NULL));
    CHECK(user == NULL);
    user = UNTOUCHED(hc_user);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_USERNAME, HC_STR("nobody"), &user, NULL));
    CHECK(user == NULL);
}

static void deactivate_and_activate(const hc_directory *directory)
{
    hc_user *user = NULL;
    CHECK_OK(hc_user_deactivate(directory, HC_STR("testuser@wallaroo.ai"), &user, NULL));
    CHECK(hc_user_is_active(user) == 0);
    CHECK(hc_user_version(user) == 2);
    hc_user_free(user);
    check_seats(directory, 5, 3, 1);

    CHECK_OK(hc_user_activate(directory, HC_STR("testuser@wallaroo.ai"), NULL, NULL));
    CHECK_OK(hc_user_activate(directory, HC_STR("testuser@wallaroo.ai"), NULL, NULL));
    check_seats(directory, 5, 4, 0);
}

static void meet_the_limit(const hc_directory *directory)
{
    hc_error *error = NULL;
    hc_user *user = UNTOUCHED(hc_user);
    uint64_t limit = 0, active = 0, requested = 0;
    CHECK_OK(hc_user_create(directory, HC_STR("fifth@ex.co"), NULL, NULL, &error));
    CHECK(error == NULL);
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_user_create(directory, HC_STR("sixth@ex.co"), NULL, &user, &error));
    CHECK(user == UNTOUCHED(hc_user));
    CHECK(hc_error_status(error) == HC_STATUS_NO_FREE_SEAT);
    CHECK(strstr(hc_error_message(error), "5 of 5 seats") != NULL);
    CHECK(error_seats(error, &limit, &active, &requested) == 1);
    CHECK(limit == 5 && active == 5 && requested == 1);
    CHECK(error_versions(error, &limit, &active) == 0);
    CHECK(limit == 5 && active == 5);
    CHECK(details_of(error).is_retryable == 0);
    hc_error_free(error);

    CHECK_OK(hc_user_deactivate(directory, HC_STR("steve@ex.co"), NULL, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("sixth@ex.co"), NULL, NULL, NULL));
    check_seats(directory, 5, 5, 1);

    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    CHECK_OK(hc_user_activate(directory, HC_STR("steve@ex.co"), NULL, NULL));
    check_seats(directory, HC_NO_LIMIT, 6, 0);
    CHECK_OK(hc_user_delete(directory, HC_STR("sixth@ex.co"), NULL));
    check_seats(directory, HC_NO_LIMIT, 5, 0);
}

int main(int argc, char **argv)
{
    hc_directory *directory = NULL;
    CHECK(argc == 2);
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &directory, NULL));
    create(directory, "test@test.com", "admin");
    create(directory, "steve@ex.co", "steve");
    create(directory, "testuser@wallaroo.ai", "testuser@wallaroo.ai");
    create(directory, "john.hummel+signuptest@wallaroo.ai",
           "john.hummel+signuptest@wallaroo.ai");
    list_users(directory);
    get_user_by_email(directory);
    deactivate_and_activate(directory);
    meet_the_limit(directory);
    verify_and_free(directory);

    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &directory, NULL));
    check_seats(directory, HC_NO_LIMIT, 5, 0);
    verify_and_free(directory);
    return 0;
}
