// A cloud without a network, for tests of services: a real Session over a transport whose answers a test writes
// down, or takes from the recordings of a real OpenStack.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/wait.hpp"
#include "sdk/src/http/transport.hpp"

namespace openstack::sdktest {

/// One exchange of sdk/tests/recordings.
struct Recording {
    std::string file;
    std::string method;
    std::string path;  ///< with its query, from the service's root: "/v2.1/servers/detail?limit=1"
    std::string request_body;
    int status = 0;
    Headers headers;
    std::string body;
};

/// "compute", 17 → compute/017-….json
[[nodiscard]] Recording recording(std::string_view service, int number);
/// All of a service, in their order.
[[nodiscard]] std::vector<Recording> recordings(std::string_view service);

struct SeenRequest {
    std::string line;  ///< "GET /servers/detail?limit=1", below the service's endpoint
    Headers headers;
    std::string body;
};

class FakeService {
  public:
    /// A type of the catalog ("compute", "load-balancer" …); microversions up to `newest` where the service has any.
    /// Requests are repeated, without pauses, as long as `attempts` allow.
    explicit FakeService(std::string type, std::string newest_microversion = "2.93", int attempts = 1);
    ~FakeService();

    [[nodiscard]] Adapter adapter() const;

    /// Answers "METHOD /path?query"; given several times for one line, one after the other, the last one for ever.
    void on(const std::string& line, std::string body, int status = 200, Headers headers = {});
    /// The answer of a recording.
    void on(const std::string& line, const Recording& recording);
    /// Instead of an answer.
    void fail(const std::string& line);

    /// What was asked of the service, discovery aside.
    [[nodiscard]] std::vector<SeenRequest> requests() const;
    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] const SeenRequest last() const;

    /// Of the token.
    static constexpr const char* project_id = "c66dbae9df474098aaf7d9a82a13f49f";

  private:
    class Transport;
    std::shared_ptr<Transport> transport_;
    std::string type_;
    std::shared_ptr<Session> session_;
};

/// A clock that waiters move on by sleeping.
class FakeWaitClock : public WaitClock {
  public:
    std::chrono::steady_clock::time_point now() override { return now_; }
    void sleep(std::chrono::milliseconds duration, const std::stop_token&) override {
        sleeps.push_back(duration);
        now_ += duration;
        if (on_sleep) {
            on_sleep();
        }
    }
    std::vector<std::chrono::milliseconds> sleeps;
    std::function<void()> on_sleep;

  private:
    std::chrono::steady_clock::time_point now_;
};

/// Whether two JSON texts say the same, whatever the order of members.
[[nodiscard]] bool same_json(std::string_view left, std::string_view right);
/// A member of a JSON object, as JSON; empty when there is none.
[[nodiscard]] std::string json_member(std::string_view json, std::string_view key);
/// The elements of a JSON list, each as JSON.
[[nodiscard]] std::vector<std::string> json_elements(std::string_view json);

}  // namespace openstack::sdktest
