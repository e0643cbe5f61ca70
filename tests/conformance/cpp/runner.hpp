// What the parts of the runner share.
#ifndef RUNNER_HPP
#define RUNNER_HPP

#include <headcount.hpp>

#include <deque>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hc = headcount;
using json = nlohmann::json;

// The state of a case: a folder, the current directory, and perhaps a feed.
struct session {
    std::filesystem::path folder;
    std::optional<hc::directory> directory;
    std::optional<hc::feed> feed;
    std::deque<json> read; // changes that were read from the feed and not yet returned
    std::uint64_t position = 0;

    void open(const json &how);
};

[[noreturn]] void stop(const std::string &what);

// A value of an object; null where there is none.
json value(const json &object, const char *key);
// A text; of a number, its digits.
std::string text(const json &object, const char *key);

// The values of a case's names.
using names = std::map<std::string, json>;

// helper.cpp: arguments with the values of their names and, in a race, the number of the thread;
// whether a value is what a step expects; the cases of a script; and a key of a line that calls.json lacks.
json filled(const json &given, const names &known, int i);
bool matches(const json &wanted, const json &found, names &known);
std::vector<std::vector<json>> cases(const std::string &path);
std::string unknown_word(const json &line);

// calls.cpp: makes a call; throws what the call throws.
json call(session &all, const hc::directory &directory, const std::string &name, const json &in);

// show.cpp: records in the form of the script.
json show(const hc::user &user);
json show(const hc::workspace &workspace);
json show(const hc::member &member);
json show(const hc::seat_usage &seats);
json show(const hc::seat_history &history);
json show(const hc::change_view &change);
json show(const hc::applied &applied);
json show(const hc::error &error);
json show(const hc::fault_list &faults);
json show(const std::optional<hc::id> &id);
json show(const std::vector<hc::external_id> &ids);

template <class T>
json show(const std::optional<T> &found)
{
    return found ? show(*found) : json();
}

#endif
