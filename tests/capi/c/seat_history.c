/* The peak of active users is kept even after the users are gone. */
#include "story.h"

int main(void)
{
    hc_directory *directory = in_memory();
    hc_seat_history history = HC_SEAT_HISTORY_INIT, same = HC_SEAT_HISTORY_INIT;
    hc_seat_day days[2] = { { 7, 7, 7 }, { 7, 7, 7 } };
    const uint64_t later = 253402200000000000, day = UINT64_C(86400) * 1000000;

    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_delete(directory, HC_STR("bob@ex.co"), NULL));

    CHECK_OK(hc_directory_get_seat_history(directory, 0, &history, days, 2, NULL));
    CHECK(history.peak == 2 && history.day_count == 1 && history.reserved == 0);
    CHECK(history.peak_day_micros == days[0].day_micros && history.since_micros % day == 0);
    CHECK(days[0].day_micros % day == 0 && days[0].day_micros > 1720000000000000);
    CHECK(days[0].peak == 2 && days[0].last == 1 && days[1].peak == 7);

    /* Only the figures, and no more days than there is room for. */
    CHECK_OK(hc_directory_get_seat_history(directory, 0, &same, NULL, 0, NULL));
    CHECK(memcmp(&history, &same, sizeof same) == 0);
    days[0].peak = 7;
    CHECK_OK(hc_directory_get_seat_history(directory, 0, &same, days, 0, NULL));
    CHECK(same.day_count == 1 && days[0].peak == 7);

    /* Since a day without changes: users who were active then count. */
    CHECK_OK(hc_directory_get_seat_history(directory, later, &same, days, 2, NULL));
    CHECK(same.peak == 1 && same.day_count == 0 && same.peak_day_micros == 0);
    CHECK(same.since_micros == later - later % day && days[0].peak == 7);

    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_get_seat_history(directory, UINT64_MAX, &same, days, 2, NULL));
    same.struct_size = 8;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_get_seat_history(directory, 0, &same, days, 2, NULL));
    verify_and_free(directory);
    return 0;
}
