#include "openstack/connection.hpp"

#include <utility>

namespace openstack {

Connection::Connection(CloudConfig config, SessionOptions options)
    : session_(Session::create(std::move(config), std::move(options))) {}

const CloudConfig& Connection::config() const {
    return session_->config();
}

Adapter Connection::adapter(std::string service_type) const {
    return {session_, std::move(service_type)};
}

Connection connect(const ConnectOptions& options) {
    auto config = options.config;
    if (!options.cloud.empty()) config.cloud = options.cloud;
    if (!options.region_name.empty()) config.region_name = options.region_name;
    config.settings.insert(config.settings.end(), options.settings.begin(), options.settings.end());
    return Connection(CloudConfig::load(config), options.session);
}

}  // namespace openstack
