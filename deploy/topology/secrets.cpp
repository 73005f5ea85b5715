#include "deploy/topology/secrets.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <openstack/error.hpp>
#include <span>

namespace deploy {
namespace {

constexpr std::size_t seed_bytes = 32;
constexpr std::size_t fingerprint_length = 16;

/// Base64 for URLs (RFC 4648 §5), without padding.
std::string url_safe(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    std::uint32_t waiting = 0;
    int bits = 0;
    for (const auto byte : bytes) {
        waiting = (waiting << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            text += digits[(waiting >> (bits - 6)) & 63U];
    }
    if (bits > 0) text += digits[(waiting << (6 - bits)) & 63U];
    return text;
}

}  // namespace

Secrets Secrets::make() {
    std::array<unsigned char, seed_bytes> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        throw openstack::Error("the system has no random numbers to give");
    return Secrets(url_safe(bytes));
}

std::string Secrets::password(std::string_view purpose) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int count = 0;
    if (HMAC(EVP_sha256(), seed_.data(), static_cast<int>(seed_.size()),
             reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size(), bytes.data(),
             &count) == nullptr)
        throw openstack::Error("OpenSSL could not compute an HMAC");
    return url_safe({bytes.data(), count});
}

std::string Secrets::fingerprint() const {
    return password("fingerprint").substr(0, fingerprint_length);
}

}  // namespace deploy
