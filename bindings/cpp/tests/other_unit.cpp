// The other unit of two_units.cpp.
#include <headcount.hpp>
#include <headcount.hpp>

headcount::user create_there(const headcount::directory &users, std::string_view email);
headcount::status refused_there(const headcount::directory &users);

headcount::user create_there(const headcount::directory &users, std::string_view email)
{
    return users.create_user(email);
}

headcount::status refused_there(const headcount::directory &users)
{
    return users.try_create_user("ann@ex.co").kind();
}
