// What answers at the cloud's one port: the services, each under its own path.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api {

namespace compute {
class ComputeService;
}

class Front {
  public:
    /// Sees every request before the services do; an answer of it ends the request. Here is the place for
    /// faults and delays on demand.
    using Filter = std::function<std::optional<Response>(const Request&)>;

    explicit Front(Cloud& cloud);
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    /// Not while requests are answered.
    void add_filter(Filter filter) { filters_.push_back(std::move(filter)); }
    [[nodiscard]] Response operator()(const Request& request) const;

    /// Continues what an earlier process began.
    void resume();
    /// Lets the work behind the answers end.
    void stop();

  private:
    Cloud& cloud_;
    std::vector<Filter> filters_;
    std::vector<std::unique_ptr<Service>> services_;
    compute::ComputeService* compute_ = nullptr;
};

}  // namespace localcloud::api
