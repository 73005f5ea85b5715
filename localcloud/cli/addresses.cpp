#include "localcloud/cli/addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::cli {

namespace {

constexpr unsigned candidates = 64;

/// The /24s of 127.0.0.0/8 in which somebody listens, as A * 256 + B of 127.A.B.x.
std::set<unsigned> busy_ranges() {
    std::set<unsigned> busy;
    std::ifstream file{"/proc/net/tcp"};
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream fields{line};
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        fields >> number >> local >> remote >> state;
        if (state != "0A" || local.size() < 8) continue;  // only sockets that listen
        const auto raw = static_cast<std::uint32_t>(std::stoul(local.substr(0, 8), nullptr, 16));
        const std::uint32_t address = ntohl(raw);
        if (address >> 24U == 127) busy.insert((address >> 8U) & 0xffffU);
    }
    return busy;
}

bool can_listen(const std::string& address, std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
    const bool free = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0 &&
                      ::listen(descriptor, 1) == 0;
    ::close(descriptor);
    return free;
}

}  // namespace

CloudAddresses choose_addresses(const std::string& name, std::uint16_t port) {
    const std::string digest = state::hash_hex(state::Hash::sha256, name);
    const unsigned start = static_cast<unsigned>(std::stoul(digest.substr(0, 6), nullptr, 16));
    const std::set<unsigned> busy = busy_ranges();
    for (unsigned attempt = 0; attempt < candidates; ++attempt) {
        // Away from 127.0.x.x, which everybody uses, and from the end.
        const unsigned place = (start + attempt) % (200U * 256U) + 16U * 256U;
        const std::string prefix = fmt::format("127.{}.{}", place / 256, place % 256);
        if (busy.contains(place) || !can_listen(prefix + ".1", port)) continue;
        return {.endpoint_address = prefix + ".1", .floating_range = prefix + ".0/24"};
    }
    throw std::runtime_error{
        fmt::format("no free addresses for the cloud '{}' in 127.0.0.0/8: port {} is taken in all "
                    "of {} ranges that were tried; choose another --port",
                    name, port, candidates)};
}

}  // namespace localcloud::cli
