// For tests: a cloud of containers without a control plane. Work that joins the cloud's namespaces is done in forked
// children, so that the test itself stays outside and can kill servers and see what is left.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "common/httpd/server.hpp"
#include "common/process/process.hpp"
#include "localcloud/compute/container_driver.hpp"
#include "localcloud/compute/metadata_service.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/image/image.hpp"

namespace localcloud::testing {

/// Everything that a running localcloud consists of, but its API. Make it in a process without threads.
struct Server {
    explicit Server(const host::Options& options);

    std::shared_ptr<host::Host> host;
    std::unique_ptr<common::httpd::Server> httpd;
    std::unique_ptr<fabric::ContainerFabric> fabric;
    std::unique_ptr<compute::ContainerDriver> driver;

  private:
    /// Adopted instances ask for metadata while the driver is still being made.
    std::atomic<compute::ContainerDriver*> answering_ = nullptr;
};

/// A network 10.0.0.0/24 with instances 10.0.0.11, 10.0.0.12 …, each with a floating IP of its own.
class Cloud {
  public:
    explicit Cloud(image::Variant variant = image::Variant::debian);
    ~Cloud();
    Cloud(const Cloud&) = delete;
    Cloud& operator=(const Cloud&) = delete;

    [[nodiscard]] const host::Options& options() const { return options_; }
    [[nodiscard]] static std::string instance(int number);
    [[nodiscard]] static std::string fixed_ip(int number);
    [[nodiscard]] std::string floating_ip(int number) const;
    /// With a user data script; its port is in the groups "default" and "group-<number>".
    [[nodiscard]] compute::InstanceSpec spec(int number, const std::string& user_data) const;
    /// Of instances 1 to `count`. Every group may send; what comes in is said by `ingress` for each group.
    [[nodiscard]] fabric::Topology topology(
        int count, std::map<std::string, std::vector<fabric::SecurityRule>> ingress) const;

  private:
    common::process::TemporaryDirectory folder_{"localcloud-test"};
    host::Options options_;
    image::Image image_;
    int number_;
};

/// A child that does `work` in a server of that cloud and then lives until it is killed.
class ServerProcess {
  public:
    ServerProcess(const Cloud& cloud, const std::function<void(Server&)>& work);
    ~ServerProcess() { kill(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    /// SIGKILL: the cloud has no chance to say good-bye.
    void kill();

  private:
    pid_t pid_ = -1;
};

/// What a program answers, tried until `good` or for at most `patience`.
[[nodiscard]] std::string eventually(const std::function<std::string()>& ask,
                                     const std::function<bool(const std::string&)>& good,
                                     std::chrono::seconds patience = std::chrono::seconds(30));
/// ":80", or what the host answers at instead where ports below 1024 are closed to us; empty for 80 itself.
[[nodiscard]] std::string host_port(int port);
/// A page that serving() serves.
[[nodiscard]] std::string url(const std::string& address, const std::string& path);
/// Not a failure of curl().
[[nodiscard]] bool is_page(const std::string& text);
/// User data: a script that runs `script` in /pages and then serves that folder at port 80.
[[nodiscard]] std::string serving(const std::string& script);
/// A rule that admits everybody to one TCP port.
[[nodiscard]] fabric::SecurityRule tcp(int port);
/// The body that `curl` gets, or "status N" of curl's own.
[[nodiscard]] std::string curl(const std::string& url, std::vector<std::string> more = {});

}  // namespace localcloud::testing
