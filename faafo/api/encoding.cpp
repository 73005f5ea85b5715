#include "faafo/api/encoding.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace faafo::api {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> digit_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    }
    return values;
}();

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = big_endian(group) << (8 * (3 - group.size()));
        for (std::size_t digit = 0; digit < 4; ++digit) {
            text += digit <= group.size() ? alphabet[bits >> 18 & 0x3F] : '=';
            bits <<= 6;
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (const char character : text) {
        if (character == '\r' || character == '\n') continue;
        if (character == '=') {
            ++padding;
            continue;
        }
        const signed char value = digit_values[static_cast<unsigned char>(character)];
        if (value < 0 || padding > 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (++digits % 4 == 0) {
            bytes += static_cast<char>(bits >> 16 & 0xFF);
            bytes += static_cast<char>(bits >> 8 & 0xFF);
            bytes += static_cast<char>(bits & 0xFF);
            bits = 0;
        }
    }
    const std::size_t rest = digits % 4;
    if (rest == 1 || padding > 2 || (rest == 0 ? padding != 0 : rest + padding != 4)) return std::nullopt;
    if (rest >= 2) bytes += static_cast<char>(bits >> (rest == 2 ? 4 : 10) & 0xFF);
    if (rest == 3) bytes += static_cast<char>(bits >> 2 & 0xFF);
    return bytes;
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < length; ++i) {
        text += hexadecimal[digest[i] >> 4];
        text += hexadecimal[digest[i] & 0xF];
    }
    return text;
}

std::optional<PngSize> png_size(std::string_view bytes) {
    constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
    constexpr std::string_view end = "IEND\xae\x42\x60\x82";
    if (bytes.size() < 45 || !bytes.starts_with(signature) || bytes.substr(12, 4) != "IHDR" ||
        !bytes.ends_with(end)) {
        return std::nullopt;
    }
    return PngSize{.width = big_endian(bytes.substr(16, 4)), .height = big_endian(bytes.substr(20, 4))};
}

}  // namespace faafo::api
