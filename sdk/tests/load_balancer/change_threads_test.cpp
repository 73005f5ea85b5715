// Many threads and a small Octavia on loopback.
#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "openstack/connection.hpp"
#include "openstack/error.hpp"
#include "openstack/load_balancer.hpp"
#include "openstack/parallel.hpp"
#include "sdk/src/load_balancer/change_queue.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

using namespace openstack;
using openstack::testing::Answer;
using openstack::testing::FakeCloud;
using openstack::testing::json_answer;
using openstack::testing::ServerRequest;

namespace {

/// Pool "pool-of-<balancer>" belongs to each balancer. A change takes as many looks as `looks` says; a change in the
/// meantime is refused, as Octavia does.
class Octavia {
  public:
    Answer operator()(const ServerRequest& request) {
        const std::string path = request.path.substr(std::string("/balance/v2.0/lbaas").size());
        if (before) {
            before(request.method, path);
        }
        const std::lock_guard lock(mutex_);
        if (path.starts_with("/loadbalancers/")) {
            const std::string id = path.substr(std::string("/loadbalancers/").size());
            auto& pending = pending_[id];
            pending = std::max(0, pending - 1);
            return json_answer(R"({"loadbalancer":{"id":")" + id + R"(","provisioning_status":")" +
                               (pending > 0 ? "PENDING_UPDATE" : "ACTIVE") + R"("}})");
        }
        const std::string balancer = path.substr(std::string("/pools/pool-of-").size(), 1);
        if (request.method == "GET") {
            return json_answer(R"({"pool":{"id":"pool-of-)" + balancer + R"(","loadbalancers":[{"id":")" +
                               balancer + R"("}]}})");
        }
        if (pending_[balancer] > 0) {
            ++refusals;
            return json_answer(R"({"faultcode":"Client","faultstring":"Load Balancer )" + balancer +
                                   R"( is immutable and cannot be updated.","debuginfo":null})",
                               409);
        }
        pending_[balancer] = looks;
        members.insert(request.body.read());
        return json_answer(R"({"member":{"id":"m"}})", 201);
    }

    int looks = 3;
    std::function<void(const std::string& method, const std::string& path)> before;
    int refusals = 0;
    std::set<std::string> members;

  private:
    std::mutex mutex_;
    std::map<std::string, int> pending_;
};

struct ChangesOfManyThreads : ::testing::Test {
    Octavia octavia;
    FakeCloud cloud{[this](const ServerRequest& request) { return octavia(request); }};
    Connection connection = connect();

    Connection connect() const {
        Connection result = cloud.connect();
        auto& policy = result.session()->companion<load_balancer::ChangeQueue>()->policy;
        policy.first_pause = policy.longest_pause = std::chrono::milliseconds(1);
        return result;
    }
    static load_balancer::Member add(const Connection& connection, const std::string& balancer, int number,
                                     const CallOptions& options = {}) {
        return connection.load_balancer().create_member(
            "pool-of-" + balancer, {.address = "10.0.0." + std::to_string(number), .protocol_port = 80},
            options);
    }
};

}  // namespace

TEST_F(ChangesOfManyThreads, NeverMeetOnOneLoadBalancer) {
    std::vector<int> numbers(32);
    std::iota(numbers.begin(), numbers.end(), 1);
    const auto made = parallel_map(8, numbers, [&](int number) {
        const Connection copy = connection;  // copies share the queue
        return add(copy, "a", number).id;
    });
    EXPECT_EQ(made.size(), 32U);
    EXPECT_EQ(octavia.members.size(), 32U);
    EXPECT_EQ(octavia.refusals, 0) << "who waits for ACTIVE is not refused";
}

TEST_F(ChangesOfManyThreads, GetThroughBesideAnotherProgram) {
    const Connection other = connect();  // a session, and so a queue, of its own
    octavia.looks = 2;
    std::vector<int> numbers(16);
    std::iota(numbers.begin(), numbers.end(), 1);
    const auto made = parallel_map(
        8, numbers, [&](int number) { return add(number % 2 == 0 ? connection : other, "a", number).id; });
    EXPECT_EQ(octavia.members.size(), 16U);
}

TEST_F(ChangesOfManyThreads, DoNotWaitForOtherLoadBalancers) {
    std::latch a_is_sent(1);
    std::promise<void> release;
    auto released = release.get_future().share();
    octavia.before = [&](const std::string& method, const std::string& path) {
        if (method == "POST" && path.starts_with("/pools/pool-of-a")) {
            a_is_sent.count_down();
            released.wait();
        }
    };
    std::jthread slow([&] { add(connection, "a", 1); });
    a_is_sent.wait();
    EXPECT_EQ(add(connection, "b", 2).id, "m");
    EXPECT_EQ(octavia.members.size(), 1U) << "a is not done yet";
    release.set_value();
    slow.join();
    EXPECT_EQ(octavia.members.size(), 2U);
}

TEST_F(ChangesOfManyThreads, LeaveTheQueueWhenTheirTimeIsUp) {
    std::latch first_is_sent(1);
    std::promise<void> release;
    auto released = release.get_future().share();
    std::atomic<int> posts = 0;
    octavia.before = [&](const std::string& method, const std::string&) {
        if (method == "POST" && ++posts == 1) {
            first_is_sent.count_down();
            released.wait();
        }
    };
    std::jthread first([&] { add(connection, "a", 1); });
    first_is_sent.wait();
    EXPECT_THROW(add(connection, "a", 2, CallOptions::within(std::chrono::milliseconds(20))), Timeout);
    std::stop_source source;
    auto stopped =
        std::async(std::launch::async, [&] { add(connection, "a", 3, {.stop = source.get_token()}); });
    source.request_stop();
    EXPECT_THROW(stopped.get(), Cancelled);
    EXPECT_EQ(posts, 1) << "neither was sent";
    auto last = std::async(std::launch::async, [&] { return add(connection, "a", 4).id; });
    release.set_value();
    EXPECT_EQ(last.get(), "m") << "who left does not hold the others up";
    first.join();
    EXPECT_EQ(octavia.members.size(), 2U);
}
