// The conformance script against the C++ header: ../README.md has the format. Takes the scripts
// as arguments, prints the cases that failed, and `N passed, N failed` at the end.
#include "runner.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace {

// The outcome of a call: its result, or its error.
struct outcome {
    json value;
    bool failed;
};

// Whether the outcome is what the step expects.
bool as_said(const json &step, const outcome &result, names &known)
{
    if (!result.failed)
        return !step.contains("err") &&
               (!step.contains("out") || matches(step["out"], result.value, known));
    const json err = value(step, "err");
    if (err.is_string())
        return err == result.value["kind"];
    for (const auto &[kind, numbers] : err.items())
        return result.value["kind"] == kind && matches(numbers, result.value, known);
    return false;
}

outcome make(session &all, const json &step, const json &in, const json &as)
{
    try {
        if (as.is_null() && !step.contains("through"))
            return {call(all, *all.directory, step["do"], in), false};
        std::optional<hc::directory> on;
        if (!as.is_null())
            on = all.directory->acting_as(hc::id::parse(as.get<std::string>()));
        if (step.contains("through"))
            on = (on ? *on : *all.directory).through(step["through"].get<std::string>());
        return {call(all, *on, step["do"], in), false};
    } catch (const hc::error &error) {
        return {show(error), true};
    }
}

bool race(session &all, const json &step, const names &known, std::string &told)
{
    const std::size_t racers = step["race"];
    std::atomic<std::size_t> ready = 0;
    std::size_t won = 0;
    std::vector<outcome> results(racers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < racers; i++)
        threads.emplace_back([&, i] {
            const json in = filled(value(step, "in"), known, static_cast<int>(i));
            for (ready++; ready < racers;)
                std::this_thread::yield();
            results[i] = make(all, step, in, json());
        });
    for (std::thread &thread : threads)
        thread.join();
    bool good = true;
    for (const outcome &result : results) {
        json of_this = step;
        of_this.erase(result.failed ? "out" : "err");
        names own = known;
        good &= as_said(of_this, result, own);
        won += !result.failed;
    }
    told = "was won by " + std::to_string(won);
    return good && step["won"] == won;
}

bool take(session &all, const json &step, names &known, std::string &told)
{
    if (const std::string unknown = unknown_word(step); !unknown.empty()) {
        told = "has " + unknown;
        return false;
    }
    if (step.contains("race"))
        return race(all, step, known, told);
    if (value(step, "fork") == true) {
        const pid_t child = fork();
        int status = 0;
        if (child > 0)
            return waitpid(child, &status, 0) == child && status == 0;
        const outcome result = make(all, step, filled(value(step, "in"), known, -1), json());
        _exit(as_said(step, result, known) ? 0 : 1);
    }
    const outcome result = make(all, step, filled(value(step, "in"), known, -1),
                                filled(value(step, "as"), known, -1));
    told = "gave " + result.value.dump();
    return as_said(step, result, known);
}

// Runs the steps of a case, of which the first is its head; returns what failed, or nothing.
std::string run(const std::vector<json> &lines)
{
    char folder[] = "/tmp/headcount-XX" "XX" "XX";
    if (mkdtemp(folder) == nullptr)
        stop("no folder can be made");
    session all;
    all.folder = folder;
    names known;
    std::string failed, told = "can't be opened";
    try {
        if (const std::string unknown = unknown_word(lines[0]); !unknown.empty())
            failed = lines[0].dump() + " has " + unknown;
        else
            all.open(lines[0]["open"]);
        for (std::size_t i = 1; i < lines.size() && failed.empty(); i++)
            if (!take(all, lines[i], known, told))
                failed = lines[i].dump() + "\n    " + told;
    } catch (const hc::error &error) {
        failed = lines[0].dump() + ": " + error.what();
    }
    if (all.directory)
        (void)all.directory->try_close();
    std::filesystem::remove_all(all.folder);
    return failed;
}

} // namespace

void stop(const std::string &what)
{
    std::cerr << what << "\n";
    std::exit(2);
}

int main(int argc, char **argv)
{
    std::size_t passed = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        for (const auto &lines : cases(argv[i])) {
            const std::string what = run(lines);
            (what.empty() ? passed : failed)++;
            if (!what.empty())
                std::cout << argv[i] << ": " << lines[0]["case"] << ": " << what << "\n";
        }
    }
    std::cout << passed << " passed, " << failed << " failed\n";
    return failed > 0;
}
