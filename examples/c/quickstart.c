/* cc quickstart.c $(pkg-config --cflags --libs headcount) && ./a.out */
#include <headcount.h>
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
    hc_directory *users = NULL;
    hc_error *error = NULL;
    hc_seats seats = HC_SEATS_INIT;

    /* HC_STATUS_OK is 0, so this stops at the first call that fails. */
    if (hc_directory_open_in_memory(NULL, &users, &error) /* or hc_directory_open() a file */
        || hc_user_create(users, HC_STR("steve@ex.co"), NULL, NULL, &error)
        || hc_user_create(users, HC_STR("ann@ex.co"), NULL, NULL, &error)
        || hc_user_deactivate(users, HC_STR("steve@ex.co"), NULL, &error)
        || hc_directory_get_seats(users, &seats, &error))
        fprintf(stderr, "%s\n", hc_error_message(error));
    else /* 1 of 5 seats in use, 1 inactive */
        printf("%" PRIu64 " of %" PRIu64 " seats in use, %" PRIu64 " inactive\n",
               seats.active, seats.limit, seats.inactive);

    hc_error_free(error);
    hc_directory_free(users);
    return seats.active == 1 ? 0 : 1;
}
