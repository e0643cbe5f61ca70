// Creates, changes and deletes workspaces and their members.
#include "story.hpp"

static void external_ids()
{
    auto users = hc::directory::in_memory();
    const auto ann = users.create_user(hc::new_user("ann@ex.co").external_id("okta", "00u1"));
    CHECK(ann.external_ids().size() == 1 && ann.external_ids()[0].id == "00u1");
    CHECK(users.find_user_by_external_id("okta", "00u1").value().id() == ann.id());
    CHECK(!users.find_user_by_external_id("entra", "00u1"));
    const auto moved = users.update_user(
        ann, hc::user_update().external_id("okta", std::nullopt).external_id("entra", "6f"));
    CHECK(moved.external_ids().size() == 1 && moved.external_ids()[0].provisioner == "entra");
    users.apply(hc::batch().create_workspace("Lab", ann).set_workspace_external_id("lab", "okta",
                                                                                   "g1"));
    const auto lab = users.find_workspace_by_external_id("okta", "g1");
    CHECK(lab->name() == "Lab" && lab->external_ids()[0].id == "g1");
    CHECK(users.set_workspace_external_id(lab->id(), "okta", "g2").external_ids()[0].id == "g2");
    users.apply(hc::batch().set_workspace_external_id(lab->id(), "okta", std::nullopt));
    CHECK(!users.find_workspace_by_external_id("okta", "g2"));
    REFUSED(workspace_not_found, users, set_workspace_external_id, (99, "okta", "g"));
    REFUSED(invalid_argument, users, set_workspace_external_id, (lab->id(), "", "g"));
    verify_and_close(users);
}

int main()
{
    external_ids();
    auto users = hc::directory::in_memory(hc::options().license_if_new(hc::license::enterprise()));
    const hc::user ann = users.create_user("ann@ex.co"), bob = users.create_user("bob@ex.co");
    const hc::workspace models = users.create_workspace("Fraud models", ann);
    CHECK(models.name() == "Fraud models" && models.id() == 1 && models.version() == 1);
    CHECK(!models.is_archived() && !models.default_of() &&
          models.created_at() == models.updated_at());
    CHECK(users.find_workspace(1).value().name() == "Fraud models" && !users.find_workspace(2));
    CHECK(users.find_workspace_by_name("FRAUD MODELS").value().id() == 1 &&
          !users.find_workspace_by_name("x"));
    CHECK(users.rename_workspace(1, "Models").name() == "Models");
    CHECK(users.archive_workspace(1).is_archived() && !users.restore_workspace(1).is_archived());

    users.add_member(1, bob);
    users.add_member(1, bob.id());
    users.set_role(1, "bob@ex.co", hc::role::owner);
    const hc::member_list members = users.list_members(1);
    CHECK(members.size() == 2 && !members.empty());
    int owners = 0;
    for (const hc::member member : members) {
        CHECK(member.workspace == 1 && member.role == hc::role::owner);
        CHECK(member.user == (owners == 0 ? ann.id() : bob.id()));
        CHECK(member.version == (owners == 0 ? 1u : 2u) && member.since >= ann.created_at());
        ++owners;
    }
    CHECK(owners == 2);
    const auto of_bob = users.list_workspaces_of(bob);
    CHECK(of_bob.size() == 1 && of_bob.at(0).workspace == 1);
    users.remove_member(1, ann);
    CHECK(users.list_workspaces_of("ann@ex.co").empty());
    CHECK(members.size() == 2); // a copy

    const hc::workspace own = users.default_workspace(ann);
    CHECK(own.default_of() == ann.id() && users.default_workspace("ann@ex.co").id() == own.id());

    // Large workspaces, in few calls.
    hc::batch many;
    for (int i = 0; i < 3000; ++i) {
        const std::string email = "user" + std::to_string(i) + "@ex.co";
        many.create_user(email).add_member(1, email);
    }
    users.apply(many);
    auto large = users.list_members(1);
    const std::vector<hc::member> all = large.take();
    CHECK(all.size() == 3001 && large.size() == 3001 && large.take().empty());
    CHECK(all[0].user == bob.id() && all[0].role == hc::role::owner &&
          all[1].role == hc::role::user);
    for (std::size_t i = 0; i < all.size(); i += 100)
        CHECK(all[i].user == large.at(i).user && all[i].since == large.at(i).since);

    users.delete_workspace(1);
    CHECK(!users.find_workspace(1));
    hc::member_list moved = std::move(large);
    CHECK(large.empty() && large.raw() == nullptr && moved.size() == 3001);
    verify_and_close(users);
}
