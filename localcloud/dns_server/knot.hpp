// Knot DNS as the cloud's DNS server: a process that survives this one, with zone files and a configuration that are
// written anew and read again at SIGHUP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "localcloud/dns_server/dns_server.hpp"

namespace localcloud::dns_server {

inline constexpr std::uint16_t usual_port = 53;

struct Options {
    std::filesystem::path folder;   ///< zone files, configuration, log; a short path
    std::filesystem::path process;  ///< where it is written which process it is; ending a cloud looks there
    std::string address;            ///< of the loopback network
    std::uint16_t port = usual_port;
    bool drop_privileges = false;  ///< serve as nobody
};

/// Adopts the server of an earlier process, or starts one with the zones that it had.
[[nodiscard]] std::unique_ptr<Server> make_knot(Options options);

/// Whether a server could answer there: the address and port are free, for UDP and TCP.
[[nodiscard]] bool is_free(const std::string& address, std::uint16_t port);

}  // namespace localcloud::dns_server
