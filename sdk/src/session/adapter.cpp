#include "openstack/adapter.hpp"

#include <stdexcept>

namespace openstack {

Adapter::Adapter(std::shared_ptr<Session> session, std::string service_type)
    : session_(std::move(session)), service_type_(std::move(service_type)) {}

Response Adapter::request(const Request&, const CallOptions&) const {
    throw std::logic_error("sessions are not there yet");
}
std::string Adapter::endpoint(const CallOptions&) const {
    throw std::logic_error("sessions are not there yet");
}
std::string Adapter::negotiate_microversion(std::string_view, const CallOptions&) const { return {}; }
std::string Adapter::project_id(const CallOptions&) const { return {}; }

}  // namespace openstack
