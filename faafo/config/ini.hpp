// The original's configuration files: "[SECTION]", "key = value", comments with # and ;, values that go on
// in indented lines.
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace faafo::config {

/// Names file and line.
struct BadConfiguration : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The keys of [DEFAULT], with '-' written as '_'; other sections are other programs' business.
/// Throws BadConfiguration; `origin` is for its text.
[[nodiscard]] std::map<std::string, std::string> parse_ini(std::string_view text, std::string_view origin);
/// The files *.conf of a folder, in the order in which they are read. Throws BadConfiguration.
[[nodiscard]] std::vector<std::filesystem::path> configuration_files(const std::filesystem::path& folder);
/// Throws BadConfiguration when it cannot be read.
[[nodiscard]] std::map<std::string, std::string> read_ini(const std::filesystem::path& file);

}  // namespace faafo::config
