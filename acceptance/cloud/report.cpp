#include "acceptance/cloud/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <regex>

#include "acceptance/cloud/suite.hpp"

namespace acceptance::cloud {
namespace {

/// What somebody said over several lines, in one, and not too long.
std::string in_one_line(std::string_view text) {
    constexpr std::size_t longest = 240;
    std::string line;
    for (const char character : text) {
        const bool is_space = std::isspace(static_cast<unsigned char>(character)) != 0;
        if (!is_space)
            line += character;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (line.ends_with(' '))
        line.pop_back();
    return line.size() <= longest ? line : line.substr(0, longest) + "…";
}

/// GoogleTest puts "Failed" before what a test says itself.
std::string_view without_prefix(std::string_view message) {
    constexpr std::string_view prefix = "Failed\n";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

std::string time_of(double seconds) {
    char text[32];
    if (seconds < 100)
        std::snprintf(text, sizeof text, "%.1f s", seconds);
    else
        std::snprintf(text, sizeof text, "%d min %02d s", static_cast<int>(seconds) / 60,
                      static_cast<int>(seconds) % 60);
    return text;
}

/// A cell of a table must not hold what ends it.
std::string in_cell(std::string text) {
    std::ranges::replace(text, '|', '/');
    return text;
}

}  // namespace

std::string in_words(const std::string& camel_case) {
    // Capitals before a capital or the end, "URL" or "IDs"; or a capital and what follows it.
    static const std::regex word("[A-Z]+s?(?=[A-Z]|$)|[A-Z]?[a-z0-9]+");
    std::string words;
    for (std::sregex_iterator at(camel_case.begin(), camel_case.end(), word), end; at != end; ++at) {
        auto text = at->str();
        const auto is_upper = [](unsigned char letter) { return std::isupper(letter) != 0; };
        if (std::ranges::count_if(text, is_upper) < 2)
            std::ranges::transform(text, text.begin(),
                                   [](unsigned char letter) { return std::tolower(letter); });
        words += (words.empty() ? "" : " ") + text;
    }
    return words;
}

void Report::OnTestStart(const ::testing::TestInfo& test) {
    Suite::say(std::string(test.test_suite_name()) + ": " + in_words(test.name()));
}

void Report::OnTestPartResult(const ::testing::TestPartResult& part) {
    if (part.passed() || part.skipped()) return;
    const std::string where = part.file_name() == nullptr
                                  ? ""
                                  : std::filesystem::path(part.file_name()).filename().string() + ":" +
                                        std::to_string(part.line_number()) + ": ";
    Suite::say("    ! " + where + part.message());
}

void Report::OnTestEnd(const ::testing::TestInfo& test) {
    const auto& result = *test.result();
    Verdict verdict{.story = test.test_suite_name(),
                    .test = in_words(test.name()),
                    .result = result.Failed()    ? "failed"
                              : result.Skipped() ? "skipped"
                                                 : "passed",
                    .seconds = static_cast<double>(result.elapsed_time()) / 1000};
    for (int i = 0; i < result.total_part_count() && verdict.reason.empty(); ++i)
        if (const auto& part = result.GetTestPartResult(i); !part.passed())
            verdict.reason = in_one_line(without_prefix(part.message()));
    Suite::say("    " + verdict.result + " after " + time_of(verdict.seconds) +
               (verdict.result == "skipped" ? ": " + verdict.reason : ""));
    verdicts_.push_back(std::move(verdict));
    write();
}

std::size_t Report::count(std::string_view result) const {
    return static_cast<std::size_t>(std::ranges::count(verdicts_, result, &Verdict::result));
}

std::string Report::table() const {
    std::size_t story_width = 0, test_width = 0;
    for (const auto& verdict : verdicts_) {
        story_width = std::max(story_width, verdict.story.size());
        test_width = std::max(test_width, verdict.test.size());
    }
    std::string table;
    for (const auto& verdict : verdicts_) {
        table += verdict.story + std::string(story_width - verdict.story.size() + 2, ' ') + verdict.test +
                 std::string(test_width - verdict.test.size() + 2, ' ') + verdict.result + "  " +
                 time_of(verdict.seconds) + "\n";
        if (verdict.result != "passed") table += std::string(story_width + 4, ' ') + verdict.reason + "\n";
    }
    return table;
}

void Report::write() const {
    boost::json::array tests;
    for (const auto& verdict : verdicts_)
        tests.push_back({{"story", verdict.story},
                         {"test", verdict.test},
                         {"result", verdict.result},
                         {"reason", verdict.reason},
                         {"seconds", verdict.seconds}});
    boost::json::object all;
    for (const auto& [key, value] : about_)
        all[key] = value;
    all["passed"] = count("passed");
    all["failed"] = count("failed");
    all["skipped"] = count("skipped");
    all["tests"] = std::move(tests);
    std::ofstream(folder_ / "results.json") << boost::json::serialize(all) << "\n";

    std::ofstream markdown(folder_ / "table.md");
    markdown << "| story | test | verdict | time |\n| --- | --- | --- | ---: |\n";
    for (const auto& verdict : verdicts_)
        markdown << "| " << verdict.story << " | " << verdict.test << " | " << verdict.result
                 << (verdict.result == "passed" ? "" : ": " + in_cell(verdict.reason)) << " | "
                 << time_of(verdict.seconds) << " |\n";
}

}  // namespace acceptance::cloud
