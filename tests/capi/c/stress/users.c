/* Users are created, changed and deleted. Threads compete only for seats. */
#include "stress.h"

/* A user by the text of `id`. */
#define BY_ID HC_STR(text_of_id(id, id_text))

/* Reads every field of a user. */
static void look_at(const hc_user *user, const char *email)
{
    const char *name = NULL, *value = NULL;
    size_t value_len = 0;
    CHECK_TEXT(email, hc_user_email(user));
    CHECK(hc_user_id(user) != NULL && strlen(hc_user_id_text(user)) == 36);
    CHECK(strlen(hc_user_username(user)) > 0);
    CHECK(hc_user_given_name(user) == NULL || strlen(hc_user_given_name(user)) == 3);
    CHECK(hc_user_family_name(user) == NULL || strlen(hc_user_family_name(user)) == 3);
    CHECK(hc_user_is_active(user) == 0 || hc_user_is_active(user) == 1);
    CHECK(hc_user_is_admin(user) == 0);
    CHECK(hc_user_version(user) >= 1);
    CHECK(hc_user_created_at_micros(user) > 0 && hc_user_updated_at_micros(user) > 0);
    CHECK(!hc_user_is_active(user) || hc_user_deactivated_at_micros(user) == 0);
    for (size_t i = 0; i < hc_user_attribute_count(user); i++) {
        CHECK(hc_user_attribute_at(user, i, &name, &value, &value_len) == 1);
        CHECK(hc_user_attribute(user, HC_STR(name), NULL) == value);
        CHECK(strlen(value) == value_len);
    }
}

/* The same user packed, in both ways. */
static void read_packed(const hc_directory *directory, const char *email, const uint8_t *id)
{
    uint8_t buffer[1024], keys[20] = { 16, 0, 0, 0 };
    uint32_t offset = 0;
    size_t read = 0, written = 0;
    hc_packed_batch batch;
    hc_packed_user user;
    CHECK_OK(hc_user_read(directory, HC_USER_KEY_EMAIL, HC_STR(email), buffer, sizeof buffer,
                          &written, NULL));
    CHECK(hc_packed_open(&batch, buffer, written) == 1);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD);
    CHECK(memcmp(user.id, id, 16) == 0);
    memcpy(keys + 4, id, 16);
    CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_ID, keys, sizeof keys, buffer,
                               sizeof buffer, &offset, 1, &read, &written, NULL));
    CHECK(read == 1 && offset == 16 && hc_packed_open(&batch, buffer, written) == 1);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD);
    CHECK_TEXT(email, user.email.bytes);
}

static hc_new_user *newcomer(const char *username, const uint8_t *id)
{
    hc_new_user *new_user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_id(new_user, id, NULL));
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR(username), NULL));
    CHECK_OK(hc_new_user_set_given_name(new_user, HC_STR("Ann"), NULL));
    CHECK_OK(hc_new_user_set_family_name(new_user, HC_STR("Lee"), NULL));
    CHECK_OK(hc_new_user_set_active(new_user, 0, NULL));
    CHECK_OK(hc_new_user_set_admin(new_user, 0, NULL));
    CHECK_OK(hc_new_user_set_created_at_micros(new_user, 1700000000000000, NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("team"), HC_STR("red"), NULL));
    return new_user;
}

static void update_all(const hc_directory *directory, const char *email, const uint8_t *id,
                       uint64_t version)
{
    char id_text[HC_ID_TEXT_BYTES];
    hc_user_update *update = hc_user_update_new();
    hc_user *user = NULL;
    CHECK_OK(hc_user_update_set_if_version(update, version, NULL));
    CHECK_OK(hc_user_update_set_email(update, HC_STR(email), NULL));
    CHECK_OK(hc_user_update_reset_username(update, NULL));
    CHECK_OK(hc_user_update_set_given_name(update, HC_STR("Bob"), NULL));
    CHECK_OK(hc_user_update_set_family_name(update, NULL, 0, NULL));
    CHECK_OK(hc_user_update_set_admin(update, 0, NULL));
    CHECK_OK(hc_user_update_replace_attributes(update, NULL));
    CHECK_OK(hc_user_update_set_attribute(update, HC_STR("team"), HC_STR("blue"), NULL));
    CHECK_OK(hc_user_update_apply(directory, HC_STR(email), update, &user, NULL));
    CHECK(hc_user_version(user) == version + 1);
    CHECK_TEXT(email, hc_user_username(user));
    look_at(user, email);
    hc_user_free(user);
    CHECK_STATUS(HC_STATUS_CONFLICT,
                 hc_user_update_apply(directory, BY_ID, update, NULL, NULL));
    hc_user_update_free(update);

    update = hc_user_update_new();
    CHECK_OK(hc_user_update_set_username(update, HC_STR(email), NULL));
    CHECK_OK(hc_user_update_remove_attribute(update, HC_STR("team"), NULL));
    CHECK_OK(hc_user_update_apply(directory, BY_ID, update, &user, NULL));
    CHECK(hc_user_attribute_count(user) == 0);
    hc_user_free(user);
    hc_user_update_free(update);
}

/* All threads change and apply the same update. */
static void share_an_update(struct stage *stage, const char *email)
{
    CHECK_OK(hc_user_update_set_given_name(stage->update, HC_STR("Cho"), NULL));
    CHECK_OK(hc_user_update_set_family_name(stage->update, HC_STR("Kim"), NULL));
    CHECK_OK(hc_user_update_apply(stage->directory, HC_STR(email), stage->update, NULL, NULL));
}

static void switch_on_and_off(const hc_directory *directory, const char *email,
                              const uint8_t *id)
{
    char id_text[HC_ID_TEXT_BYTES];
    hc_user *user = NULL;
    if (CHECK_ONE_OF(hc_user_activate(directory, HC_STR(email), &user, NULL),
                     HC_STATUS_NO_FREE_SEAT) == HC_STATUS_OK) {
        CHECK(hc_user_is_active(user) == 1);
        hc_user_free(user);
        CHECK_OK(hc_user_activate(directory, BY_ID, NULL, NULL)); /* has a seat */
    }
    CHECK_OK(hc_user_deactivate(directory, HC_STR(email), &user, NULL));
    CHECK(hc_user_is_active(user) == 0);
    hc_user_free(user);
    CHECK_OK(hc_user_deactivate(directory, BY_ID, NULL, NULL));
    CHECK_ONE_OF(hc_user_activate(directory, BY_ID, NULL, NULL), HC_STATUS_NO_FREE_SEAT);
}

/* Reads through a cache of the host, which holds one user; only this thread changes that
 * user. */
static void through_a_cache(const hc_directory *directory, const char *email)
{
    const uint64_t *number = hc_directory_generation(directory);
    uint64_t kept = 0, generation;
    hc_user *cached = NULL;
    for (int i = 0; i < 20; i++) {
        hc_user *latest = NULL;
        generation = __atomic_load_n(number, __ATOMIC_ACQUIRE);
        if (cached == NULL || generation % 2 == 1 || generation != kept) {
            hc_user_free(cached);
            CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR(email), &cached, NULL));
            kept = generation % 2 == 0 ? generation : 0;
        }
        CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR(email), &latest, NULL));
        CHECK(hc_user_version(cached) == hc_user_version(latest));
        hc_user_free(latest);
        if (i % 5 == 0) {
            hc_user_update *update = hc_user_update_new();
            CHECK_OK(hc_user_update_set_given_name(update, HC_STR(i == 0 ? "Dee" : "Eve"), NULL));
            CHECK_OK(hc_user_update_apply(directory, HC_STR(email), update, NULL, NULL));
            hc_user_update_free(update);
        }
    }
    hc_user_free(cached);
}

void part_users(struct stage *stage, unsigned thread)
{
    char id_text[HC_ID_TEXT_BYTES];
    const hc_directory *directory = stage->directory;
    char email[TEXT], username[TEXT];
    uint8_t id[16];
    hc_new_user *new_user;
    hc_user *user = NULL, *same = NULL;
    hc_error *error = NULL;
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    own(email, "user", thread);
    snprintf(username, TEXT, "user-%u", thread);
    CHECK_OK(hc_id_generate(id, NULL));
    new_user = newcomer(username, id);
    CHECK_OK(hc_user_create(directory, HC_STR(email), new_user, &user, NULL));
    CHECK_STATUS(HC_STATUS_EMAIL_TAKEN,
                 hc_user_create(directory, HC_STR(email), NULL, NULL, NULL));
    hc_new_user_free(new_user);
    look_at(user, email);

    CHECK_OK(hc_user_get(directory, HC_STR(hc_user_id_text(user)), &same, NULL));
    look_at(same, email);
    hc_user_free(same);
    read_packed(directory, email, id);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_ID, id, 16, &same, NULL));
    look_at(same, email);
    hc_user_free(same);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR(email), &same, NULL));
    look_at(same, email);
    hc_user_free(same);
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_USERNAME, HC_STR(username), &same, NULL));
    look_at(same, email);
    hc_user_free(same);

    update_all(directory, email, id, hc_user_version(user));
    share_an_update(stage, email);
    through_a_cache(directory, email);
    switch_on_and_off(directory, email, id);
    CHECK_OK(hc_user_delete(directory, BY_ID, NULL));
    CHECK_OK(hc_user_get_by(directory, HC_USER_KEY_EMAIL, HC_STR(email), &same, NULL));
    CHECK(same == NULL);
    look_at(user, email); /* a copy, whatever happened to the record */
    hc_user_free(user);

    if (CHECK_ONE_OF(hc_user_create(directory, HC_STR(email), NULL, NULL, &error),
                     HC_STATUS_NO_FREE_SEAT) != HC_STATUS_OK) {
        CHECK(hc_error_get_details(error, &details) == 1 && details.limit == SEATS);
        hc_error_free(error);
    } else
        CHECK_OK(hc_user_delete(directory, HC_STR(email), NULL));
}
