// Each kind of refusal, thrown and returned, with its details.
#include "story.hpp"

#include <fstream>

static void users()
{
    auto users = hc::directory::in_memory();
    const hc::user ann = users.create_user(hc::new_user("ann@ex.co").username("ann").admin(true));
    REFUSED(invalid_email, users, create_user, ("no address"));
    REFUSED(international_email, users, create_user, ("j\xc3\xb6rg@ex.co"));
    REFUSED(email_required, users, create_user, (""));
    REFUSED(invalid_utf8, users, create_user, ("\xff@ex.co"));
    REFUSED(email_taken, users, create_user, ("Ann@ex.co"));
    REFUSED(username_taken, users, create_user, (hc::new_user("bob@ex.co").username("ANN")));
    REFUSED(invalid_username, users, create_user, (hc::new_user("bob@ex.co").username("ann@")));
    REFUSED(username_taken, users, create_user,
            (hc::new_user("bob@ex.co").username("ann@ex.co")));
    REFUSED(id_taken, users, create_user, (hc::new_user("bob@ex.co").id(ann.id())));
    REFUSED(invalid_argument, users, create_user, (hc::new_user("bob@ex.co").given_name("a\nb")));
    REFUSED(invalid_argument, users, create_user, (std::string((1 << 20) + 1, 'a')));
    REFUSED(user_not_found, users, activate_user, (hc::id()));
    REFUSED(user_not_found, users, delete_user, ("bob@ex.co"));
    REFUSED(last_admin, users, deactivate_user, (ann));
    REFUSED(last_admin, users, delete_user, (ann.id()));
    REFUSED(last_admin, users, update_user, (ann, hc::user_update().admin(false)));
    users.create_user(hc::new_user("bob@ex.co").admin(true));
    auto as_ann = users.acting_as(ann.id());
    REFUSED(own_account, as_ann, deactivate_user, (ann));

    REFUSED(conflict, users, update_user, (ann, hc::user_update().given_name("A").if_version(7)));
    const auto conflict =
        users.try_update_user(ann, hc::user_update().given_name("A").if_version(7));
    CHECK(conflict.error().versions()->expected == 7 && conflict.error().versions()->found == 1);
    CHECK(!conflict.error().seats() && !conflict.error().resume_after());
    CHECK(!conflict.error().buffer_bytes());

    users.set_license(hc::license::seats(2));
    REFUSED(no_free_seat, users, create_user, ("cho@ex.co"));
    CHECK(!users.try_create_user("cho@ex.co").error().versions());
    REFUSED(invalid_argument, users, set_license,
            (hc::license{static_cast<hc::license_kind>(9), 0}));
    REFUSED(invalid_argument, users, query_page, (hc::query().limit(0)));
    REFUSED(invalid_argument, users, count, (hc::query().limit(10001)));
    CHECK(hc::id::try_parse("no id").kind() == hc::status::invalid_argument);
    thrown(hc::status::invalid_argument, [] { (void)hc::id::parse(""); });
    verify_and_close(users);
    REFUSED(closed, users, list_users, ());
}

static void workspaces()
{
    auto users = hc::directory::in_memory();
    const hc::user ann = users.create_user("ann@ex.co"), bob = users.create_user("bob@ex.co");
    const auto models = users.create_workspace("Models", ann).id();
    REFUSED(workspace_name_taken, users, create_workspace, ("MODELS", ann));
    REFUSED(workspace_not_found, users, rename_workspace, (99, "Other"));
    REFUSED(workspace_not_found, users, query_page, (hc::query().member_of(99)));
    REFUSED(user_not_found, users, create_workspace, ("Other", "nobody@ex.co"));
    REFUSED(last_owner, users, create_workspace, ("Other", ""));
    REFUSED(last_owner, users, remove_member, (models, ann));
    REFUSED(last_owner, users, deactivate_user, (ann));
    REFUSED(member_not_found, users, remove_member, (models, bob));
    users.add_member(models, bob);
    REFUSED(role_differs, users, add_member, (models, bob, hc::role::owner));
    REFUSED(invalid_argument, users, set_role, (models, bob, hc::role::any));
    const auto own = users.default_workspace(bob).id();
    REFUSED(default_workspace, users, delete_workspace, (own));
    users.archive_workspace(models);
    REFUSED(workspace_archived, users, rename_workspace, (models, "Other"));
    REFUSED(invalid_argument, users, create_workspace, ("", ann));
    REFUSED(invalid_argument, users.list_members(models), at, (2));
    verify_and_close(users);
}

static void history()
{
    auto users = hc::directory::in_memory();
    for (const char *email : {"a@ex.co", "b@ex.co", "c@ex.co"})
        users.create_user(email);
    CHECK(users.trim_changes(3) == 2);
    auto feed = users.follow();
    REFUSED(history_trimmed, feed, read, ());
    CHECK(feed.try_read().error().resume_after() == 2u);
    CHECK(!feed.try_read().error().latest_change());
    auto ahead = users.follow(4);
    REFUSED(change_not_yet, ahead, read, ());
    CHECK(ahead.try_read().error().latest_change() == 3u);
}

static void files(const std::string &path)
{
    CHECK(hc::directory::try_open(path, hc::options().create_if_missing(false)).kind() ==
          hc::status::io);
    thrown(hc::status::io,
           [&] { hc::directory::open(path, hc::options().create_if_missing(false)); });
    std::ofstream(path)
        << "this is no directory, and long enough to be looked at as if it were one";
    CHECK(hc::directory::try_open(path).kind() == hc::status::corrupted);
    thrown(hc::status::corrupted, [&] { hc::directory::open(path); });
    auto users = hc::directory::open(path + ".users", hc::options().page_cache_bytes(1 << 20));
    const auto twice = hc::directory::try_open(path + ".users");
    CHECK(twice.kind() == hc::status::already_open && twice.error().is_retryable());
}

// Builders keep the first error, and ignore later calls.
static void builders()
{
    auto users = hc::directory::in_memory();
    hc::new_user bad("no address");
    bad.username("x").attribute("a", "b");
    CHECK(bad.failure().kind() == hc::status::invalid_email);
    CHECK(bad.email() == "no address");
    thrown(hc::status::invalid_email, [&] { bad.check(); });
    REFUSED(invalid_email, users, create_user, (bad));

    hc::batch batch;
    batch.check();
    batch.create_user("ann@ex.co")
        .create_user(bad)
        .update_user("ann@ex.co", hc::user_update().email(""));
    CHECK(batch.size() == 1 && batch.failure().kind() == hc::status::invalid_email);
    REFUSED(invalid_email, users, apply, (batch));
    REFUSED(invalid_email, users, dry_run, (batch));
    REFUSED(invalid_email, users, preview, (batch));
    REFUSED(invalid_argument, users, apply, (hc::batch().if_version(3)));
    REFUSED(invalid_utf8, users, query_all, (hc::query().email_prefix("\xff")));
    CHECK(
        hc::directory::try_in_memory(hc::options().license_if_new({hc::license_kind::community, 3}))
            .kind() == hc::status::invalid_argument);
    check_seats(users, 5, 0, 0);
}

// Results and errors without a directory.
static void results()
{
    hc::error none;
    CHECK(!none && none.kind() == hc::status::ok && none.message().empty() && !none.op_index());
    hc::result<int> good(7);
    CHECK(good && good.has_value() && *good == 7 && good.value() == 7 && !good.error());
    hc::result<void> done;
    CHECK(done && done.has_value() && done.kind() == hc::status::ok);
    done.value();
    hc::result<std::string> bad(hc::error(hc::status::io, "nothing to read"));
    CHECK(!bad && bad.error().message() == "nothing to read");
    thrown(hc::status::io, [&] { (void)bad.value(); });
    thrown(hc::status::io, [&] { (void)std::move(bad).value(); });
    const hc::error copy = bad.error();
    CHECK(copy.message() == "nothing to read" && copy.name() == "HC_STATUS_IO");
    try {
        (void)bad.value();
    } catch (const std::exception &reason) {
        CHECK(std::string_view(reason.what()) == "nothing to read");
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    users();
    workspaces();
    history();
    files(argv[1]);
    builders();
    results();
}
