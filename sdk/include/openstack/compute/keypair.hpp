// Keypairs: public keys that servers let in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "openstack/field.hpp"

namespace openstack::compute {

struct Keypair {
    std::string name;  ///< what a server's `key_name` refers to
    std::string public_key;
    std::string fingerprint;  ///< MD5 of the key, colon-separated
    std::string type;         ///< "ssh" or "x509"; since 2.2
    std::string user_id;
    std::string private_key;  ///< only in the answer to the creation of a generated key. Secret
    std::optional<std::int64_t> id;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::optional<Time> deleted_at;
    bool is_deleted = false;
    ExtraFields extra;
};

struct KeypairCreate {
    std::string name;
    std::optional<std::string> public_key;  ///< without one Nova generates a key (until 2.91)
    std::optional<std::string> type;        ///< since 2.2
    std::optional<std::string> user_id;     ///< for administrators; since 2.10
};

struct KeypairQuery {
    std::optional<std::string> name;     ///< compared by the SDK
    std::optional<std::string> user_id;  ///< since 2.10
    std::optional<std::int64_t> limit;   ///< per page; since 2.35
};

}  // namespace openstack::compute
