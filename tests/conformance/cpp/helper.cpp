// The helper of the runner: reads scripts, and compares values.
#include "runner.hpp"

#include <algorithm>
#include <fstream>

// The arguments, with the values of names, and a thread's number in place of {i}.
json filled(const json &given, const names &known, int i)
{
    if (given.is_string()) {
        std::string text = given;
        if (!text.empty() && text[0] == '$')
            return known.at(text);
        if (const auto at = text.find("{i}"); at != std::string::npos && i >= 0)
            text.replace(at, 3, std::to_string(i));
        return text;
    }
    if (given.is_object() && given.contains("$repeat")) {
        std::string text;
        for (int times = given["times"]; times > 0; times--)
            text += given["$repeat"].get<std::string>();
        return text;
    }
    if (!given.is_structured())
        return given;
    json made = given;
    for (auto &each : made)
        each = filled(each, known, i);
    return made;
}

bool matches(const json &wanted, const json &found, names &known)
{
    if (wanted.is_string() && wanted.get<std::string>().rfind('$', 0) == 0)
        return !found.is_null() && known.emplace(wanted, found).first->second == found;
    if (wanted.is_object() && wanted.contains("$from"))
        return found.is_string() &&
               hc::time_from_text(found.get<std::string>()) >=
                   hc::time_from_text(known.at(wanted["$from"]).get<std::string>());
    if (wanted.is_object() && wanted.contains("$has"))
        return found.is_string() && found.get<std::string>().find(wanted["$has"].get<std::string>())
                                        != std::string::npos;
    if (wanted.is_object() && found.is_object()) {
        for (const auto &[key, each] : wanted.items())
            if (!matches(each, value(found, key.c_str()), known))
                return false;
        return true;
    }
    if (wanted.is_array() && found.is_array())
        return std::equal(
            wanted.begin(), wanted.end(), found.begin(), found.end(),
            [&](const json &one, const json &other) { return matches(one, other, known); });
    return wanted == found;
}

// The first key of an object that calls.json lacks.
static std::string unknown(const char *part, const std::string &name, const json &object)
{
    static const json table = json::parse(std::ifstream("calls.json"));
    if (!table[part].contains(name))
        return name;
    const std::string known = " " + table[part][name].get<std::string>() + " ";
    for (const auto &[member, of] : object.items())
        if (known.find(" " + member + " ") == std::string::npos)
            return member;
    return "";
}

// A key of a line that calls.json lacks: without this check, a misspelt key would have no effect.
std::string unknown_word(const json &line)
{
    const bool is_head = line.contains("case");
    const json given = value(line, is_head ? "open" : "in");
    std::string word = unknown("lines", is_head ? "case" : "step", line);
    if (word.empty())
        word = unknown("calls", is_head ? "open" : text(line, "do"), given);
    for (const json &each : value(given, "operations"))
        if (word.empty())
            word = unknown("operations", text(each, "op"), each);
    return word;
}

std::vector<std::vector<json>> cases(const std::string &path)
{
    std::ifstream script(path);
    if (!script)
        stop("can't open " + path);
    std::vector<std::vector<json>> cases;
    for (std::string line; std::getline(script, line);) {
        if (line.empty())
            continue;
        const json step = json::parse(line);
        if (step.contains("case"))
            cases.emplace_back();
        cases.back().push_back(step);
    }
    return cases;
}
