// The lists model the range concepts of C++20.
#include "story.hpp"

#include <ranges>

static_assert(std::ranges::input_range<hc::user_list>);
static_assert(std::ranges::input_range<hc::workspace_list>);
static_assert(std::ranges::input_range<const hc::member_list>);
static_assert(std::ranges::input_range<const hc::applied>);
static_assert(std::ranges::input_range<const hc::change_batch>);
static_assert(std::ranges::input_range<const hc::change_view>);
static_assert(std::ranges::input_range<const hc::attribute_range<hc::user>>);

int main()
{
    const auto users = hc::directory::in_memory();
    for (const char *email : {"ann@ex.co", "bob@ex.co", "cho@ex.co"})
        users.create_user(email);
    users.deactivate_user("bob@ex.co");
    auto all = users.list_users();
    int active = 0;
    for (std::string_view email : all | std::views::filter(&hc::user_view::is_active) |
                                      std::views::transform(&hc::user_view::email))
        active += email.empty() ? 100 : 1;
    CHECK(active == 2);
}
