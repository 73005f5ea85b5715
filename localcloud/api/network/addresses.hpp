// IPv4 arithmetic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace localcloud::api::network {

/// "10.0.0.1" as a number; nothing for anything but four decimal octets.
[[nodiscard]] std::optional<std::uint32_t> parse_ipv4(std::string_view text);
[[nodiscard]] std::string format_ipv4(std::uint32_t address);

struct Cidr {
    std::uint32_t network = 0;  ///< host bits are zero
    int prefix_length = 0;

    /// "10.0.0.0/24", host bits cleared; a bare address is a /32. Nothing for anything else.
    [[nodiscard]] static std::optional<Cidr> parse(std::string_view text);
    [[nodiscard]] std::uint32_t mask() const;
    [[nodiscard]] std::uint32_t broadcast() const { return network | ~mask(); }
    [[nodiscard]] bool contains(std::uint32_t address) const { return (address & mask()) == network; }
    [[nodiscard]] bool overlaps(const Cidr& other) const;
    [[nodiscard]] std::string text() const;
};

}  // namespace localcloud::api::network
