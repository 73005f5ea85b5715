#include "localcloud/image/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

namespace localcloud::image {
namespace {

class Digest {
  public:
    Digest() {
        if (!context_ || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1)
            throw std::runtime_error("SHA-256 is not available");
    }
    void add(const char* bytes, std::size_t size) { ::EVP_DigestUpdate(context_.get(), bytes, size); }
    std::string hexadecimal() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned int size = 0;
        ::EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (unsigned int at = 0; at < size; ++at) {
            text += digits[bytes[at] >> 4];
            text += digits[bytes[at] & 15];
        }
        return text;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_{::EVP_MD_CTX_new(), ::EVP_MD_CTX_free};
};

}  // namespace

std::string sha256_of(std::string_view bytes) {
    Digest digest;
    digest.add(bytes.data(), bytes.size());
    return digest.hexadecimal();
}

std::string sha256_of_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    Digest digest;
    std::vector<char> block(std::size_t{1} << 20);
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0)
        digest.add(block.data(), static_cast<std::size_t>(stream.gcount()));
    return digest.hexadecimal();
}

}  // namespace localcloud::image
