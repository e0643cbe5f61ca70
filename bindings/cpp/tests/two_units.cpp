// One of two units of a program that both include the header: see other_unit.cpp.
#include "story.hpp"

hc::user create_there(const hc::directory &users, std::string_view email);
hc::status refused_there(const hc::directory &users);

int main()
{
    const auto users = hc::directory::in_memory();
    CHECK(create_there(users, "ann@ex.co").email() == "ann@ex.co");
    CHECK(refused_there(users) == hc::status::email_taken);
    try { // exceptions of the other unit are caught here
        create_there(users, "ann@ex.co");
        CHECK(false); // nothing was thrown
    } catch (const hc::error &reason) {
        CHECK(reason.kind() == hc::status::email_taken);
    }
}
