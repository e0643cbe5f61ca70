// The figures of the cache and of commits, and their options.
#include "story.hpp"

#include <fstream>

using namespace std::chrono_literals;

static bool has_log(const std::string &path)
{
    return std::ifstream(path + "-log0").good() || std::ifstream(path + "-log1").good();
}

static void caches(std::uint64_t bytes)
{
    auto users = hc::directory::in_memory(hc::options().user_cache_bytes(bytes));
    users.create_user("ann@ex.co");
    users.create_user("bob@ex.co");
    users.deactivate_user("bob@ex.co");
    CHECK(users.default_workspace("ann@ex.co").id() == 1);
    for (int i = 0; i < 3; i++)
        CHECK(users.find_user("ann@ex.co"));
    const hc::directory_stats stats = users.stats();
    CHECK(stats.users_active == 1 && stats.users_inactive == 1 && stats.workspaces == 1);
    CHECK(stats.latest_change == 4 && stats.commit_requests == 4);
    CHECK(stats.commit_groups >= 1 && stats.commit_groups <= 4);
    CHECK((stats.cache_hits > 0) == (bytes > 0) && stats.cache_misses > 0);
    const hc::seat_history history = users.seats_since();
    CHECK(history.peak == 2 && history.peak_day && history.days.size() == 1);
    CHECK(history.days[0].day == *history.peak_day && history.days[0].last == 1);
    CHECK(users.seats_since(history.since).peak == 2);
    CHECK((stats.cache_entries > 0) == (bytes > 0) && stats.cache_bytes <= bytes);
    verify_and_close(users);
    REFUSED(closed, users, stats, ());
}

static void faults(const std::string &path)
{
    auto users = hc::directory::open(path);
    CHECK(users.find_faults().total == 0);
    CHECK(users.stats_text().find("headcount_seats_limit 5\n") != std::string::npos);
    users.close();
    CHECK(hc::find_faults(path).faults.empty());
    CHECK(hc::repair(path).set_aside == 0);
    CHECK(hc::repair(path, path + ".aside").seats_over == 0);
    CHECK(!hc::try_find_faults(path + ".none"));
}

static void syncs(const std::string &path, std::chrono::milliseconds interval)
{
    hc::options options;
    options.log_bytes(2 << 20).sync_interval(interval);
    options.check();
    auto users = hc::directory::open(path, options);
    if (!users.find_user("ann@ex.co"))
        users.create_user("ann@ex.co");
    users.deactivate_user("ann@ex.co");
    users.activate_user("ann@ex.co");
    CHECK(has_log(path));
    verify_and_close(users);
    CHECK(!has_log(path));
    users = hc::directory::open(path);
    CHECK(users.find_user("ann@ex.co").value().is_active());
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    caches(0);
    caches(1 << 20);
    syncs(argv[1], 0ms);
    syncs(argv[1], 5ms);
    syncs(argv[1], 24h);
    for (const auto wrong : {std::chrono::milliseconds(24h + 1ms), -1ms})
        CHECK(hc::options().sync_interval(wrong).failure().kind() == hc::status::invalid_argument);
    CHECK(hc::options().sync_interval(-1ms).failure().message() == "sync_interval is negative; give 0 or more");
    faults(argv[1]);
    const auto most = static_cast<std::uint64_t>(-1);
    CHECK(hc::options().user_cache_bytes(most).failure().kind() == hc::status::invalid_argument);
    CHECK(hc::options().log_bytes(most).failure().kind() == hc::status::invalid_argument);
}
