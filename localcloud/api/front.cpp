#include "localcloud/api/front.hpp"

#include <spdlog/spdlog.h>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/dns/dns_service.hpp"
#include "localcloud/api/identity/identity.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/load_balancer/load_balancer_service.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/object_store/object_store_service.hpp"

namespace localcloud::api {

namespace {

/// For all services but Keystone: what they keep is a project's, and no project has an empty ID.
class ProjectAuthenticator : public Authenticator {
  public:
    explicit ProjectAuthenticator(const Authenticator& identity) : identity_(identity) {}
    [[nodiscard]] std::optional<Caller> authenticate(std::string_view token) const override {
        std::optional<Caller> caller = identity_.authenticate(token);
        if (caller && caller->project_id.empty())
            throw ApiError{403, "The token is for no project: ask Identity for one with a project's scope."};
        return caller;
    }

  private:
    const Authenticator& identity_;
};

}  // namespace

Front::Front(Cloud& cloud)
    : cloud_(cloud), outermost_([this](const Request& request) { return dispatch(request); }) {
    auto identity = std::make_unique<identity::Identity>(cloud);
    of_projects_ = std::make_unique<ProjectAuthenticator>(*identity);
    const Authenticator& authenticator = *of_projects_;
    services_.push_back(std::move(identity));
    auto compute = std::make_unique<compute::ComputeService>(cloud, authenticator);
    compute_ = compute.get();
    services_.push_back(std::move(compute));
    services_.push_back(std::make_unique<network::NetworkService>(cloud, authenticator));
    services_.push_back(std::make_unique<image::ImageService>(cloud, authenticator));
    auto load_balancers = std::make_unique<load_balancer::LoadBalancerService>(cloud, authenticator);
    load_balancers_ = load_balancers.get();
    services_.push_back(std::move(load_balancers));
    auto dns = std::make_unique<dns::DnsService>(cloud, authenticator);
    dns_ = dns.get();
    services_.push_back(std::move(dns));
    services_.push_back(std::make_unique<object_store::ObjectStoreService>(cloud, authenticator));
}

Front::~Front() = default;

void Front::resume() {
    identity::complete_catalog(cloud_);
    {
        // An upload that a killed process had begun has to be sent again.
        auto transaction = cloud_.store.write();
        for (const Document* image : transaction.all(state::Kind::image)) {
            if (text(*image, "status") != "saving") continue;
            transaction.edit(state::Kind::image, text(*image, "id"))["status"] = "queued";
        }
        transaction.commit();
    }
    compute_->resume();
    load_balancers_->resume();
    dns_->resume();
}

void Front::stop() {
    compute_->stop();
    load_balancers_->stop();
    dns_->stop();
}

void Front::add_filter(Filter filter) {
    outermost_ = [filter = std::move(filter), next = std::move(outermost_)](const Request& request) {
        return filter(request, next);
    };
}

const Service* Front::service_of(const Request& request) const {
    for (const auto& service : services_) {
        const std::string& prefix = service->prefix();
        if (request.path.starts_with(prefix) &&
            (request.path.size() == prefix.size() || request.path[prefix.size()] == '/')) {
            return service.get();
        }
    }
    return nullptr;
}

Response Front::failure(const Request& request, int status, const Headers& headers) const {
    if (const Service* service = service_of(request)) return service->failure(request, status, headers);
    Response response{.status = status, .headers = headers};
    return response;
}

Response Front::dispatch(const Request& request) const {
    if (const Service* service = service_of(request)) return service->handle(request);
    if (request.path == "/info" || request.path == "/healthcheck") {
        // Swift's clients look for it at the root of the host.
        Request at_swift = request;
        at_swift.path = "/object-store" + request.path;
        at_swift.target = at_swift.path;
        return services_.back()->handle(at_swift);
    }
    if (request.path == "/") {
        json::object services;
        for (const auto& service : services_) {
            services.emplace(service->prefix().substr(1), cloud_.endpoint + service->prefix() + "/");
        }
        return json_response(200, {{"cloud", cloud_.name}, {"services", services}});
    }
    spdlog::warn("no service: {} {}", request.method,
                 std::string_view{request.target}.substr(0, request.target.find('?')));
    return json_response(
        404, {{"error",
               {{"code", 404},
                {"title", "Not Found"},
                {"message", "No service of this cloud answers at this path; see / for those there are."}}}});
}

}  // namespace localcloud::api
