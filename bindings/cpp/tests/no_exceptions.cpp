// Without exceptions the non-throwing forms work, and the others end the program.
#include <headcount.hpp>

#ifdef __cpp_exceptions
#error "compile with -fno-exceptions"
#endif

int main(int argc, char **)
{
    auto users = headcount::directory::try_in_memory();
    if (!users)
        return 1;
    if (!users->try_create_user("ann@ex.co"))
        return 2;
    const auto refused = users->try_create_user("ann@ex.co");
    if (refused.kind() != headcount::status::email_taken || refused.error().message().empty())
        return 3;
    int seen = 0;
    for (const headcount::user_view &user : users->list_users())
        seen += user.email() == "ann@ex.co" ? 1 : 100;
    if (argc > 1)
        users->create_user("ann@ex.co");
    return seen == 1 ? 0 : 4;
}
