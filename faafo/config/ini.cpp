#include "faafo/config/ini.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace faafo::config {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string unquoted(std::string_view value) {
    const bool quoted =
        value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
    return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

}  // namespace

std::map<std::string, std::string> parse_ini(std::string_view text, std::string_view origin) {
    std::map<std::string, std::string> values;
    std::string section = "DEFAULT";
    std::string* last = nullptr;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view raw = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view line = trimmed(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';') {
            if (line.empty()) last = nullptr;
            continue;
        }
        if (raw.front() == ' ' || raw.front() == '\t') {
            if (last != nullptr) last->append("\n").append(line);
            continue;
        }
        last = nullptr;
        if (line.front() == '[') {
            if (line.back() != ']')
                throw BadConfiguration(fmt::format("{}:{}: the section has no ']'", origin, number));
            section = std::string(trimmed(line.substr(1, line.size() - 2)));
            continue;
        }
        const auto separator = line.find_first_of("=:");
        if (separator == std::string_view::npos || separator == 0) {
            throw BadConfiguration(fmt::format("{}:{}: expected \"key = value\"", origin, number));
        }
        if (section != "DEFAULT") continue;
        std::string key(trimmed(line.substr(0, separator)));
        std::replace(key.begin(), key.end(), '-', '_');
        last = &(values[key] = unquoted(trimmed(line.substr(separator + 1))));
    }
    return values;
}

std::vector<std::filesystem::path> configuration_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".conf") files.push_back(entry.path());
    }
    if (error)
        throw BadConfiguration(fmt::format("cannot read the configuration folder {}", folder.string()));
    std::sort(files.begin(), files.end());
    return files;
}

std::map<std::string, std::string> read_ini(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf() || stream.peek() == std::ifstream::traits_type::eof())) {
        throw BadConfiguration(fmt::format("cannot read the configuration file {}", file.string()));
    }
    return parse_ini(text.str(), file.string());
}

}  // namespace faafo::config
