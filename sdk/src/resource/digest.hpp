// Hashes of what is uploaded and downloaded, and signatures of TempURLs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "openstack/http.hpp"

namespace openstack::resource {

/// A hash that is fed piece by piece.
class Digest {
  public:
    /// "md5", "sha1", "sha256", "sha512" … Throws Error where OpenSSL does not offer it.
    explicit Digest(std::string algorithm);
    void update(std::string_view bytes);
    /// Lower-case hexadecimal; afterwards it is as new.
    [[nodiscard]] std::string finish();
    void reset();

  private:
    struct Free {
        void operator()(void* context) const;
    };
    std::string algorithm_;
    std::unique_ptr<void, Free> context_;
};

/// A source that passes its bytes to `digest` on the way; rewinding starts the digest anew.
[[nodiscard]] BodySource observed(BodySource source, const std::shared_ptr<Digest>& digest);

/// HMAC in lower-case hexadecimal.
[[nodiscard]] std::string hmac(const std::string& algorithm, std::string_view key, std::string_view text);

/// So many random bytes in hexadecimal.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace openstack::resource
