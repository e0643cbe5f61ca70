// Objects can be moved, and are freed once, in any order; what was read outlives them.
#include "story.hpp"

#include <type_traits>
#include <unordered_set>

template <class T>
constexpr bool only_moves =
    std::is_nothrow_move_constructible_v<T> &&std::is_nothrow_move_assignable_v<T> &&
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;

static_assert(only_moves<hc::directory> && only_moves<hc::user> && only_moves<hc::workspace>);
static_assert(only_moves<hc::user_list> && only_moves<hc::workspace_list> &&
              only_moves<hc::member_list>);
static_assert(only_moves<hc::options> && only_moves<hc::new_user> && only_moves<hc::user_update>);
static_assert(only_moves<hc::query> && only_moves<hc::batch> && only_moves<hc::applied>);
static_assert(only_moves<hc::feed> && only_moves<hc::change_batch>);
static_assert(std::is_nothrow_copy_constructible_v<hc::error>); // as an exception should be
static_assert(std::is_base_of_v<std::exception, hc::error>);
static_assert(sizeof(hc::user) == sizeof(void *));

// A temporary returns copies of its texts, not views, and doesn't lend its attributes.
template <class T, class = void>
constexpr bool lends_attributes = false;
template <class T>
constexpr bool lends_attributes<T, std::void_t<decltype(std::declval<T>().attributes())>> = true;

static_assert(lends_attributes<hc::user &> && lends_attributes<const hc::user &>);
static_assert(lends_attributes<hc::user_view &> && lends_attributes<const hc::user_view &>);
static_assert(!lends_attributes<hc::user> && !lends_attributes<hc::user_view>);
static_assert(!lends_attributes<const hc::user> && !lends_attributes<const hc::user_view>);

// A temporary that holds a user doesn't lend it through `->` either.
template <class T, class = void>
constexpr bool has_arrow = false;
template <class T>
constexpr bool has_arrow<T, std::void_t<decltype(std::declval<T>().operator->())>> = true;

static_assert(has_arrow<hc::maybe<hc::user> &> && has_arrow<const hc::maybe<hc::user> &>);
static_assert(has_arrow<hc::result<hc::user> &> && has_arrow<const hc::result<hc::user> &>);
static_assert(!has_arrow<hc::maybe<hc::user>> && !has_arrow<hc::result<hc::user>>);
static_assert(!has_arrow<const hc::maybe<hc::user>> && !has_arrow<const hc::result<hc::user>>);

// A const temporary, which can't be moved from, doesn't return its value.
template <class T, class = void>
constexpr bool has_value = false;
template <class T>
constexpr bool has_value<
    T, std::void_t<decltype(std::declval<T>().value()), decltype(*std::declval<T>())>> = true;

static_assert(has_value<hc::maybe<hc::user>> && has_value<hc::result<hc::user>>);
static_assert(has_value<const hc::maybe<hc::user> &> && has_value<const hc::result<hc::user> &>);
static_assert(!has_value<const hc::maybe<hc::user>> && !has_value<const hc::result<hc::user>>);

template <class T>
using email_of = decltype(std::declval<T>().email());

static_assert(std::is_same_v<email_of<const hc::user &>, std::string_view>);
static_assert(std::is_same_v<email_of<hc::user>, std::string>);
static_assert(std::is_same_v<email_of<const hc::user>, std::string>);
static_assert(!std::is_reference_v<decltype(std::declval<const hc::result<void>>().error())>);
static_assert(sizeof(hc::maybe<hc::user>) == sizeof(std::optional<hc::user>));

static void temporaries()
{
    auto users = hc::directory::in_memory();
    auto made = [&](const char *email) {
        return users.create_user(hc::new_user(email).given_name("Ann").attribute("team", "a"));
    };
    const auto email = made("ann@ex.co").email();
    const auto username = made("bob@ex.co").username();
    const auto id = made("cho@ex.co").id_text();
    const auto name = made("dee@ex.co").given_name();
    const auto none = made("eve@ex.co").family_name();
    static_assert(std::is_same_v<decltype(email), const std::string>);
    static_assert(std::is_same_v<decltype(name), const std::optional<std::string>>);
    CHECK(email == "ann@ex.co" && username == "bob@ex.co" && id.size() == 36);
    CHECK(name == "Ann" && !none);
    users.set_license(hc::license::enterprise());
    const auto team = made("fay@ex.co").attribute("team");
    CHECK(team == "a" && !made("guy@ex.co").attribute("floor"));
    const auto workspace = users.create_workspace("models", "ann@ex.co").name();
    static_assert(std::is_same_v<decltype(workspace), const std::string>);
    CHECK(workspace == "models");

    const auto found = users.find_user("ann@ex.co").value().email();
    const auto tried = (*users.try_find_user("ann@ex.co")).value().email();
    static_assert(std::is_same_v<decltype(found), const std::string>);
    static_assert(std::is_same_v<decltype(tried), const std::string>);
    CHECK(found == "ann@ex.co" && tried == found);
    const std::optional<hc::user> optional = users.find_user("nobody@ex.co");
    CHECK(optional == std::nullopt && users.find_user("nobody@ex.co") == std::nullopt);

    // The value of a temporary result lives as long as the reference to it.
    const hc::user &kept = users.try_find_user("ann@ex.co").value().value();
    const hc::error &refusal = users.try_create_user("no address").error();
    const hc::error &gone = users.try_delete_user("nobody@ex.co").error();
    CHECK(refusal.kind() == hc::status::invalid_email && !refusal.message().empty());
    CHECK(gone.kind() == hc::status::user_not_found && !gone.message().empty());
    std::size_t members = 0;
    for (const hc::member &member : *users.try_list_members(1))
        members += member.user == kept.id() ? 1 : 0;
    CHECK(members == 1);
}

// A self-move that compilers don't warn about.
template <class T>
void move_to(T &to, T &from)
{
    to = std::move(from);
}

static void moves()
{
    auto first = hc::directory::in_memory();
    hc::user ann = first.create_user("ann@ex.co");
    hc::directory second = std::move(first);
    CHECK(second.find_user("ann@ex.co"));
    REFUSED(null_argument, first, seats, ());
    REFUSED(null_argument, first, create_user, ("bob@ex.co"));
    REFUSED(null_argument, first, query_all, (hc::query()));
    REFUSED(null_argument, first, close, ());
    move_to(second, second);
    CHECK(second.find_user("ann@ex.co"));
    first = std::move(second);
    CHECK(first.find_user("ann@ex.co"));

    hc::user taken = std::move(ann);
    CHECK(taken.email() == "ann@ex.co");
    CHECK(ann.email().empty() && ann.id() == hc::id() && ann.id_text().empty() &&
          ann.version() == 0);
    CHECK(!ann.given_name() && ann.attributes().empty() && !ann.attribute("a") && !ann.is_active());
    CHECK(ann.attribute_at(0).name.empty());
    move_to(taken, taken);
    CHECK(taken.email() == "ann@ex.co");
    ann = std::move(taken);
    CHECK(ann.email() == "ann@ex.co");
    REFUSED(user_not_found, first, deactivate_user, ("nobody@ex.co"));

    // A moved list keeps its buffer.
    first.create_user("bob@ex.co");
    auto list = first.list_users();
    CHECK(list.next()->email() == "ann@ex.co");
    auto moved = std::move(list);
    CHECK(moved.remaining() == 1);
    CHECK(moved.next()->email() == "bob@ex.co");
    CHECK(moved.next() == nullptr && moved.remaining() == 0);
    CHECK(list.remaining() == 0);

    // Builders can be reused, and moved.
    hc::batch batch;
    batch.create_user("cho@ex.co").create_user("dee@ex.co");
    hc::batch same = std::move(batch);
    CHECK(same.size() == 2 && batch.empty());
    move_to(same, same);
    first.dry_run(same);
    CHECK(first.apply(same).size() == 2);
    REFUSED(null_argument, first, apply, (batch));
}

static void closing_order(const char *path)
{
    auto users = std::make_unique<hc::directory>(hc::directory::open(path));
    users->set_license(hc::license::enterprise());
    hc::user ann = users->create_user(hc::new_user("ann@ex.co").attribute("team", "a"));
    for (int i = 0; i < 300; ++i)
        users->create_user("user" + std::to_string(i) + "@ex.co");
    hc::workspace models = users->create_workspace("Models", ann);
    // After closing, lists may still return records from memory, so let the records be on disk.
    users->close();
    *users = hc::directory::open(path);
    hc::member_list members = users->list_members(models.id());
    hc::user_list list = users->list_users();
    hc::user_list pages = users->query_all(hc::query().limit(7));
    hc::workspace_list workspaces = users->list_workspaces(); // is never read
    hc::feed feed = users->follow();
    hc::applied applied = users->apply(hc::batch().deactivate_user("user1@ex.co"));
    std::vector<hc::error> refusals = users->preview(hc::batch().create_user("ann@ex.co"));
    hc::directory acting = users->acting_as(ann.id());
    users.reset();

    // The lists continue, and keep the file open.
    CHECK(hc::directory::try_open(path).kind() == hc::status::already_open);
    std::unordered_set<hc::id> seen;
    for (const hc::user_view &user : pages)
        seen.insert(user.id());
    CHECK(seen.size() == 301 && seen.count(ann.id()) == 1);
    CHECK(list.remaining() == 301);
    CHECK(acting.find_user("ann@ex.co"));
    REFUSED(own_account, acting, delete_user, (ann));
    acting.close();
    acting.close(); // does nothing
    thrown(hc::status::closed, [&] { list.next(); });
    CHECK(pages.try_next().kind() == hc::status::closed);
    REFUSED(closed, feed, read, ());
    REFUSED(closed, acting, seats, ());

    // What was read is still valid.
    CHECK(ann.email() == "ann@ex.co" && ann.attribute("team") == "a");
    CHECK(models.name() == "Models" && members.size() == 1 && members.at(0).user == ann.id());
    CHECK(applied.size() == 1 && applied.user(0).value().email() == "user1@ex.co");
    const hc::error refusal = std::move(refusals.at(0));
    refusals.clear();
    CHECK(refusal.kind() == hc::status::email_taken && refusal.op_index() == 0u);

    // Closing works even with open lists.
    auto again = hc::directory::open(path);
    CHECK(again.count(hc::query()) == 301);
    verify_and_close(again);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    moves();
    temporaries();
    closing_order(argv[1]);
}
