// c++ -std=c++17 quickstart.cpp -lheadcount && ./a.out
#include <headcount.hpp>
#include <iostream>

int main()
try {
    auto users = headcount::directory::in_memory(); // or open("users.redb")
    users.create_user(headcount::new_user("steve@ex.co").username("steve").admin(true));
    users.apply(headcount::batch().create_user("ann@ex.co").create_user("bob@ex.co"));
    users.deactivate_user("bob@ex.co");

    if (auto steve = users.find_user_by_username("Steve"))
        std::cout << steve->email() << '\n'; // steve@ex.co
    for (const auto &user : users.query_all(headcount::query().active(true)))
        std::cout << user.username() << '\n'; // ann@ex.co, steve

    if (auto made = users.try_create_user("ANN@ex.co"); !made) // doesn't throw
        std::cout << made.error().name() << '\n';              // HC_STATUS_EMAIL_TAKEN
    const headcount::seat_usage seats = users.seats();
    std::cout << seats.active << " of " << *seats.limit << " seats in use\n"; // 2 of 5 seats in use
} catch (const headcount::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
