/* NULL for every pointer of every function: refused where the pointer is required,
 * harmless everywhere, and nothing is written. */
#include "story.h"

#define REFUSED(call) CHECK_STATUS(HC_STATUS_NULL_ARGUMENT, call)

static const uint8_t id[16] = { 1 };

static void without_a_handle(void)
{
    hc_error *error = NULL;
    hc_seats seats = HC_SEATS_INIT;
    hc_user *user = UNTOUCHED(hc_user);
    hc_cursor *cursor = UNTOUCHED(hc_cursor);
    hc_directory *directory = UNTOUCHED(hc_directory);

    REFUSED(hc_directory_open(NULL, 1, NULL, &directory, NULL));
    REFUSED(hc_directory_open(HC_STR("x"), NULL, NULL, NULL));
    REFUSED(hc_directory_open_in_memory(NULL, NULL, NULL));
    REFUSED(hc_directory_verify(NULL, NULL, NULL));
    REFUSED(hc_directory_close(NULL, NULL));
    CHECK(hc_directory_generation(NULL) == NULL);
    REFUSED(hc_directory_set_license(NULL, HC_LICENSE_COMMUNITY, 0, NULL));
    REFUSED(hc_directory_get_seats(NULL, &seats, NULL));
    REFUSED(hc_directory_list_users(NULL, &cursor, NULL));
    REFUSED(hc_cursor_next(NULL, &user, NULL));
    REFUSED(hc_user_get(NULL, HC_STR("a@b"), &user, NULL));
    REFUSED(hc_user_get_by(NULL, HC_USER_KEY_ID, id, 16, &user, NULL));
    REFUSED(hc_user_get_by(NULL, HC_USER_KEY_EMAIL, HC_STR("a@b"), &user, NULL));
    REFUSED(hc_user_get_by(NULL, HC_USER_KEY_USERNAME, HC_STR("a"), &user, NULL));
    REFUSED(hc_user_create(NULL, HC_STR("a@b"), NULL, &user, NULL));
    REFUSED(hc_user_update_apply(NULL, HC_STR("a@b"), NULL, &user, NULL));
    REFUSED(hc_user_activate(NULL, HC_STR("a@b"), &user, NULL));
    REFUSED(hc_user_deactivate(NULL, HC_STR("a@b"), &user, NULL));
    REFUSED(hc_user_delete(NULL, HC_STR("a@b"), NULL));

    REFUSED(hc_directory_verify(NULL, NULL, &error));
    CHECK(hc_error_status(error) == HC_STATUS_NULL_ARGUMENT);
    CHECK_TEXT("directory is NULL and must not be", hc_error_message(error));
    CHECK(error_op_index(error, NULL) == 0);
    hc_error_free(error);

    CHECK(user == UNTOUCHED(hc_user) && cursor == UNTOUCHED(hc_cursor));
    CHECK(directory == UNTOUCHED(hc_directory) && seats.limit == 0);
}

static void with_a_directory(void)
{
    hc_directory *directory = in_memory();
    hc_user_update *update = hc_user_update_new();
    hc_user *user = UNTOUCHED(hc_user);
    hc_cursor *cursor = NULL;

    REFUSED(hc_directory_get_seats(directory, NULL, NULL));
    REFUSED(hc_directory_list_users(directory, NULL, NULL));
    REFUSED(hc_user_get(directory, NULL, 1, &user, NULL));
    REFUSED(hc_user_get(directory, HC_STR("a@b"), NULL, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_ID, NULL, 16, &user, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_ID, id, 16, NULL, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_EMAIL, NULL, 1, &user, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR("a@b"), NULL, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_USERNAME, NULL, 1, &user, NULL));
    REFUSED(hc_user_get_by(directory, HC_USER_KEY_USERNAME, HC_STR("a"), NULL, NULL));
    REFUSED(hc_user_create(directory, NULL, 1, NULL, &user, NULL));
    REFUSED(hc_user_update_apply(directory, NULL, 1, update, &user, NULL));
    REFUSED(hc_user_update_apply(directory, HC_STR("a@b"), NULL, &user, NULL));
    REFUSED(hc_user_activate(directory, NULL, 1, &user, NULL));
    REFUSED(hc_user_deactivate(directory, NULL, 1, &user, NULL));
    REFUSED(hc_user_delete(directory, NULL, 1, NULL));
    CHECK(user == UNTOUCHED(hc_user));

    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    REFUSED(hc_cursor_next(cursor, NULL, NULL));
    hc_cursor_free(cursor);
    hc_user_update_free(update);
    check_seats(directory, 5, 0, 0);
    verify_and_free(directory);
}

static void builders(void)
{
    hc_new_user *new_user = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();

    REFUSED(hc_options_set(NULL, HC_OPTION_CREATE_IF_MISSING, 1, NULL));
    REFUSED(hc_options_set_license_if_new(NULL, HC_LICENSE_COMMUNITY, 0, NULL));

    REFUSED(hc_new_user_set_id(NULL, id, NULL));
    REFUSED(hc_new_user_set_username(NULL, HC_STR("a"), NULL));
    REFUSED(hc_new_user_set_given_name(NULL, HC_STR("a"), NULL));
    REFUSED(hc_new_user_set_family_name(NULL, HC_STR("a"), NULL));
    REFUSED(hc_new_user_set_active(NULL, 1, NULL));
    REFUSED(hc_new_user_set_admin(NULL, 1, NULL));
    REFUSED(hc_new_user_set_created_at_micros(NULL, 1, NULL));
    REFUSED(hc_new_user_set_attribute(NULL, HC_STR("a"), HC_STR("b"), NULL));
    REFUSED(hc_new_user_set_id(new_user, NULL, NULL));
    REFUSED(hc_new_user_set_username(new_user, NULL, 1, NULL));
    REFUSED(hc_new_user_set_given_name(new_user, NULL, 1, NULL));
    REFUSED(hc_new_user_set_family_name(new_user, NULL, 1, NULL));
    REFUSED(hc_new_user_set_attribute(new_user, NULL, 1, HC_STR("b"), NULL));
    REFUSED(hc_new_user_set_attribute(new_user, HC_STR("a"), NULL, 1, NULL));
    hc_new_user_free(new_user);

    REFUSED(hc_user_update_set_if_version(NULL, 1, NULL));
    REFUSED(hc_user_update_set_email(NULL, HC_STR("a@b"), NULL));
    REFUSED(hc_user_update_set_username(NULL, HC_STR("a"), NULL));
    REFUSED(hc_user_update_reset_username(NULL, NULL));
    REFUSED(hc_user_update_set_given_name(NULL, HC_STR("a"), NULL));
    REFUSED(hc_user_update_set_family_name(NULL, HC_STR("a"), NULL));
    REFUSED(hc_user_update_set_admin(NULL, 1, NULL));
    REFUSED(hc_user_update_set_attribute(NULL, HC_STR("a"), HC_STR("b"), NULL));
    REFUSED(hc_user_update_remove_attribute(NULL, HC_STR("a"), NULL));
    REFUSED(hc_user_update_replace_attributes(NULL, NULL));
    REFUSED(hc_user_update_set_email(update, NULL, 1, NULL));
    REFUSED(hc_user_update_set_username(update, NULL, 1, NULL));
    REFUSED(hc_user_update_set_given_name(update, NULL, 1, NULL));
    REFUSED(hc_user_update_set_family_name(update, NULL, 1, NULL));
    REFUSED(hc_user_update_set_attribute(update, NULL, 1, HC_STR("b"), NULL));
    REFUSED(hc_user_update_set_attribute(update, HC_STR("a"), NULL, 1, NULL));
    REFUSED(hc_user_update_remove_attribute(update, NULL, 1, NULL));
    hc_user_update_free(update);
}

static void reading(void)
{
    hc_directory *directory = in_memory();
    hc_user *user = NULL;

    CHECK(hc_user_id(NULL) == NULL);
    CHECK(hc_user_id_text(NULL) == NULL);
    CHECK(hc_user_email(NULL) == NULL);
    CHECK(hc_user_username(NULL) == NULL);
    CHECK(hc_user_given_name(NULL) == NULL);
    CHECK(hc_user_family_name(NULL) == NULL);
    CHECK(hc_user_is_active(NULL) == 0);
    CHECK(hc_user_is_admin(NULL) == 0);
    CHECK(hc_user_version(NULL) == 0);
    CHECK(hc_user_created_at_micros(NULL) == 0);
    CHECK(hc_user_updated_at_micros(NULL) == 0);
    CHECK(hc_user_deactivated_at_micros(NULL) == 0);
    CHECK(hc_user_attribute_count(NULL) == 0);
    CHECK(hc_user_attribute_at(NULL, 0, NULL, NULL, NULL) == 0);
    CHECK(hc_user_attribute(NULL, HC_STR("a"), NULL) == NULL);
    CHECK(hc_cursor_remaining(NULL) == 0);

    CHECK(hc_error_status(NULL) == HC_STATUS_NULL_ARGUMENT);
    CHECK_TEXT("", hc_error_message(NULL));
    CHECK(details_of(NULL).is_retryable == 0);
    CHECK(error_seats(NULL, NULL, NULL, NULL) == 0);
    CHECK(error_versions(NULL, NULL, NULL) == 0);
    CHECK(error_op_index(NULL, NULL) == 0);

    CHECK_OK(hc_user_create(directory, HC_STR("a@b"), NULL, &user, NULL));
    CHECK(hc_user_attribute(user, NULL, 1, NULL) == NULL);
    CHECK(hc_user_attribute(user, NULL, 0, NULL) == NULL);
    CHECK(hc_user_attribute_at(user, 0, NULL, NULL, NULL) == 0);
    hc_user_free(user);
    hc_directory_free(directory);
}

static void freeing(void)
{
    hc_cursor_free(NULL);
    hc_directory_free(NULL);
    hc_error_free(NULL);
    hc_new_user_free(NULL);
    hc_options_free(NULL);
    hc_user_free(NULL);
    hc_user_update_free(NULL);
}

int main(void)
{
    without_a_handle();
    with_a_directory();
    builders();
    reading();
    freeing();
    return 0;
}
