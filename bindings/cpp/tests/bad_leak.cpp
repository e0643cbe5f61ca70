// A deliberate bug: a handle of the library is never freed. Proves that leaks of the library's
// memory are found.
#include "story.hpp"

int main()
{
    const auto users = hc::directory::in_memory();
    users.create_user("ann@ex.co");
    hc_user *user = nullptr;
    hc_user_get(users.raw(), HC_STR("ann@ex.co"), &user, nullptr);
    CHECK(user != nullptr);
    user = nullptr;
}
