/* A user with all fields, and updates of it, by text and by the bytes of the id. */
#include "story.h"

/* A user by the text of `id`. */
#define BY_ID HC_STR(text_of_id(id, id_text))

static const uint8_t id[16] = { 0x45, 0xe6, 0xb6, 0x41, 0xfe, 0x57, 0x4f, 0xb2,
                                0x83, 0xd2, 0x2c, 0x2b, 0xd2, 0x01, 0xef, 0xe8 };
#define ID_TEXT "45e6b641-fe57-4fb2-83d2-2c2bd201efe8"

#define STEVE HC_STR("Steve@ex.co")

static hc_new_user *steve(void)
{
    hc_new_user *new_user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_id(new_user, id, NULL));
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR("steve"), NULL));
    CHECK_OK(hc_new_user_set_given_name(new_user, HC_STR("Steve"), NULL));
    CHECK_OK(hc_new_user_set_family_name(new_user, HC_STR("J\xc3\xb6rg"), NULL));
    CHECK_OK(hc_new_user_set_admin(new_user, 1, NULL));
    CHECK_OK(hc_new_user_set_active(new_user, 0, NULL));
    CHECK_OK(hc_new_user_set_created_at_micros(new_user, 1720716959173000, NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("team"), HC_STR("platform"), NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("blob"), "a\0b", 3,
                                       NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("empty"), NULL, 0, NULL));

    /* A setter that fails changes nothing. */
    CHECK_STATUS(HC_STATUS_INVALID_USERNAME,
                 hc_new_user_set_username(new_user, HC_STR("ann@"), NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_new_user_set_attribute(new_user, HC_STR(""), HC_STR("x"), NULL));
    return new_user;
}

static void check_steve(const hc_user *user)
{
    const char *name = NULL, *value = NULL;
    size_t length = 0;
    CHECK(memcmp(hc_user_id(user), id, sizeof id) == 0);
    CHECK_TEXT(ID_TEXT, hc_user_id_text(user));
    CHECK_TEXT("Steve@ex.co", hc_user_email(user));
    CHECK_TEXT("steve", hc_user_username(user));
    CHECK_TEXT("Steve", hc_user_given_name(user));
    CHECK_TEXT("J\xc3\xb6rg", hc_user_family_name(user));
    CHECK(hc_user_is_admin(user) == 1 && hc_user_is_active(user) == 0);
    CHECK(hc_user_version(user) == 1);
    CHECK(hc_user_created_at_micros(user) == 1720716959173000);
    CHECK(hc_user_updated_at_micros(user) > 1720716959173000);
    CHECK(hc_user_deactivated_at_micros(user) == 0);

    CHECK(hc_user_attribute_count(user) == 3);
    CHECK(hc_user_attribute_at(user, 0, &name, &value, &length) == 1);
    CHECK_TEXT("blob", name);
    CHECK(length == 3 && memcmp(value, "a\0b", 4) == 0);
    CHECK(hc_user_attribute_at(user, 1, &name, &value, NULL) == 1);
    CHECK_TEXT("empty", name);
    CHECK_TEXT("", value);
    CHECK(hc_user_attribute_at(user, 3, &name, &value, &length) == 0);
    CHECK(length == 3);
    CHECK_TEXT("platform", hc_user_attribute(user, HC_STR("team"), &length));
    CHECK(length == 8);
    CHECK(hc_user_attribute(user, HC_STR("tea"), &length) == NULL);
    CHECK(length == 8);
}

static void look_up(const hc_directory *directory)
{
    hc_user *user = NULL;
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_ID, id, 16, &user, NULL));
    check_steve(user);
    hc_user_free(user);
    CHECK_OK(hc_user_get(directory, HC_STR(ID_TEXT), &user, NULL));
    check_steve(user);
    hc_user_free(user);
    CHECK_OK(hc_user_get(directory, HC_STR("steve@ex.co"), &user, NULL));
    check_steve(user);
    hc_user_free(user);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_USERNAME, HC_STR("STEVE"), &user, NULL));
    check_steve(user);
    hc_user_free(user);
}

static void update(const hc_directory *directory)
{
    char id_text[HC_ID_TEXT_BYTES];
    hc_user_update *update = hc_user_update_new();
    hc_user *user = NULL;
    hc_error *error = NULL;
    uint64_t expected = 0, found = 0;
    CHECK_OK(hc_user_update_set_if_version(update, 1, NULL));
    CHECK_OK(hc_user_update_set_email(update, HC_STR("steve@example.com"), NULL));
    CHECK_OK(hc_user_update_reset_username(update, NULL));
    CHECK_OK(hc_user_update_set_given_name(update, HC_STR(""), NULL));
    CHECK_OK(hc_user_update_set_family_name(update, HC_STR("Jones"), NULL));
    CHECK_OK(hc_user_update_set_admin(update, 0, NULL));
    CHECK_OK(hc_user_update_set_attribute(update, HC_STR("team"), HC_STR("sales"), NULL));
    CHECK_OK(hc_user_update_remove_attribute(update, HC_STR("blob"), NULL));
    CHECK_STATUS(HC_STATUS_INVALID_EMAIL,
                 hc_user_update_set_email(update, HC_STR("steve"), NULL));
    CHECK_OK(hc_user_update_apply(directory, HC_STR("steve@ex.co"), update, &user, NULL));
    CHECK_TEXT("steve@example.com", hc_user_email(user));
    CHECK_TEXT("steve@example.com", hc_user_username(user));
    CHECK(hc_user_given_name(user) == NULL);
    CHECK_TEXT("Jones", hc_user_family_name(user));
    CHECK_TEXT("sales", hc_user_attribute(user, HC_STR("team"), NULL));
    CHECK(hc_user_attribute_count(user) == 2 && hc_user_version(user) == 2);
    hc_user_free(user);

    CHECK_STATUS(HC_STATUS_CONFLICT,
                 hc_user_update_apply(directory, BY_ID, update, NULL, &error));
    CHECK(error_versions(error, &expected, &found) == 1);
    CHECK(expected == 1 && found == 2);
    CHECK(error_seats(error, NULL, NULL, NULL) == 0);
    CHECK(error_op_index(error, &found) == 1 && found == 0);
    hc_error_free(error);
    hc_user_update_free(update);

    update = hc_user_update_new();
    CHECK_OK(hc_user_update_replace_attributes(update, NULL));
    CHECK_OK(hc_user_update_set_username(update, HC_STR("sj"), NULL));
    CHECK_OK(hc_user_update_apply(directory, BY_ID, update, &user, NULL));
    CHECK(hc_user_attribute_count(user) == 0);
    CHECK_TEXT("sj", hc_user_username(user));
    hc_user_free(user);
    hc_user_update_free(update);
}

static void switches(const hc_directory *directory)
{
    char id_text[HC_ID_TEXT_BYTES];
    hc_user *user = NULL;
    CHECK_OK(hc_user_activate(directory, BY_ID, &user, NULL));
    CHECK(hc_user_is_active(user) == 1);
    hc_user_free(user);
    CHECK_OK(hc_user_deactivate(directory, BY_ID, &user, NULL));
    CHECK(hc_user_is_active(user) == 0);
    hc_user_free(user);
    CHECK_OK(hc_user_delete(directory, BY_ID, NULL));
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_ID, id, 16, &user, NULL));
    CHECK(user == NULL);
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND, hc_user_delete(directory, BY_ID, NULL));
}

/* The email is named last, by the call; the same details serve for several users. */
static void details_of_several(const hc_directory *directory)
{
    hc_new_user *details = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();
    hc_batch *batch = hc_batch_new();
    hc_user *user = UNTOUCHED(hc_user);
    CHECK_OK(hc_new_user_set_active(details, 0, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_EMAIL,
                 hc_user_create(directory, HC_STR("ann@"), details, &user, NULL));
    CHECK_STATUS(HC_STATUS_EMAIL_REQUIRED,
                 hc_batch_create_user(batch, HC_STR(""), details, NULL));
    CHECK(user == UNTOUCHED(hc_user) && hc_batch_count(batch) == 0);
    CHECK_OK(hc_batch_create_user(batch, HC_STR("bob@ex.co"), details, NULL));
    CHECK_OK(hc_batch_create_user(batch, HC_STR("cho@ex.co"), details, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    check_seats(directory, 1, 0, 2);

    /* A username that is the email follows it, whatever was named first. */
    CHECK_OK(hc_new_user_set_username(details, HC_STR("Ann@ex.co"), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), details, NULL, NULL));
    CHECK_STATUS(HC_STATUS_USERNAME_TAKEN,
                 hc_user_create(directory, HC_STR("dee@ex.co"), details, NULL, NULL));
    CHECK_OK(hc_user_update_set_email(update, HC_STR("ann@example.com"), NULL));
    CHECK_OK(hc_user_update_apply(directory, HC_STR("ann@ex.co"), update, &user, NULL));
    CHECK_TEXT("ann@example.com", hc_user_username(user));
    hc_user_free(user);
    hc_batch_free(batch);
    hc_user_update_free(update);
    hc_new_user_free(details);
}

int main(int argc, char **argv)
{
    hc_directory *directory = NULL;
    hc_options *options = hc_options_new();
    hc_new_user *new_user = steve();
    hc_user *user = NULL;
    CHECK(argc == 2);
    CHECK(hc_abi_version() == HC_ABI_VERSION);
    CHECK(hc_version_number() >= 1000 && strlen(hc_version_string()) >= 5);
    CHECK_OK(hc_options_set(options, HC_OPTION_PAGE_CACHE_BYTES, 1 << 20, NULL));
    CHECK_OK(hc_options_set(options, HC_OPTION_CREATE_IF_MISSING, 1, NULL));
    CHECK_OK(hc_options_set_license_if_new(options, HC_LICENSE_SEATS, 1, NULL));
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), options, &directory, NULL));
    check_seats(directory, 1, 0, 0);

    CHECK_OK(hc_user_create(directory, STEVE, new_user, &user, NULL));
    check_steve(user);
    hc_user_free(user);
    look_up(directory);
    CHECK_STATUS(HC_STATUS_ID_TAKEN, hc_user_create(directory, STEVE, new_user, NULL, NULL));
    update(directory);
    switches(directory);
    CHECK_STATUS(HC_STATUS_ID_TAKEN, hc_user_create(directory, STEVE, new_user, NULL, NULL));
    details_of_several(directory);
    hc_new_user_free(new_user);
    hc_options_free(options);
    verify_and_free(directory);
    return 0;
}
