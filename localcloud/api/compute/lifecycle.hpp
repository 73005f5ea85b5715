// What happens to servers after the API has answered: building, stopping, starting, deleting.
#pragma once

#include <string>
#include <string_view>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/compute/workers.hpp"

namespace localcloud::api::compute {

class Lifecycle {
  public:
    explicit Lifecycle(Cloud& cloud);
    ~Lifecycle();
    Lifecycle(const Lifecycle&) = delete;
    Lifecycle& operator=(const Lifecycle&) = delete;

    /// Does what the server's task_state says. The state is written before, so that the next process can go on.
    void submit(const std::string& server_id, const std::string& request_id = {});
    /// Submits all servers with a task, and marks those as stopped that ended meanwhile.
    void resume();
    void stop() { workers_.stop(); }

  private:
    void work(const std::string& server_id, const std::string& request_id);
    void build(const std::string& server_id, const std::string& request_id);
    /// The second half of it, when the cloud's boot delay is over.
    void boot(const std::string& server_id);
    void rebuild(const std::string& server_id);
    void remove(const std::string& server_id);
    void exited(const std::string& server_id);
    /// The end of that task which nobody wished for.
    void fail(const std::string& server_id, const std::string& request_id, std::string_view task,
              const std::string& message);
    /// The end of a task: the new state, no task.
    void settle(const std::string& server_id, std::string_view vm_state, int power_state);

    Cloud& cloud_;
    Workers workers_;
};

/// What the driver needs to know of a server and its ports.
[[nodiscard]] localcloud::compute::InstanceSpec instance_spec(const Cloud& cloud, const state::View& view,
                                                              const Document& server);
/// The files of the metadata service and the config drive.
[[nodiscard]] std::map<std::string, std::string> instance_metadata(const state::View& view,
                                                                   const Document& server);

}  // namespace localcloud::api::compute
