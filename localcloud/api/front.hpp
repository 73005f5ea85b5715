// What answers at the cloud's one port: the services, each under its own path.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api {

namespace compute {
class ComputeService;
}
namespace dns {
class DnsService;
}
namespace load_balancer {
class LoadBalancerService;
}

class Front {
  public:
    using Next = std::function<Response(const Request&)>;
    /// Stands around the services: it answers itself, or has `next` do it and sees the answer.
    using Filter = std::function<Response(const Request&, const Next& next)>;

    explicit Front(Cloud& cloud);
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    /// The last one added is the outermost. Not while requests are answered.
    void add_filter(Filter filter);
    [[nodiscard]] Response operator()(const Request& request) const { return outermost_(request); }
    /// An error as the service that the request is for words it.
    [[nodiscard]] Response failure(const Request& request, int status, const Headers& headers) const;

    /// Continues what an earlier process began.
    void resume();
    /// Lets the work behind the answers end.
    void stop();

  private:
    /// Nothing for a path of no service.
    [[nodiscard]] const Service* service_of(const Request& request) const;
    [[nodiscard]] Response dispatch(const Request& request) const;

    Cloud& cloud_;
    Next outermost_;
    std::unique_ptr<Authenticator> of_projects_;
    std::vector<std::unique_ptr<Service>> services_;
    compute::ComputeService* compute_ = nullptr;
    load_balancer::LoadBalancerService* load_balancers_ = nullptr;
    dns::DnsService* dns_ = nullptr;
};

}  // namespace localcloud::api
