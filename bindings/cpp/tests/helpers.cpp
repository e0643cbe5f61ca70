// Functions that need no directory: texts, ids, and the log.
#include "story.hpp"

#include <atomic>

static void texts()
{
    CHECK(hc::license_from_text("Community") == hc::license::community());
    CHECK(hc::license_from_text("12") == hc::license::seats(12));
    CHECK(hc::try_license_from_text("many").kind() == hc::status::invalid_argument);
    CHECK(hc::role_from_text("collaborator") == hc::role::user);
    thrown(hc::status::invalid_argument, [] { hc::role_from_text("chief"); });
    const hc::moment moment = hc::time_from_text("2024-07-11T18:55:59.173+02:00");
    CHECK(hc::time_to_text(moment) == "2024-07-11T16:55:59.173Z");
    CHECK(hc::try_time_from_text("yesterday").kind() == hc::status::invalid_argument);
    CHECK(!hc::try_time_to_text(hc::moment(std::chrono::microseconds(-1))));
    CHECK(hc::email_key(" Ann@B\xc3\xbc"
                        "cher.example") == "ann@xn--bcher-kva.example");
    thrown(hc::status::email_required, [] { hc::email_key(""); });
    CHECK(hc::username_key("\xc3\x85sa") == "\xc3\xa5sa");
    CHECK(!hc::try_username_key(""));
    const hc::id earlier = hc::id::generate(), later = hc::id::try_generate().value();
    CHECK(earlier < later);
}

// Messages arrive, exceptions of the callback are dropped, and it is released once.
static void log(const char *path)
{
    struct counted {
        std::atomic<int> *released;
        explicit counted(std::atomic<int> *place) : released(place) {}
        ~counted() { ++*released; }
    };
    std::atomic<int> messages{0}, released{0};
    hc::set_log(hc::log_level::trace,
                [&messages, kept = std::make_shared<counted>(&released)](
                    hc::log_level level, std::string_view target, std::string_view message) {
                    CHECK(level != hc::log_level::off && !target.empty() && !message.empty());
                    CHECK(kept != nullptr);
                    ++messages;
                    throw std::string("is lost");
                });
    {
        auto users = hc::directory::open(path);
        users.create_user("ann@ex.co");
        const std::uint64_t *generation = users.generation();
        const std::uint64_t before = *generation;
        users.deactivate_user("ann@ex.co");
        users.activate_user("ann@ex.co");
        CHECK(before % 2 == 0 && *generation == before + 4);
        const hc::verified verified = users.verify_and_count();
        CHECK(verified.active == 1 && verified.inactive == 0 && verified.changes == 3);
        CHECK(users.seats().license_version > 0);
        users.close();
        CHECK(users.try_verify_and_count().kind() == hc::status::closed);
    }
    CHECK(messages > 0 && released == 0);
    CHECK(hc::try_set_log(static_cast<hc::log_level>(77), [](auto, auto, auto) {}).kind() ==
          hc::status::invalid_argument);
    hc::set_log(hc::log_level::off, nullptr);
    CHECK(released == 1);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    texts();
    log(argv[1]);
}
