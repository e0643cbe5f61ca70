// Backups, restoring, reading only, waiting and compacting.
#include "story.hpp"

#include <sstream>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

static void copies(const std::string &path, const std::string &backup)
{
    auto users = hc::directory::open(path);
    users.create_user("ann@ex.co");
    const hc::copied copied = users.backup(backup);
    CHECK(copied.users == 1 && copied.sequence == 1 && copied.bytes > 0);
    REFUSED(io, users, backup, (backup));
    std::uint64_t told = 0;
    const auto tell = [&](std::uint64_t done, std::uint64_t) { told = done; };
    CHECK(users.backup(backup, hc::overwrite::yes, tell).users == 1);
    CHECK(told > 0);
    REFUSED(already_open, users, backup, (path, hc::overwrite::yes));
    users.delete_user("ann@ex.co");
    verify_and_close(users);
    thrown(hc::status::io, [&] { hc::directory::restore(backup, path); });
    CHECK(hc::directory::restore(backup, path, hc::overwrite::yes).users == 1);
    CHECK(hc::directory::open(path).find_user("ann@ex.co"));
}

static void readers(const std::string &path)
{
    const auto one = hc::directory::open(path, hc::options().read_only(true));
    const auto two = hc::directory::open(path, hc::options().read_only(true));
    CHECK(one.find_user("ann@ex.co") && two.find_user("ann@ex.co"));
    REFUSED(read_only, one, create_user, ("bob@ex.co"));
    const auto held = hc::directory::try_open(path, hc::options().open_timeout(20ms));
    CHECK(held.kind() == hc::status::already_open);
    for (const auto wrong : {std::chrono::milliseconds(24h + 1ms), -1ms})
        CHECK(hc::options().open_timeout(wrong).failure().kind() == hc::status::invalid_argument);
    CHECK(hc::options().open_timeout(-1ms).failure().message() == "open_timeout is negative; give 0 or more");
}

static void records()
{
    auto users = hc::directory::in_memory();
    users.create_user("ann@ex.co");
    std::stringstream lines;
    const auto write = [&](std::string_view some) { lines << some; };
    const auto read = [&](char *buffer, std::size_t capacity) {
        lines.read(buffer, static_cast<std::streamsize>(capacity));
        return static_cast<std::size_t>(lines.gcount());
    };
    users.export_to(write);
    const auto copy = hc::directory::in_memory();
    copy.load_from(read);
    CHECK(copy.find_user("ann@ex.co").value().id() == users.find_user("ann@ex.co").value().id());
    REFUSED(invalid_argument, copy, load_from, (read));
    REFUSED(null_argument, copy, load_from, (hc::read_callback()));
    REFUSED(null_argument, copy, export_to, (hc::write_callback()));
    // An exception of a callback ends the call and is rethrown.
    int calls = 0;
    const auto full = [&](std::string_view) { throw std::runtime_error(std::to_string(++calls)); };
    for (const bool throwing : {true, false}) {
        try {
            if (throwing)
                users.export_to(full);
            else
                (void)users.try_export_to(full);
            CHECK(false);
        } catch (const std::runtime_error &reason) {
            CHECK(reason.what() == std::to_string(throwing ? 1 : 2));
        }
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    const std::string path = argv[1];
    copies(path, path + ".backup");
    readers(path);
    records();
    const hc::compacted compacted = hc::directory::compact(path);
    CHECK(compacted.bytes > 0 && compacted.bytes <= compacted.bytes_before);
    CHECK(hc::directory::compact(path, hc::options().open_timeout(1s)).bytes > 0);
    CHECK(!hc::directory::try_compact(path + ".missing"));
    auto users = hc::directory::open(path);
    CHECK(users.find_user("ann@ex.co"));
    verify_and_close(users);
    return 0;
}
