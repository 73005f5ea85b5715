// IPv4 addresses and prefixes, strictly read: what is not one never reaches a command or a rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace localcloud::fabric {

/// "10.0.0.1" as a number in host order; nothing for anything else.
[[nodiscard]] std::optional<std::uint32_t> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(std::uint32_t address);

struct Prefix {
    std::uint32_t address = 0;
    int length = 0;

    /// "10.0.0.0/24", or an address, which is a prefix of 32 bits. Host bits are cleared.
    [[nodiscard]] static std::optional<Prefix> parse(std::string_view text);
    [[nodiscard]] bool contains(std::uint32_t other) const;
    [[nodiscard]] std::string text() const;
};

/// "xx:xx:xx:xx:xx:xx" in hexadecimal.
[[nodiscard]] bool is_mac_address(std::string_view text);

}  // namespace localcloud::fabric
