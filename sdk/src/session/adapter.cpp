#include "openstack/adapter.hpp"

#include <utility>

#include "openstack/session.hpp"

namespace openstack {

Adapter::Adapter(std::shared_ptr<Session> session, std::string service_type)
    : session_(std::move(session)), service_type_(std::move(service_type)) {}

Response Adapter::request(const Request& request, const CallOptions& options) const {
    if (headers_.begin() == headers_.end()) {
        return session_->request(service_type_, request, options);
    }
    Request complete = request;
    for (const auto& [name, value] : headers_) {
        if (!complete.headers.find(name)) {
            complete.headers.add(name, value);
        }
    }
    return session_->request(service_type_, complete, options);
}

Adapter Adapter::with_header(std::string name, std::string value) const {
    Adapter result = *this;
    result.headers_.set(std::move(name), std::move(value));
    return result;
}

std::string Adapter::endpoint(const CallOptions& options) const {
    return session_->endpoint(service_type_, options);
}

std::string Adapter::negotiate_microversion(std::string_view wanted_maximum,
                                            const CallOptions& options) const {
    return session_->negotiate_microversion(service_type_, wanted_maximum, options);
}

std::string Adapter::project_id(const CallOptions& options) const {
    const auto access = session_->access(options);
    return access->project ? access->project->id : std::string();
}

}  // namespace openstack
