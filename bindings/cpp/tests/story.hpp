// What the stories share: checks that print where they failed.
#ifndef STORY_HPP
#define STORY_HPP

#include <headcount.hpp>

#include <cstdio>
#include <cstdlib>

namespace hc = headcount;

// Ends the program, loudly, unless the condition holds.
#define CHECK(...)                                                                                 \
    do {                                                                                           \
        if (!(__VA_ARGS__)) {                                                                      \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #__VA_ARGS__);       \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

// Returns the error that a call must throw, of this kind.
template <class Call>
hc::error thrown(hc::status kind, Call &&call)
{
    try {
        call();
    } catch (const hc::error &reason) {
        if (reason.kind() != kind)
            std::fprintf(stderr, "%s: %s\n", reason.name().data(), reason.what());
        CHECK(reason.kind() == kind);
        CHECK(!reason.message().empty());
        return reason;
    }
    CHECK(false); // nothing was thrown
    std::abort();
}

// Checks that both forms of a call are refused in the same way.
#define REFUSED(kind_of_error, object, call, arguments)                                            \
    do {                                                                                           \
        const hc::error story_thrown =                                                             \
            thrown(hc::status::kind_of_error, [&] { (void)(object).call arguments; });             \
        const auto story_result = (object).try_##call arguments;                                   \
        CHECK(!story_result);                                                                      \
        CHECK(story_result.kind() == hc::status::kind_of_error);                                   \
        CHECK(story_result.error().message() == story_thrown.message());                           \
    } while (0)

inline void check_seats(const hc::directory &directory, std::uint64_t limit, std::uint64_t active,
                        std::uint64_t inactive)
{
    const hc::seat_usage seats = directory.seats();
    CHECK(seats.limit == limit);
    CHECK(seats.active == active);
    CHECK(seats.inactive == inactive);
}

// Ends every story that writes.
inline void verify_and_close(hc::directory &directory)
{
    directory.verify();
    directory.close();
}

#endif
