/* All fields of a user in one call, because calls from Go into C are dear. */
#include "headcount.h"

typedef struct {
    const uint8_t *id;
    const char *email, *username, *given_name, *family_name;
    uint64_t version, created_at_micros, updated_at_micros, deactivated_at_micros;
    size_t attributes;
    int32_t active, admin, has_external_ids;
} hcgo_user;

static inline void hcgo_user_fields(const hc_user *user, hcgo_user *fields)
{
    fields->id = hc_user_id(user);
    fields->email = hc_user_email(user);
    fields->username = hc_user_username(user);
    fields->given_name = hc_user_given_name(user);
    fields->family_name = hc_user_family_name(user);
    fields->version = hc_user_version(user);
    fields->created_at_micros = hc_user_created_at_micros(user);
    fields->updated_at_micros = hc_user_updated_at_micros(user);
    fields->deactivated_at_micros = hc_user_deactivated_at_micros(user);
    fields->attributes = hc_user_attribute_count(user);
    fields->active = hc_user_is_active(user);
    fields->admin = hc_user_is_admin(user);
    fields->has_external_ids = hc_user_external_id_at(user, 0, NULL, NULL);
}
