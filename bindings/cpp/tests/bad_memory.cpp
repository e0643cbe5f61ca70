// A bug on purpose: a view is used after the list that it points into is gone. Proves
// that the address sanitizer watches the stories.
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
