#include "sdk/src/resource/digest.hpp"

#include <array>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "openstack/error.hpp"

namespace openstack::resource {
namespace {

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(size * 2);
    for (std::size_t i = 0; i < size; ++i) {
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 15U];
    }
    return text;
}

const EVP_MD* algorithm_named(const std::string& name) {
    const EVP_MD* algorithm = EVP_get_digestbyname(name.c_str());
    if (algorithm == nullptr) {
        throw Error("This system's OpenSSL has no hash called \"" + name + "\"");
    }
    return algorithm;
}

EVP_MD_CTX* context_of(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

void Digest::Free::operator()(void* context) const {
    EVP_MD_CTX_free(context_of(context));
}

Digest::Digest(std::string algorithm) : algorithm_(std::move(algorithm)), context_(EVP_MD_CTX_new()) {
    reset();
}

void Digest::reset() {
    if (context_ == nullptr ||
        EVP_DigestInit_ex(context_of(context_.get()), algorithm_named(algorithm_), nullptr) != 1) {
        throw Error("Cannot compute " + algorithm_ + " hashes; OpenSSL may forbid it on this system");
    }
}

void Digest::update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_of(context_.get()), bytes.data(), bytes.size()) != 1) {
        throw Error("Cannot compute a " + algorithm_ + " hash");
    }
}

std::string Digest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_of(context_.get()), bytes.data(), &size) != 1) {
        throw Error("Cannot compute a " + algorithm_ + " hash");
    }
    reset();
    return hexadecimal(bytes.data(), size);
}

BodySource observed(BodySource source, const std::shared_ptr<Digest>& digest) {
    BodySource result{.size = source.size};
    result.read = [read = std::move(source.read), digest](char* buffer, std::size_t capacity) {
        const std::size_t count = read(buffer, capacity);
        digest->update({buffer, count});
        return count;
    };
    if (source.rewind) {
        result.rewind = [rewind = std::move(source.rewind), digest] {
            rewind();
            digest->reset();
        };
    }
    return result;
}

std::string hmac(const std::string& algorithm, std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (HMAC(algorithm_named(algorithm), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(),
             &size) == nullptr) {
        throw Error("Cannot sign with " + algorithm);
    }
    return hexadecimal(bytes.data(), size);
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> random(bytes);
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        throw Error("OpenSSL has no randomness to make a key of");
    }
    return hexadecimal(random.data(), random.size());
}

}  // namespace openstack::resource
