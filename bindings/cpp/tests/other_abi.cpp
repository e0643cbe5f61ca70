// A program that was compiled for another ABI is refused at the first object it creates.
#include <headcount.h>
#undef HC_ABI_VERSION
#define HC_ABI_VERSION 999
#include "story.hpp"

int main()
{
    CHECK(!hc::is_compatible());
    thrown(hc::status::unsupported_format, [] { hc::directory::in_memory(); });
    CHECK(hc::directory::try_open("/nowhere/users.redb").kind() == hc::status::unsupported_format);
    CHECK(hc::batch().failure().kind() == hc::status::unsupported_format);
    CHECK(hc::new_user("ann@ex.co").failure().kind() == hc::status::unsupported_format);
    CHECK(hc::new_user("ann@ex.co").failure().message().find("another ABI") !=
          std::string_view::npos);
}
