// Batches: all or nothing, judged on the net result, sent again, previewed.
#include "story.hpp"

#include <string>

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    auto users = hc::directory::open(argv[1]);
    const auto made = users.apply(hc::batch()
                                      .create_user("ann@ex.co")
                                      .create_user(hc::new_user("bob@ex.co").username("bob"))
                                      .create_user("cho@ex.co")
                                      .create_user("dee@ex.co")
                                      .create_user("eve@ex.co")
                                      .activate_user("ann@ex.co")
                                      .create_workspace("Models", "ann@ex.co")
                                      .add_member("models", "bob@ex.co")
                                      .default_workspace("cho@ex.co"));
    CHECK(made.size() == 9 && !made.empty() && made.sequence() == 1u && !made.is_replayed());
    std::vector<hc::outcome> outcomes(made.begin(), made.end());
    CHECK(outcomes[0].subject == hc::subject::user && outcomes[0].changed &&
          outcomes[0].version == 1);
    CHECK(!outcomes[5].changed && outcomes[5].user == outcomes[0].user);
    CHECK(outcomes[6].subject == hc::subject::workspace && outcomes[6].workspace == 1 &&
          !outcomes[6].user);
    CHECK(outcomes[7].subject == hc::subject::member && outcomes[7].user == outcomes[1].user);
    CHECK(made.user(1).value().username() == "bob" && !made.user(6));
    REFUSED(invalid_argument, made, at, (9));
    REFUSED(invalid_argument, made, user, (9));

    // All outcomes at once are the same.
    const auto at_once = made.outcomes();
    CHECK(at_once.size() == outcomes.size());
    for (std::size_t i = 0; i < at_once.size(); i++)
        CHECK(at_once[i].subject == outcomes[i].subject && at_once[i].user == outcomes[i].user &&
              at_once[i].changed == outcomes[i].changed &&
              at_once[i].version == outcomes[i].version &&
              at_once[i].workspace == outcomes[i].workspace);

    // Without a free seat, one user leaves and another joins.
    users.apply(hc::batch().deactivate_user("eve@ex.co").create_user("fay@ex.co"));
    check_seats(users, 5, 5, 1);

    // A refusal changes nothing, and names the operation.
    const hc::error taken = thrown(hc::status::email_taken, [&] {
        users.apply(hc::batch().delete_user("dee@ex.co").create_user("ANN@ex.co"));
    });
    CHECK(taken.op_index() == 1u);
    CHECK(users.find_user("dee@ex.co"));
    const hc::error full = thrown(hc::status::no_free_seat, [&] {
        users.apply(hc::batch().create_user("gus@ex.co").activate_user("eve@ex.co"));
    });
    CHECK(!full.op_index() && full.seats()->requested == 2);

    // Packed operations do the same.
    hc::operations many;
    for (int i = 0; i < 40; i++) {
        many.op(hc::operation::update_user)
            .uuid(hc::op_field::user_id, users.find_user("ann@ex.co").value().id())
            .text(hc::op_field::given_name, "Ann " + std::to_string(i));
    }
    many.op(hc::operation::update_user).text(hc::op_field::user, "bob").absent(
        hc::op_field::family_name);
    many.op(hc::operation::set_role)
        .number(hc::op_field::workspace, 1)
        .text(hc::op_field::user, "bob")
        .number(hc::op_field::role, static_cast<std::uint64_t>(hc::role::user));
    const hc::operations moved = std::move(many);
    CHECK(users.apply(hc::batch().append(moved)).size() == 42);
    CHECK(users.find_user("ann@ex.co").value().given_name() == "Ann 39");
    hc::operations wrong;
    wrong.op(hc::operation::create_user).text(hc::op_field::email, "not an address");
    CHECK(hc::batch().append(wrong).failure().kind() == hc::status::invalid_email);

    // A batch that changes nothing has no change number.
    CHECK(!users.apply(hc::batch()).sequence());
    CHECK(users.apply(hc::batch()).empty());
    CHECK(!users.apply(hc::batch().activate_user("ann@ex.co")).sequence());

    // Previews and dry runs change nothing.
    const auto refusals = users.preview(
        hc::batch().create_user("ann@ex.co").create_user("hal@ex.co").create_user("bob@ex.co"));
    CHECK(refusals.size() == 3 && refusals[0].op_index() == 0u && refusals[1].op_index() == 2u);
    CHECK(refusals[2].kind() == hc::status::no_free_seat && !refusals[2].op_index());
    CHECK(refusals[1].kind() == hc::status::email_taken && !refusals[1].message().empty());
    CHECK(users.preview(hc::batch().deactivate_user("dee@ex.co")).empty());
    CHECK(users.dry_run(hc::batch().deactivate_user("dee@ex.co")).at(0).changed);
    CHECK(users.find_user("dee@ex.co").value().is_active());

    // Sent again, it is applied once, also after reopening.
    const hc::id request = hc::id::parse("{0190e3a0-7e1f-7000-8000-00000000002a}");
    hc::batch offboard;
    offboard.request_id(request).allow_ownerless().deactivate_user("ann@ex.co");
    const auto once = users.apply(offboard);
    CHECK(once.at(0).changed && !once.is_replayed() && once.user(0));
    users.close();
    users = hc::directory::open(argv[1]);
    const auto twice = users.apply(offboard);
    CHECK(twice.is_replayed() && twice.sequence() == once.sequence() && !twice.user(0));

    // Versions.
    REFUSED(conflict, users, apply, (hc::batch().rename_workspace(1, "Other").if_version(9)));
    users.apply(hc::batch().rename_workspace(1, "Other").if_version(1));
    // Every other operation.
    users.apply(
        hc::batch()
            .allow_ownerless(true)
            .set_license(hc::license::enterprise())
            .activate_user("ann@ex.co")
            .update_user("ann@ex.co", hc::user_update().family_name("Lee").remove_attribute("x"))
            .add_member(1, "cho@ex.co", hc::role::owner)
            .set_role(1, "bob@ex.co", hc::role::owner)
            .remove_member(1, "cho@ex.co")
            .archive_workspace(1)
            .restore_workspace(1)
            .create_workspace("Gone", "ann@ex.co"));
    users.apply(hc::batch()
                    .delete_workspace(users.find_workspace_by_name("gone").value().id())
                    .delete_user("dee@ex.co"));
    CHECK(users.find_workspace(1).value().name() == "Other" && !users.find_workspace_by_name("gone"));
    CHECK(!users.find_user("dee@ex.co") && users.find_user("ann@ex.co").value().family_name() == "Lee");
    // Workspaces by name, created in the same batch.
    users.apply(hc::batch()
                    .create_workspace("Short", "ann@ex.co")
                    .add_member("short", "bob@ex.co", hc::role::user)
                    .set_role("short", "bob@ex.co", hc::role::owner)
                    .remove_member("short", "ann@ex.co")
                    .rename_workspace("short", "Long")
                    .archive_workspace("long")
                    .restore_workspace("long"));
    CHECK(users.list_members(users.find_workspace_by_name("Long").value().id()).size() == 1);
    users.apply(hc::batch().delete_workspace("long"));
    CHECK(!users.find_workspace_by_name("Long"));
    verify_and_close(users);
}
