// One question to a DNS server: the serial of a zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace localcloud::dns_server {

/// What the server says of the zone's SOA record. Nothing without an answer in time.
struct SoaAnswer {
    bool served = false;  ///< an authoritative answer with an SOA record
    std::uint32_t serial = 0;
};
[[nodiscard]] std::optional<SoaAnswer> ask_serial(const std::string& address, std::uint16_t port,
                                                  const std::string& zone);

}  // namespace localcloud::dns_server
