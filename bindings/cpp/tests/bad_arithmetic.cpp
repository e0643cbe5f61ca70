// A deliberate bug: a signed number overflows. Proves that the sanitizer for undefined behaviour
// works in the stories.
#include "story.hpp"

int main(int argc, char **)
{
    const auto users = hc::directory::in_memory();
    users.create_user("ann@ex.co");
    int most = 2147483646 + static_cast<int>(users.seats().active);
    return most + argc > 0 ? 0 : 1;
}
