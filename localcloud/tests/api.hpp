// For tests: the API of a cloud with the fake driver, in this process, and what the real services answered.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "common/httpd/server.hpp"
#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"
#include "localcloud/api/front.hpp"
#include "localcloud/compute/fake_driver.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::testing {

/// An answer: its status and its JSON body, null when it has none.
struct ApiAnswer {
    int status = 0;
    json::value body;
    common::httpd::Headers headers;

    /// The text or the number at a JSON pointer, as text.
    [[nodiscard]] std::string at(const std::string& pointer) const;
};

/// A recorded answer: "compute/338-server-quota-exceeded". Every `from` in its body becomes the `to`.
[[nodiscard]] ApiAnswer recorded(const std::string& name,
                                 const std::map<std::string, std::string>& replace = {});

/// The fake driver, which first does what a test wants of the next instances.
class StagedDriver : public compute::FakeDriver {
  public:
    using FakeDriver::FakeDriver;
    void spawn(const compute::InstanceSpec& spec) override {
        if (before_spawn) before_spawn();
        FakeDriver::spawn(spec);
    }
    std::function<void()> before_spawn;  ///< to be set while nothing is built
};

/// The fake fabric, which keeps what it was told last.
class WatchedFabric : public compute::FakeFabric {
  public:
    void apply(const fabric::Topology& topology) override {
        const std::lock_guard lock{mutex_};
        last_ = topology;
    }
    [[nodiscard]] fabric::Topology last() {
        const std::lock_guard lock{mutex_};
        return last_;
    }

  private:
    std::mutex mutex_;
    fabric::Topology last_;
};

/// A whole cloud as `localcloud up --driver fake` makes it, but for the image.
class ApiCloud {
  public:
    ApiCloud();

    /// As the user demo, unless `user` says "admin". `microversion`: Nova's, "2.26". A body that is a list is a JSON patch.
    ApiAnswer ask(const std::string& method, const std::string& path, const json::value& body = {},
                  const std::string& user = "demo", const std::string& microversion = {});
    /// A project and its only member, both with this name, who may ask from now on.
    void add_user(const std::string& name);
    /// Whoever has the token may ask under this name.
    void add_token(const std::string& name, const std::string& token) { tokens_[name] = token; }
    /// Load balancers and zones stay PENDING that long from now on; before the first of them.
    void pending_for(std::chrono::milliseconds delay) { cloud_.pending_delay = delay; }
    [[nodiscard]] StagedDriver& driver() { return driver_; }
    /// What the fabric was told last.
    [[nodiscard]] fabric::Topology topology() { return fabric_.last(); }
    [[nodiscard]] const std::string& demo_project() const { return project_; }
    /// The ID of the network "private", the image, a flavor, the default group of demo.
    [[nodiscard]] std::string network();
    [[nodiscard]] std::string image();
    [[nodiscard]] std::string flavor(const std::string& name = "m1.tiny");
    /// A server that is ACTIVE; `more` are further members of the request.
    std::string server(const std::string& name, const json::object& more = {});
    /// Waits for it.
    [[nodiscard]] bool becomes(const std::string& server, const std::string& status);
    [[nodiscard]] bool gone(const std::string& server);

  private:
    std::string sign_in(const std::string& user);

    common::process::TemporaryDirectory folder_{"localcloud-api"};
    state::Store store_{folder_.path() / "localcloud.db"};
    StagedDriver driver_{folder_.path() / "instances"};
    WatchedFabric fabric_;
    api::Cloud cloud_;
    std::unique_ptr<api::Front> front_;
    std::unique_ptr<common::httpd::Server> server_;
    std::unique_ptr<common::testkit::HttpClient> client_;
    std::map<std::string, std::string> tokens_;
    std::string project_;
};

}  // namespace localcloud::testing
