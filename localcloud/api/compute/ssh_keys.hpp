// SSH keys: made, read, fingerprinted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace localcloud::api::compute {

struct SshKeyPair {
    std::string private_key;  ///< PEM
    std::string public_key;   ///< "ssh-rsa AAAA… comment"
};

/// RSA with 2048 bits, as Nova generates them.
[[nodiscard]] SshKeyPair generate_ssh_key(std::string_view comment);
/// "44:8a:…", MD5 of the key itself; nothing when the text is no OpenSSH public key.
[[nodiscard]] std::optional<std::string> ssh_fingerprint(std::string_view public_key);

}  // namespace localcloud::api::compute
