// Waiting for servers.
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack {

using compute::Server;
using compute::ServerStatus;

namespace {

std::string name_of(const Server& server, const Id& id) {
    return "server " + (server.name.empty() || server.name == id.text()
                            ? id.text()
                            : server.name + " (" + id.text() + ")");
}

std::string state_of(const Server& server) {
    return server.status.text() + (server.task_state.empty() ? "" : " (" + server.task_state + ")");
}

[[noreturn]] void throw_failed(const Server& server, const Id& id, const std::string& consequence = {}) {
    std::string text = name_of(server, id) + " went to ERROR";
    if (server.fault && !server.fault->message.empty()) {
        text += ": " + server.fault->message;
    } else {
        text += "; Nova gives no reason, its log may";
    }
    while (text.ends_with(' ') || text.ends_with('\n')) {
        text.pop_back();
    }
    text[0] = 'S';
    throw ResourceFailed(text + consequence, {.service_message = server.fault ? server.fault->message : "",
                                              .service_type = "compute"});
}

}  // namespace

Server ComputeService::wait_for_server(const Id& server, const WaitOptions& wait) const {
    return wait_for_status(server, ServerStatus::active, wait);
}

Server ComputeService::wait_for_status(const Id& server, std::string_view status,
                                       const WaitOptions& wait) const {
    Server seen;
    resource::wait_until(
        wait, "server " + server.text() + " is not " + std::string(status), [&](const CallOptions& options) {
            seen = get_server(server, options);
            if (seen.status == ServerStatus::error && !resource::same_status(status, ServerStatus::error)) {
                throw_failed(seen, server);
            }
            // A server that is being stopped is ACTIVE for a while: its task says so.
            const bool done = resource::same_status(seen.status, status) && seen.task_state.empty();
            return resource::Look{.done = done, .state = state_of(seen)};
        });
    return seen;
}

void ComputeService::wait_for_delete(const Id& server, const WaitOptions& wait) const {
    bool deleting = false;
    resource::wait_until(wait, "server " + server.text() + " is not gone", [&](const CallOptions& options) {
        try {
            const Server seen = get_server(server, options);
            // A server that was in ERROR before can be deleted: only an ERROR after the attempt is its failure.
            deleting = deleting || !seen.task_state.empty();
            if (deleting && seen.status == ServerStatus::error && seen.task_state.empty()) {
                throw_failed(seen, server, "; it could not be deleted");
            }
            const bool gone =
                seen.status == ServerStatus::deleted || seen.status == ServerStatus::soft_deleted;
            return resource::Look{.done = gone, .state = state_of(seen)};
        } catch (const NotFound&) {
            return resource::Look{.done = true, .state = "gone"};
        }
    });
}

}  // namespace openstack
