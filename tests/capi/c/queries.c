/* Queries: each condition, each order, and pages that add up to the list. */
#include "story.h"

enum { USERS = 60 };

static uint64_t team;

static void create(hc_directory *directory, int number)
{
    hc_new_user *new_user = hc_new_user_new();
    char email[32], username[32];
    snprintf(email, sizeof email, "u%02d@%s.co", number, number % 2 ? "odd" : "even");
    snprintf(username, sizeof username, "%c%02d", number % 3 ? 'x' : 'y', USERS - number);
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR(username), NULL));
    CHECK_OK(hc_new_user_set_active(new_user, number % 4 == 0, NULL));
    CHECK_OK(hc_new_user_set_admin(new_user, number % 10 == 0, NULL));
    CHECK_OK(hc_new_user_set_created_at_micros(
        new_user, 1720000000000000 + 1000000 * (uint64_t)number, NULL));
    if (number % 4 == 0)
        CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("team"),
                                           HC_STR(number % 8 ? "blue" : "red"), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR(email), new_user, NULL, NULL));
    hc_new_user_free(new_user);
    if (number % 5 == 0)
        CHECK_OK(hc_workspace_add_member(directory, team, HC_STR(email), HC_ROLE_USER, NULL));
}

static hc_directory *with_users(void)
{
    hc_directory *directory = in_memory();
    hc_workspace *workspace = NULL;
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("boss@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), HC_STR("boss@ex.co"), &workspace,
                                 NULL));
    team = hc_workspace_id(workspace);
    hc_workspace_free(workspace);
    for (int number = 0; number < USERS; number++)
        create(directory, number);
    return directory;
}

static void check_count(const hc_directory *directory, hc_query *query, uint64_t expected)
{
    hc_cursor *page = NULL;
    uint64_t count = 0;
    CHECK_OK(hc_directory_count(directory, query, &count, NULL));
    CHECK(count == expected);
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 10000, NULL));
    CHECK_OK(hc_directory_query(directory, query, &page, NULL));
    CHECK(hc_cursor_remaining(page) == expected && hc_cursor_next_page(page) == NULL);
    hc_cursor_free(page);
    hc_query_free(query);
}

/* Checks how many users match a new query with one condition. */
#define CONDITION(expected, call)                 \
    do {                                          \
        hc_query *query = hc_query_new();         \
        CHECK_OK(call);                           \
        check_count(directory, query, expected);  \
    } while (0)

static void conditions(const hc_directory *directory)
{
    uint64_t since = 1720000000000000 + 1000000 * 50;
    check_count(directory, hc_query_new(), USERS + 1);
    CONDITION(16, hc_query_set_number(query, HC_QUERY_FIELD_ACTIVE, 1, NULL));
    CONDITION(45, hc_query_set_number(query, HC_QUERY_FIELD_ACTIVE, 0, NULL));
    CONDITION(6, hc_query_set_number(query, HC_QUERY_FIELD_ADMINS, 1, NULL));
    CONDITION(13, hc_query_set_member_of(query, team, HC_ROLE_ANY, NULL));
    CONDITION(12, hc_query_set_member_of(query, team, HC_ROLE_USER, NULL));
    CONDITION(1, hc_query_set_member_of(query, team, HC_ROLE_OWNER, NULL));
    CONDITION(10, hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_PREFIX, HC_STR("U1"), NULL));
    CONDITION(30, hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_DOMAIN, HC_STR("ODD.co"), NULL));
    CONDITION(0, hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_DOMAIN, HC_STR("no domain"), NULL));
    CONDITION(20, hc_query_set_text(query, HC_QUERY_FIELD_USERNAME_PREFIX, HC_STR("Y"), NULL));
    CONDITION(11, hc_query_set_number(query, HC_QUERY_FIELD_CREATED_SINCE, since, NULL));
    CONDITION(50, hc_query_set_number(query, HC_QUERY_FIELD_CREATED_BEFORE, since, NULL));
    CONDITION(USERS + 1, hc_query_set_number(query, HC_QUERY_FIELD_CHANGED_SINCE, since, NULL));
    CONDITION(0, hc_query_set_number(query, HC_QUERY_FIELD_CHANGED_BEFORE, since, NULL));
    CONDITION(11, hc_query_set_number(query, HC_QUERY_FIELD_SEEN_SINCE, since, NULL));
    CONDITION(50, hc_query_set_number(query, HC_QUERY_FIELD_SEEN_BEFORE, since, NULL));
    CONDITION(55, hc_query_set_number(query, HC_QUERY_FIELD_ADMINS, 0, NULL));
    CONDITION(10, hc_query_set_text(query, HC_QUERY_FIELD_SEARCH, HC_STR("EVEN y"), NULL));
    CONDITION(15, hc_query_set_attribute(query, HC_STR("team"), NULL, 0, NULL));
    CONDITION(8, hc_query_set_attribute(query, HC_STR("team"), HC_STR("red"), NULL));
    CONDITION(0, hc_query_set_attribute(query, HC_STR("team"), HC_STR("RED"), NULL));
}

/* All conditions must hold. */
static void combined(const hc_directory *directory)
{
    hc_query *query = hc_query_new();
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_DOMAIN, HC_STR("even.co"), NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_ACTIVE, 1, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_ADMINS, 1, NULL));
    check_count(directory, query, 3); /* 0, 20 and 40 */
}

/* Sets each field so that nobody matches, or the page is empty or in another order, and
 * unsets it again: then the query is for all users. */
static void unset(const hc_directory *directory)
{
    static const int32_t numbers[] = {
        HC_QUERY_FIELD_CREATED_SINCE, HC_QUERY_FIELD_CHANGED_SINCE, HC_QUERY_FIELD_SEEN_SINCE,
        HC_QUERY_FIELD_CREATED_BEFORE, HC_QUERY_FIELD_CHANGED_BEFORE, HC_QUERY_FIELD_SEEN_BEFORE,
        HC_QUERY_FIELD_ACTIVE, HC_QUERY_FIELD_ADMINS, HC_QUERY_FIELD_DESCENDING,
        HC_QUERY_FIELD_LIMIT,
    };
    static const int32_t texts[] = {
        HC_QUERY_FIELD_EMAIL_PREFIX, HC_QUERY_FIELD_EMAIL_DOMAIN, HC_QUERY_FIELD_USERNAME_PREFIX,
        HC_QUERY_FIELD_SEARCH,
    };
    hc_query *query = hc_query_new();
    hc_cursor *page = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t number = i < 3 ? 253402200000000000 : 1;
        CHECK_OK(hc_query_set_number(query, numbers[i], number, NULL));
        CHECK_OK(hc_directory_count(directory, query, &count, NULL));
        CHECK(numbers[i] > HC_QUERY_FIELD_SEEN_BEFORE || count < USERS + 1);
        CHECK_OK(hc_query_unset(query, numbers[i], NULL));
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CHECK_OK(hc_query_set_text(query, texts[i], HC_STR("nobody"), NULL));
        CHECK_OK(hc_directory_count(directory, query, &count, NULL));
        CHECK(count == 0);
        CHECK_OK(hc_query_unset(query, texts[i], NULL));
    }
    CHECK_OK(hc_query_set_member_of(query, team, HC_ROLE_ANY, NULL));
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_MEMBER_OF, NULL));
    CHECK_OK(hc_query_set_attribute(query, HC_STR("none"), NULL, 0, NULL));
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_ATTRIBUTES, NULL));
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, HC_STR("username:x"), NULL));
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_AFTER, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_SORT, HC_SORT_CREATED, NULL));
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_SORT, NULL));
    CHECK_OK(hc_directory_query(directory, query, &page, NULL));
    CHECK(hc_cursor_remaining(page) == USERS + 1); /* 100 again */
    hc_cursor_free(page);
    check_count(directory, query, USERS + 1);
}

/* Reads all pages, and checks their order and that no user comes twice. */
static void paging(const hc_directory *directory, int32_t sort, int32_t descending)
{
    hc_query *query = hc_query_new();
    char last[64] = "";
    uint64_t last_moment = descending ? UINT64_MAX : 0;
    int users = 0, pages = 0;
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_SORT, sort, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_DESCENDING, descending, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 7, NULL));
    for (int more = 1; more; pages++) {
        hc_cursor *page = NULL;
        hc_user *user = NULL;
        const char *next;
        CHECK_OK(hc_directory_query(directory, query, &page, NULL));
        for (;;) {
            const char *text;
            uint64_t moment;
            CHECK_OK(hc_cursor_next(page, &user, NULL));
            if (user == NULL)
                break;
            text = sort == HC_SORT_USERNAME ? hc_user_username(user) : hc_user_email(user);
            moment = hc_user_created_at_micros(user);
            if (sort == HC_SORT_CREATED)
                CHECK(descending ? moment < last_moment : moment > last_moment);
            else if (users > 0)
                CHECK(descending ? strcmp(text, last) < 0 : strcmp(text, last) > 0);
            last_moment = moment;
            snprintf(last, sizeof last, "%s", text);
            users++;
            hc_user_free(user);
        }
        next = hc_cursor_next_page(page);
        more = next != NULL;
        if (more)
            CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, HC_STR(next), NULL));
        hc_cursor_free(page);
    }
    CHECK(users == USERS + 1 && pages == (USERS + 1 + 6) / 7);
    hc_query_free(query);
}

/* Pages by email have the same users as the list of all users. */
static void same_as_the_list(const hc_directory *directory)
{
    hc_query *query = hc_query_new();
    hc_cursor *all = NULL, *page = NULL;
    hc_user *listed = NULL, *found = NULL;
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 1000, NULL));
    CHECK_OK(hc_directory_list_users(directory, &all, NULL));
    CHECK_OK(hc_directory_query(directory, query, &page, NULL));
    CHECK(hc_cursor_remaining(page) == hc_cursor_remaining(all));
    CHECK(hc_cursor_next_page(all) == NULL);
    do {
        hc_user_free(listed);
        hc_user_free(found);
        CHECK_OK(hc_cursor_next(all, &listed, NULL));
        CHECK_OK(hc_cursor_next(page, &found, NULL));
        CHECK((listed == NULL) == (found == NULL));
        CHECK(listed == NULL || memcmp(hc_user_id(listed), hc_user_id(found), 16) == 0);
    } while (listed != NULL);
    hc_cursor_free(all);
    hc_cursor_free(page);
    hc_query_free(query);
}

static void refusals(const hc_directory *directory)
{
    hc_query *query = hc_query_new();
    hc_cursor *page = UNTOUCHED(hc_cursor);
    uint64_t count = 77;
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, HC_STR("username:x"), NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_query(directory, query, &page, NULL));
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, NULL, 0, NULL)); /* the first page again */
    CHECK_OK(hc_query_set_member_of(query, 99, HC_ROLE_ANY, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_directory_query(directory, query, &page, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_directory_count(directory, query, &count, NULL));
    CHECK(page == UNTOUCHED(hc_cursor) && count == 77);
    hc_query_free(query);
}

int main(void)
{
    static const int32_t sorts[] = { HC_SORT_EMAIL, HC_SORT_USERNAME, HC_SORT_CREATED };
    hc_directory *directory = with_users();
    conditions(directory);
    combined(directory);
    unset(directory);
    for (int i = 0; i < 3; i++) {
        paging(directory, sorts[i], 0);
        paging(directory, sorts[i], 1);
    }
    same_as_the_list(directory);
    refusals(directory);
    verify_and_free(directory);
    return 0;
}
