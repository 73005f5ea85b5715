// Tags, which all of Neutron's resources take in the same way.
#include "sdk/src/network/tables.hpp"

namespace openstack {
namespace {

template <class Resource>
void replace_tags(const Adapter& adapter, const Resource& resource, const std::vector<std::string>& tags,
                  const CallOptions& options) {
    const Request request{
        .method = "PUT",
        .path = resource::join_path(resource::definition_of<Resource>().path, resource.id, "/tags"),
        .body = resource::JsonObject().add_json("tags", resource::to_json(tags)).text()};
    static_cast<void>(adapter.request(request, options));
}

}  // namespace

void NetworkService::set_tags(const network::Network& network, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, network, tags, options);
}
void NetworkService::set_tags(const network::Subnet& subnet, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, subnet, tags, options);
}
void NetworkService::set_tags(const network::Port& port, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, port, tags, options);
}
void NetworkService::set_tags(const network::Router& router, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, router, tags, options);
}
void NetworkService::set_tags(const network::FloatingIP& ip, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, ip, tags, options);
}
void NetworkService::set_tags(const network::SecurityGroup& group, const std::vector<std::string>& tags,
                              const CallOptions& options) const {
    replace_tags(adapter_, group, tags, options);
}

}  // namespace openstack
