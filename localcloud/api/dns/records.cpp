#include "localcloud/api/dns/records.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

namespace localcloud::api::dns {

namespace {

constexpr std::array<std::string_view, 10> types{"A",   "AAAA", "CNAME", "MX",  "NS",
                                                 "PTR", "SPF",  "SRV",   "TXT", "CAA"};
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_string = 255;
constexpr std::size_t longest_text = 4096;

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label && !label.starts_with('-') &&
           !label.ends_with('-') && std::ranges::all_of(label, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_';
           });
}

/// Where a name may lead to: as is_domain_name(), but no wildcard; the root is fine.
bool is_target(std::string_view text) {
    return text == "." || (is_domain_name(text) && !text.starts_with('*'));
}

bool is_number(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value <= most;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream{text};
    std::vector<std::string> found;
    for (std::string word; stream >> word;)
        found.push_back(word);
    return found;
}

/// The strings of a TXT record: quoted ones, or all of it as one.
std::optional<std::vector<std::string>> strings_of(const std::string& data) {
    if (data.empty() || data.size() > longest_text) return std::nullopt;
    std::vector<std::string> strings;
    if (data.front() != '"') {
        if (data.find('"') != std::string::npos) return std::nullopt;
        strings.push_back(data);
        return strings;
    }
    for (std::size_t at = 0; at < data.size();) {
        if (data[at] == ' ') {
            ++at;
            continue;
        }
        if (data[at] != '"') return std::nullopt;
        std::string text;
        for (++at; at < data.size() && data[at] != '"'; ++at) {
            if (data[at] == '\\' && at + 1 < data.size()) ++at;
            text += data[at];
        }
        if (at >= data.size()) return std::nullopt;  // no closing quote
        ++at;
        strings.push_back(std::move(text));
    }
    return strings;
}

/// As a zone file has it, which is ASCII.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            out += '\\' + std::to_string(static_cast<unsigned char>(c));
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

bool is_address(int family, const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return text.find('\0') == std::string::npos && ::inet_pton(family, text.c_str(), address.data()) == 1;
}

}  // namespace

bool is_domain_name(std::string_view text) {
    if (text.size() < 2 || text.size() > longest_name || !text.ends_with('.')) return false;
    text.remove_suffix(1);
    if (text.starts_with("*.")) text.remove_prefix(2);
    while (true) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == text.size()) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > longest_label || text.size() > longest_name)
        return false;
    const std::string_view local = text.substr(0, at);
    const bool plain = std::ranges::all_of(local, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '+';
    });
    const std::string_view host = text.substr(at + 1);
    return plain && !local.starts_with('.') && !local.ends_with('.') &&
           host.find('.') != std::string_view::npos && is_domain_name(std::string{host} + '.') &&
           !host.starts_with('*');
}

bool is_record_type(std::string_view type) {
    return std::ranges::find(types, type) != types.end();
}

bool is_record(std::string_view type, const std::string& data) {
    // A line break would end the record in the zone file, and begin another.
    if (std::ranges::any_of(data, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) return false;
    if (type == "A") return is_address(AF_INET, data);
    if (type == "AAAA") return is_address(AF_INET6, data);
    if (type == "CNAME" || type == "NS" || type == "PTR") return is_target(data);
    if (type == "TXT" || type == "SPF") return strings_of(data).has_value();
    const std::vector<std::string> parts = words(data);
    constexpr unsigned most = 65535;
    if (type == "MX") return parts.size() == 2 && is_number(parts[0], most) && is_target(parts[1]);
    if (type == "SRV")
        return parts.size() == 4 && is_number(parts[0], most) && is_number(parts[1], most) &&
               is_number(parts[2], most) && is_target(parts[3]);
    if (type == "CAA")
        return parts.size() == 3 && is_number(parts[0], 255) &&
               (parts[1] == "issue" || parts[1] == "issuewild" || parts[1] == "iodef") &&
               std::ranges::all_of(parts[2],
                                   [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    return false;
}

std::string in_zone_file(std::string_view type, const std::string& data) {
    if (type == "TXT" || type == "SPF") {
        std::string out;
        for (std::string_view text : strings_of(data).value_or(std::vector<std::string>{})) {
            do {
                out += (out.empty() ? "" : " ") + in_quotes(text.substr(0, longest_string));
                text.remove_prefix(std::min(text.size(), longest_string));
            } while (!text.empty());
        }
        return out;
    }
    std::vector<std::string> parts = words(data);
    if (type == "CAA" && parts.size() == 3) {
        std::erase(parts[2], '"');
        parts[2] = in_quotes(parts[2]);
    }
    // Not as it was sent, but as it was understood.
    return fmt::format("{}", fmt::join(parts, " "));
}

std::string mailbox_name(std::string_view email) {
    const std::size_t at = email.find('@');
    std::string local;
    for (const char c : email.substr(0, at))
        local += c == '.' ? std::string{"\\."} : std::string(1, c);
    return local + "." + std::string{email.substr(at + 1)} + ".";
}

bool is_within(std::string_view name, std::string_view zone) {
    if (name == zone) return true;
    return name.size() > zone.size() && name.ends_with(zone) && name[name.size() - zone.size() - 1] == '.';
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t from = star; from <= text.size(); ++from) {
        if (matches_pattern(rest, text.substr(from))) return true;
    }
    return false;
}

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

}  // namespace localcloud::api::dns
