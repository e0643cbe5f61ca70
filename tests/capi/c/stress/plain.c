/* Functions that need no directory. */
#include "stress.h"

void part_plain(struct stage *stage, unsigned thread)
{
    char key[HC_KEY_BYTES], id_text[HC_ID_TEXT_BYTES], time_text[HC_TIME_TEXT_BYTES];
    char email[TEXT];
    uint8_t id[16], same[16];
    int32_t kind = -1;
    uint64_t number = 0, micros = 1700000000000000 + thread;
    (void)stage;
    CHECK(hc_abi_version() == HC_ABI_VERSION && hc_version_number() > 0);
    CHECK(strlen(hc_version_string()) > 0);
    CHECK_TEXT("HC_STATUS_OK", hc_status_name(HC_STATUS_OK));
    CHECK_OK(hc_email_key(HC_STR(own(email, "A", thread)), key, NULL));
    CHECK(key[0] == 'a' && strlen(key) == strlen(email));
    CHECK_OK(hc_username_key(HC_STR("Ann"), key, NULL));
    CHECK_TEXT("ann", key);
    CHECK_OK(hc_id_generate(id, NULL));
    CHECK_OK(hc_id_to_text(id, id_text, NULL));
    CHECK_OK(hc_id_from_text(HC_STR(id_text), same, NULL));
    CHECK(memcmp(id, same, 16) == 0);
    CHECK_OK(hc_license_from_text(HC_STR("12"), &kind, &number, NULL));
    CHECK(kind == HC_LICENSE_SEATS && number == 12);
    CHECK_OK(hc_role_from_text(HC_STR("owner"), &kind, NULL));
    CHECK(kind == HC_ROLE_OWNER);
    CHECK_OK(hc_time_to_text(micros, time_text, NULL));
    CHECK_OK(hc_time_from_text(HC_STR(time_text), &number, NULL));
    CHECK(number == micros);
}
