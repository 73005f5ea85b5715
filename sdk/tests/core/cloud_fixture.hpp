// A cloud for tests: a Keystone that hands out numbered tokens, and a service whose answers a test writes down.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/testkit/scripted_server.hpp"
#include "openstack/connection.hpp"
#include "sdk/src/session/clock.hpp"

namespace openstack::testing {

using Answer = common::testkit::Answer;
using ServerRequest = common::httpd::Request;
using common::testkit::json_answer;

/// Time that passes when somebody sleeps, and at once.
class FakeClock : public session::Clock {
  public:
    [[nodiscard]] time_point now() const override;
    bool sleep_until(time_point end, const std::stop_token& stop) override;
    void advance(std::chrono::milliseconds time);
    [[nodiscard]] std::vector<std::chrono::milliseconds> sleeps() const;

  private:
    mutable std::mutex mutex_;
    time_point now_ = std::chrono::steady_clock::now();
    std::vector<std::chrono::milliseconds> sleeps_;
};

/// One server on loopback: Keystone below /identity, everything else is `answer`'s.
class FakeCloud {
  public:
    explicit FakeCloud(std::function<Answer(const ServerRequest&)> answer);

    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] const common::testkit::ScriptedServer& server() const { return server_; }
    /// Requests but those to Keystone.
    [[nodiscard]] std::vector<ServerRequest> requests() const;
    [[nodiscard]] int sign_ins() const { return sign_ins_; }
    /// The body of the last sign-in.
    [[nodiscard]] std::string sign_in_body() const;

    /// A token that was handed out and has not been revoked.
    [[nodiscard]] bool valid(const ServerRequest& request) const;
    void revoke_all();

    /// Set before the first sign-in.
    std::string catalog;  ///< JSON array; the default has every service below its own path
    std::chrono::seconds lifetime{3600};
    std::function<std::optional<Answer>(const ServerRequest&)> keystone;  ///< instead of the usual answer

    /// Settings to sign in with a password.
    [[nodiscard]] ConfigOptions config(std::vector<std::pair<std::string, std::string>> more = {}) const;
    [[nodiscard]] Connection connect(std::vector<std::pair<std::string, std::string>> more = {},
                                     SessionOptions options = {}) const;
    /// With a clock of the test's own.
    [[nodiscard]] Connection connect_by_clock(std::shared_ptr<session::Clock> clock,
                                              SessionOptions options = {}) const;

  private:
    [[nodiscard]] Answer answer_keystone(const ServerRequest& request);

    std::atomic<int> sign_ins_{0};
    mutable std::mutex mutex_;
    std::string last_body_;
    std::set<std::string, std::less<>> tokens_;
    std::function<Answer(const ServerRequest&)> answer_;
    common::testkit::ScriptedServer server_;
};

/// An environment with nothing in it and no folders to search.
[[nodiscard]] ConfigOptions nowhere();

inline constexpr const char* password = "correct horse battery staple";

}  // namespace openstack::testing
