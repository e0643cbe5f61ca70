// The session of the product guide: five seats, a sixth user is refused, one user leaves.
#include "story.hpp"

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    hc::id ann;
    {
        auto users = hc::directory::open(argv[1]);
        ann = users
                  .create_user(
                      hc::new_user("Ann@ex.co").username("ann").given_name("Ann").admin(true))
                  .id();
        for (const char *email : {"bob@ex.co", "cho@ex.co", "dee@ex.co", "eve@ex.co"})
            users.create_user(email);
        check_seats(users, 5, 5, 0);
        CHECK(users.seats().kind == hc::license_kind::community);
        CHECK(users.seats().free == 0u);

        const hc::error full =
            thrown(hc::status::no_free_seat, [&] { users.create_user("fay@ex.co"); });
        CHECK(full.seats()->limit == 5 && full.seats()->active == 5 &&
              full.seats()->requested == 1);
        CHECK(!full.message().empty());
        CHECK(!full.is_retryable());
        CHECK(full.name() == "HC_STATUS_NO_FREE_SEAT");

        CHECK(!users.deactivate_user("bob@ex.co").is_active());
        users.create_user("fay@ex.co");
        check_seats(users, 5, 5, 1);
        users.set_license(hc::license::enterprise());
        CHECK(!users.seats().limit && !users.seats().free);
        CHECK(users.activate_user("BOB@EX.CO").is_active());
        users.set_license(hc::license::seats(4));
        CHECK(users.seats().over_by == 2 && users.seats().kind == hc::license_kind::seats);
        verify_and_close(users);
        REFUSED(closed, users, seats, ());
    }
    const auto users = hc::directory::open(argv[1], hc::options().create_if_missing(false));
    const auto found = users.find_user(ann);
    CHECK(found && found->email() == "Ann@ex.co" && found->username() == "ann");
    CHECK(found->given_name() == "Ann" && !found->family_name());
    CHECK(found->is_admin() && found->is_active() && found->version() == 1);
    CHECK(found->id() == ann && found->id_text() == ann.to_string());
    CHECK(found->created_at() == found->updated_at());
    CHECK(std::chrono::system_clock::now() - found->created_at() < std::chrono::minutes(10));
    CHECK(users.find_user(found->id_text()).value().id() == ann);
    CHECK(users.find_user("ann@ex.co").value().id() == ann);
    CHECK(users.find_user_by_id(ann).value().id() == ann);
    CHECK(users.find_user_by_email("ANN@ex.co").value().id() == ann);
    CHECK(users.find_user_by_username("ANN").value().id() == ann);
    CHECK(!users.find_user("nobody@ex.co") && !users.find_user_by_id(hc::id()));
    CHECK(!users.find_user_by_email("no address") && !users.find_user_by_username("nobody"));

    const hc::user renamed = users.update_user(
        *found, hc::user_update().given_name("").family_name("Lee").username("al"));
    CHECK(renamed.version() == 2 && !renamed.given_name() && renamed.family_name() == "Lee");
    CHECK(found->version() == 1 && found->username() == "ann"); // a copy
    CHECK(users.update_user("ann@ex.co", hc::user_update().reset_username()).username() ==
          "Ann@ex.co");
    CHECK(users.update_user(ann, hc::user_update().email("al@ex.co")).username() == "al@ex.co");
    CHECK(users.find_user(ann).value().version() == 4);
    users.delete_user("eve@ex.co");
    users.delete_user(users.find_user("dee@ex.co").value().id());
    CHECK(users.seats().active == 4 && users.seats().over_by == 0);
    users.verify();
    CHECK(hc::is_compatible() && !hc::version().empty() && hc::version_number() > 0);
    CHECK(hc::name(hc::status::io) == "HC_STATUS_IO");
}
