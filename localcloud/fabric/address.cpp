#include "localcloud/fabric/address.hpp"

#include <arpa/inet.h>

#include <cctype>
#include <charconv>

namespace localcloud::fabric {
namespace {

std::uint32_t mask(int length) {
    return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
}

}  // namespace

std::optional<std::uint32_t> parse_address(std::string_view text) {
    // inet_pton() would stop reading there.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    in_addr address{};
    if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
    return ntohl(address.s_addr);
}

std::string to_string(std::uint32_t address) {
    std::string text;
    for (const int shift : {24, 16, 8, 0}) {
        if (!text.empty()) text += '.';
        text += std::to_string(address >> shift & 0xff);
    }
    return text;
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    Prefix prefix{.address = 0, .length = 32};
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto length = text.substr(slash + 1);
        const auto [end, error] =
            std::from_chars(length.data(), length.data() + length.size(), prefix.length);
        if (error != std::errc{} || end != length.data() + length.size()) return std::nullopt;
        if (prefix.length < 0 || prefix.length > 32) return std::nullopt;
    }
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    prefix.address = *address & mask(prefix.length);
    return prefix;
}

bool Prefix::contains(std::uint32_t other) const {
    return (other & mask(length)) == address;
}

std::string Prefix::text() const {
    return to_string(address) + "/" + std::to_string(length);
}

bool is_mac_address(std::string_view text) {
    if (text.size() != 17) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto character = static_cast<unsigned char>(text[at]);
        if (at % 3 == 2 ? character != ':' : std::isxdigit(character) == 0) return false;
    }
    return true;
}

}  // namespace localcloud::fabric
