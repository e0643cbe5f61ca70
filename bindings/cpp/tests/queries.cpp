// Lists and queries as ranges: whole, left early, empty, page by page.
#include "story.hpp"

#include <algorithm>
#include <iterator>

static std::vector<std::string> emails(hc::user_list list)
{
    std::vector<std::string> found;
    for (const hc::user_view &user : list)
        found.emplace_back(user.email());
    return found;
}

int main()
{
    using strings = std::vector<std::string>;
    auto users = hc::directory::in_memory(hc::options().license_if_new(hc::license::enterprise()));

    // Empty.
    CHECK(emails(users.list_users()).empty());
    CHECK(emails(users.query_page(hc::query())).empty());
    CHECK(emails(users.query_all(hc::query().admins())).empty());
    CHECK(users.list_users().next() == nullptr && !users.list_users().next_user());
    CHECK(users.count(hc::query()) == 0);
    CHECK(users.query_all(hc::query()).remaining() == 0);
    for (const hc::workspace_view &none : users.list_workspaces())
        CHECK(none.id() == 0 && false);

    // More users than fit into one batch.
    constexpr int count = 2000;
    hc::batch many;
    for (int i = 0; i < count; ++i) {
        std::string number = std::to_string(10000 + i);
        many.create_user(hc::new_user("u" + number + "@ex" + std::to_string(i % 3) + ".co")
                             .username("n" + std::to_string(20000 - i))
                             .active(i % 2 == 0)
                             .admin(i % 500 == 0)
                             .attribute("number", number));
    }
    CHECK(users.apply(many).size() == count);

    auto all = users.list_users();
    CHECK(all.remaining() == count);
    std::uint64_t seen = 0;
    std::string last;
    for (const hc::user_view &user : all) {
        CHECK(last < user.email());
        last = user.email();
        CHECK(all.remaining() == count - ++seen);
        CHECK(user.attribute("number")->size() == 5 && !user.attribute("other"));
        CHECK(user.version() == 1 && user.created_at() == user.updated_at());
        CHECK(!user.given_name() && !user.family_name() && user.username()[0] == 'n');
    }
    CHECK(seen == count && all.next() == nullptr && all.begin() == all.end());

    // Interrupted, and continued.
    auto left = users.list_users();
    for (const hc::user_view &user : left)
        if (user.email().substr(0, 6) == "u10004")
            break;
    CHECK(left.next()->email().substr(0, 6) == "u10005");
    CHECK(left.begin()->email().substr(0, 6) == "u10006");
    CHECK(left.remaining() == count - 7);

    // Owned objects instead of views.
    auto owned = users.query_page(hc::query().limit(2).descending());
    const hc::user first = *owned.next_user(), second = *owned.next_user();
    CHECK(!owned.next_user() && owned.next_page());
    CHECK(first.email().substr(0, 6) == "u11999" && second.email().substr(0, 6) == "u11998");

    // Page by page, manually and automatically.
    strings by_hand;
    hc::query paged = hc::query().active(true).sort_by(hc::sort::username).limit(64);
    for (std::optional<std::string> place = ""; place;) {
        auto page = users.query_page(paged.after(*place));
        CHECK(page.remaining() <= 64);
        for (const hc::user_view &user : page)
            by_hand.emplace_back(user.email());
        place = page.next_page();
    }
    CHECK(by_hand.size() == count / 2);
    CHECK(by_hand ==
          emails(users.query_all(hc::query().active(true).sort_by(hc::sort::username).limit(64))));
    CHECK(by_hand == emails(users.query_all(
                         hc::query().active(true).sort_by(hc::sort::username).limit(count / 2))));
    auto owned_pages = users.query_all(hc::query().limit(300));
    for (seen = 0; owned_pages.next_user(); ++seen) {
    }
    CHECK(seen == count);

    // Every condition.
    CHECK(users.count(hc::query().admins()) == 4);
    CHECK(users.count(hc::query().active(false)) == count / 2);
    CHECK(users.count(hc::query().email_prefix("U1000")) == 10);
    CHECK(users.count(hc::query().email_domain("EX1.co")) == 667);
    CHECK(users.count(hc::query().username_prefix("N200")) == 1);
    CHECK(users.count(hc::query().created_since(first.created_at())) == count);
    CHECK(users.count(hc::query().changed_since(hc::moment(std::chrono::hours(24 * 365 * 100)))) ==
          0);
    CHECK(users.count(hc::query().created_before(first.created_at())) == 0);
    CHECK(users.count(hc::query().changed_before(first.created_at())) == 0);
    CHECK(users.count(hc::query().seen_since(first.created_at())) == count);
    CHECK(users.count(hc::query().seen_before(first.created_at())) == 0);
    CHECK(users.count(hc::query().admins(false)) == count - 4);
    CHECK(users.count(hc::query().search("U10001 n199")) == 1);
    CHECK(users.count(hc::query().attribute("number")) == count);
    CHECK(users.count(hc::query().attribute("number", "10002")) == 1);
    hc::query dropped = hc::query().search("nobody").attribute("none").limit(1);
    dropped.unset(hc::query_field::search).unset(hc::query_field::attributes);
    CHECK(users.count(dropped) == count && users.query_page(dropped).remaining() == 1);
    CHECK(users.query_page(dropped.unset(hc::query_field::limit)).remaining() == 100);
    REFUSED(invalid_argument, users, count, (hc::query().search(std::string(256, 'a'))));
    REFUSED(invalid_argument, users, count,
            (hc::query().created_since(hc::moment(std::chrono::microseconds(-1)))));
    CHECK(emails(users.query_page(hc::query().email_prefix("u10000"))) == strings{"u10000@ex0.co"});
    CHECK(emails(users.query_page(hc::query().sort_by(hc::sort::created).limit(1))).size() == 1);

    // Standard algorithms accept them.
    auto range = users.list_users();
    CHECK(std::count_if(range.begin(), range.end(),
                        [](const hc::user_view &user) { return user.is_admin(); }) == 4);

    // Many at once: more than fit into a buffer, and with gaps.
    std::vector<std::string> asked;
    for (const hc::user_view &user : users.list_users())
        asked.emplace_back(user.email());
    asked.insert(asked.begin() + 1, "nobody@ex.co");
    asked.push_back(asked[0]);
    hc::found_users together = users.find_users_by_emails(asked);
    const hc::found_users moved = std::move(together);
    CHECK(moved.size() == asked.size() && !moved[1]);
    std::vector<hc::id> ids;
    for (std::size_t i = 0; i < moved.size(); ++i)
        if (i != 1) {
            CHECK(moved[i]->email() == asked[i]);
            ids.push_back(moved[i]->id());
        }
    ids.push_back(hc::id::generate());
    const hc::found_users by_id = users.find_users_by_ids(ids);
    CHECK(by_id.size() == ids.size() && !by_id[ids.size() - 1] && by_id[1]->email() == asked[2]);
    CHECK(users.find_users_by_ids(std::vector<hc::id>()).empty());
    REFUSED(invalid_utf8, users, find_users_by_emails, (std::vector<std::string>{"\xff"}));

    // Workspaces.
    const hc::user &owner = first;
    users.activate_user(owner);
    for (int i = 0; i < 500; ++i)
        users.create_workspace("W" + std::to_string(i), owner);
    users.archive_workspace(3);
    hc::workspace_id previous = 0;
    for (const hc::workspace_view &workspace : users.list_workspaces()) {
        CHECK(workspace.id() == previous + 1);
        previous = workspace.id();
        CHECK(workspace.name() == "W" + std::to_string(previous - 1));
        CHECK(workspace.is_archived() == (previous == 3) && !workspace.default_of());
        CHECK(workspace.version() == (previous == 3 ? 2u : 1u));
        CHECK(workspace.created_at() <= workspace.updated_at());
    }
    CHECK(previous == 500);
    auto workspaces = users.list_workspaces();
    CHECK(workspaces.next_workspace().value().name() == "W0" && workspaces.next_workspace().value().id() == 2);
    CHECK(users.count(hc::query().member_of(1)) == 1);
    CHECK(users.count(hc::query().member_of(1, hc::role::user)) == 0);
    verify_and_close(users);
}
