// Ports, and what Nova and the routers do with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "localcloud/api/network/resource.hpp"

namespace localcloud::api::network {

/// A port that the cloud itself makes: an instance's, a router's, DHCP's.
struct PortRequest {
    std::string network_id;
    std::string project_id;
    std::string device_id, device_owner;
    std::vector<std::string> security_groups;
    bool port_security = true;
    std::string status = "DOWN";
    std::string host;
    /// As a client gives them: [{"subnet_id": …, "ip_address": …}]; null: one address of the network.
    json::value fixed_ips = nullptr;
};

/// Puts it into the transaction and returns its ID. Throws ApiError as the API would.
std::string create_port(Transaction& transaction, const PortRequest& request);
/// Whether it is an interface of the server that it names. Anybody may write any server's ID into a port of their own, so
/// Nova asks for those of the server's project.
[[nodiscard]] bool is_in_server(const state::View& view, const Document& port);
/// ACTIVE if somebody serves it and it is not switched off, else DOWN.
void set_status(Document& port, bool served);
/// With the floating IP that points to it let go.
void delete_port(Transaction& transaction, const std::string& port_id);
/// Adds an address to the network's DHCP port, which is made if need be.
void add_dhcp_address(Transaction& transaction, const Document& subnet);

/// Addresses for a port, chosen and checked; `requested` as in PortRequest.
[[nodiscard]] json::array choose_addresses(const state::View& view, const std::string& network_id,
                                           const json::value& requested, std::string_view own_port);
[[nodiscard]] bool has_address(const Document& port, std::string_view subnet_id);
/// The first IPv4 address, or an empty string.
[[nodiscard]] std::string first_address(const Document& port);
/// A free address of the subnet's pools; throws 409 when there is none.
[[nodiscard]] std::string free_address(const state::View& view, const Document& subnet);
/// Whether a port or a floating IP has it.
[[nodiscard]] bool address_in_use(const state::View& view, const Document& subnet, std::string_view address,
                                  std::string_view own_port = {});

}  // namespace localcloud::api::network
