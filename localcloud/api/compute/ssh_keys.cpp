#include "localcloud/api/compute/ssh_keys.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

namespace {

constexpr unsigned int rsa_bits = 2048;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Buffer = std::unique_ptr<BIO, decltype(&BIO_free)>;

/// RFC 4251: a length of four bytes, then the bytes.
void append_string(std::string& out, std::string_view bytes) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        out += static_cast<char>((length >> shift) & 0xffU);
    out += bytes;
}

void append_number(std::string& out, const EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) throw std::runtime_error{"the RSA key cannot be read"};
    const Number number{raw, &BN_free};
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    // A leading one bit would make it negative.
    if (!bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) bytes.insert(0, 1, '\0');
    append_string(out, bytes);
}

}  // namespace

SshKeyPair generate_ssh_key(std::string_view comment) {
    const Key key{EVP_RSA_gen(rsa_bits), &EVP_PKEY_free};
    if (!key) throw std::runtime_error{"no RSA key could be generated"};
    const Buffer buffer{BIO_new(BIO_s_mem()), &BIO_free};
    if (PEM_write_bio_PrivateKey_traditional(buffer.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) != 1) {
        throw std::runtime_error{"the RSA key cannot be written"};
    }
    char* data = nullptr;
    const long length = BIO_get_mem_data(buffer.get(), &data);
    SshKeyPair pair{.private_key = std::string(data, static_cast<std::size_t>(length)), .public_key = {}};
    std::string blob;
    append_string(blob, "ssh-rsa");
    append_number(blob, key.get(), OSSL_PKEY_PARAM_RSA_E);
    append_number(blob, key.get(), OSSL_PKEY_PARAM_RSA_N);
    pair.public_key = "ssh-rsa " + state::base64_encode(blob) + " " + std::string{comment};
    return pair;
}

std::optional<std::string> ssh_fingerprint(std::string_view public_key) {
    const std::size_t space = public_key.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::string_view type = public_key.substr(0, space);
    std::string_view encoded = public_key.substr(space + 1);
    while (encoded.starts_with(' '))
        encoded.remove_prefix(1);
    encoded = encoded.substr(0, encoded.find_first_of(" \t\r\n"));
    if (encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") !=
        std::string_view::npos) {
        return std::nullopt;
    }
    std::string blob;
    if (!state::base64_decode(encoded, blob)) return std::nullopt;
    // The key says its own type once more: that tells a key from other Base64.
    std::string expected;
    append_string(expected, type);
    if (!blob.starts_with(expected) || blob.size() <= expected.size()) return std::nullopt;
    const std::string digest = state::hash_hex(state::Hash::md5, blob);
    std::string fingerprint;
    for (std::size_t i = 0; i < digest.size(); i += 2) {
        if (i > 0) fingerprint += ':';
        fingerprint += digest.substr(i, 2);
    }
    return fingerprint;
}

}  // namespace localcloud::api::compute
