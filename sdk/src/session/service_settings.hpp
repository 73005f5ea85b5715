// What a cloud's entry says about one service, beyond what the catalog says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "openstack/config.hpp"
#include "sdk/src/session/service_types.hpp"

namespace openstack::session {

/// `<service>_<name>`, else `<name>` for all services: a number from 0 to 100, or nothing. ConfigError for anything else.
[[nodiscard]] std::optional<int> number_setting(const CloudConfig& config, const ServiceType& service,
                                                std::string_view name);

/// `<service>_endpoint_override`, or `<service>_endpoint` as it was called earlier.
[[nodiscard]] std::optional<std::string> endpoint_override(const CloudConfig& config,
                                                           const ServiceType& service);
/// Whether such an endpoint has a place for the project's ID: "%(project_id)s", "$(project_id)s" or its old name.
[[nodiscard]] bool wants_project(std::string_view url);
[[nodiscard]] std::string with_project(std::string url, std::string_view project_id);

/// `<service>_default_microversion`, or a `<service>_api_version` that is one ("2.53"), as in openstacksdk. Nothing for
/// services without microversions. ConfigError when the two contradict each other.
[[nodiscard]] std::optional<std::string> default_microversion(const CloudConfig& config,
                                                              const ServiceType& service);
/// ConfigError when `<service>_api_version` asks for another major version than the SDK speaks.
void check_api_version(const CloudConfig& config, const ServiceType& service);

}  // namespace openstack::session
