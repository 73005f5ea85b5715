// The addresses of a cloud: 127.A.B.0/24, found by its name. The endpoint answers at .1, floating IPs follow.
#pragma once

#include <cstdint>
#include <string>

namespace localcloud::cli {

struct CloudAddresses {
    std::string endpoint_address;  ///< "127.31.7.1"
    std::string floating_range;    ///< "127.31.7.0/24"
};

/// The first range that nobody listens in, starting with the one that the name gives.
/// Throws std::runtime_error when all candidates are taken.
[[nodiscard]] CloudAddresses choose_addresses(const std::string& name, std::uint16_t port);

}  // namespace localcloud::cli
