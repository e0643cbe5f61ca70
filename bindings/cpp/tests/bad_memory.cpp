// A deliberate bug: a view is used after its list is destroyed. Proves that the address sanitizer
// works in the stories.
#include "story.hpp"

int main()
{
    const auto users = hc::directory::in_memory();
    users.create_user("ann@ex.co");
    std::string_view email;
    for (const hc::user_view &user : users.list_users())
        email = user.email();
    return email[0] == 'a' ? 0 : 1;
}
