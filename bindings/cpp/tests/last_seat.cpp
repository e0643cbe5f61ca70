// Eight threads race for the last seat, repeatedly: exactly one gets it each time, and the others
// are refused with the reason, some by exception and some by result.
#include "story.hpp"

#include <atomic>
#include <thread>

constexpr int racers = 8;

static void race(const hc::directory &users, int number, std::atomic<int> &ready,
                 std::atomic<int> &winners)
{
    const std::string email = "user" + std::to_string(number) + "@ex.co";
    for (++ready; ready < racers;)
        std::this_thread::yield();
    hc::error refused;
    if (number % 2 == 0) {
        auto activated = users.try_activate_user(email);
        if (!activated)
            refused = activated.error();
    } else {
        try {
            users.activate_user(email);
        } catch (const hc::error &reason) {
            refused = reason;
        }
    }
    if (refused) {
        CHECK(refused.kind() == hc::status::no_free_seat);
        CHECK(refused.seats()->limit == 1 && refused.seats()->active == 1);
    } else {
        ++winners;
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    auto users = hc::directory::in_memory(hc::options().license_if_new(hc::license::seats(1)));
    for (int i = 0; i < racers; ++i)
        users.create_user(hc::new_user("user" + std::to_string(i) + "@ex.co").active(false));
    for (int round = std::atoi(argv[1]); round > 0; --round) {
        std::atomic<int> ready{0}, winners{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < racers; ++i)
            threads.emplace_back([&, i] { race(users, i, ready, winners); });
        for (std::thread &thread : threads)
            thread.join();
        CHECK(winners == 1);
        for (const hc::user_view &winner : users.query_page(hc::query().active(true)))
            users.deactivate_user(winner);
    }
    check_seats(users, 1, 0, racers);
    verify_and_close(users);
}
