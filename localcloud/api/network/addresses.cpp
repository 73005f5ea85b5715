#include "localcloud/api/network/addresses.hpp"

#include <fmt/format.h>

#include <charconv>

namespace localcloud::api::network {

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
    std::uint32_t address = 0;
    const char* next = text.data();
    const char* const end = text.data() + text.size();
    for (int octet = 0; octet < 4; ++octet) {
        unsigned value = 0;
        const auto [after, error] = std::from_chars(next, end, value);
        if (error != std::errc{} || after == next || after - next > 3 || value > 255) return std::nullopt;
        address = (address << 8U) | value;
        next = after;
        if (octet < 3) {
            if (next == end || *next != '.') return std::nullopt;
            ++next;
        }
    }
    if (next != end) return std::nullopt;
    return address;
}

std::string format_ipv4(std::uint32_t address) {
    return fmt::format("{}.{}.{}.{}", address >> 24U, (address >> 16U) & 255U, (address >> 8U) & 255U,
                       address & 255U);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_ipv4(text.substr(0, slash));
    if (!address) return std::nullopt;
    Cidr cidr{.network = *address, .prefix_length = 32};
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [after, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), cidr.prefix_length);
        if (error != std::errc{} || after != digits.data() + digits.size() || cidr.prefix_length < 0 ||
            cidr.prefix_length > 32) {
            return std::nullopt;
        }
    }
    cidr.network &= cidr.mask();
    return cidr;
}

std::uint32_t Cidr::mask() const {
    return prefix_length == 0 ? 0 : ~std::uint32_t{0} << static_cast<unsigned>(32 - prefix_length);
}

bool Cidr::overlaps(const Cidr& other) const {
    return contains(other.network) || other.contains(network);
}

std::string Cidr::text() const {
    return fmt::format("{}/{}", format_ipv4(network), prefix_length);
}

}  // namespace localcloud::api::network
