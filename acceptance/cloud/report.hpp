// What is said of each test: a line when it begins and ends, and at the end a table, for people and for programs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace acceptance::cloud {

struct Verdict {
    std::string story;   ///< "FractalsProgram"
    std::string test;    ///< "a second run changes nothing"
    std::string result;  ///< "passed", "failed", "skipped"
    std::string reason;  ///< why it was skipped or failed, the first line of it
    double seconds = 0;
};

/// "ASecondRunChangesNothing" → "a second run changes nothing".
[[nodiscard]] std::string in_words(const std::string& camel_case);

/// In place of GoogleTest's own printer. Writes results.json and table.md after each test, so that a run that is killed has
/// them, too.
class Report : public ::testing::EmptyTestEventListener {
  public:
    explicit Report(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// What results.json says besides: the cloud, the image …
    void about(const std::string& key, const std::string& value) { about_.emplace_back(key, value); }
    [[nodiscard]] const std::vector<Verdict>& verdicts() const { return verdicts_; }
    [[nodiscard]] std::size_t count(std::string_view result) const;
    /// For a terminal.
    [[nodiscard]] std::string table() const;

  private:
    void OnTestStart(const ::testing::TestInfo& test) override;
    void OnTestPartResult(const ::testing::TestPartResult& part) override;
    void OnTestEnd(const ::testing::TestInfo& test) override;
    void write() const;

    std::filesystem::path folder_;
    std::vector<std::pair<std::string, std::string>> about_;
    std::vector<Verdict> verdicts_;
};

}  // namespace acceptance::cloud
