// One run of the suite: its cloud, its name, what it found there, and how it waits. Everything that a run makes has the
// run's name in its own, which is how it is found again and removed.
#pragma once

#include <atomic>
#include <functional>
#include <openstack/compute.hpp>
#include <openstack/connection.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "acceptance/cloud/settings.hpp"
#include "common/process/process.hpp"

namespace acceptance::cloud {

/// Something that the cloud, or the user's role in it, does not offer: the test is skipped with this reason.
struct NotOffered : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Suite {
  public:
    /// Signs in and chooses image, flavor and external network. Throws openstack::Error, ConfigError where the cloud has
    /// more than one candidate.
    Suite(Settings settings, std::string name, std::stop_token stop);

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const openstack::Connection& cloud() const { return cloud_; }
    /// The run's own name, and the name of something of its own.
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string name(const std::string& what) const { return name_ + "-" + what; }

    [[nodiscard]] const openstack::image::Image& image() const { return image_; }
    [[nodiscard]] const openstack::compute::Flavor& flavor() const { return flavor_; }
    /// Throws NotOffered when there is none.
    [[nodiscard]] const openstack::network::Network& external_network() const;
    /// The guests': the one that was chosen, or the run's own, made with its router when it is asked for first.
    [[nodiscard]] const openstack::network::Network& network();

    /// For one call, and for one wait that says on the terminal what it waits for and what it sees.
    [[nodiscard]] openstack::CallOptions call() const;
    [[nodiscard]] openstack::WaitOptions wait(const std::string& what) const;
    /// The same where no guest boots: a service that has not done it by then is broken.
    [[nodiscard]] openstack::WaitOptions short_wait(const std::string& what) const;
    /// For what has no waiter of its own: asks until it is true. Throws openstack::Timeout with `what`.
    void wait_until(const std::string& what, const std::function<bool()>& is_true,
                    std::optional<std::chrono::seconds> timeout = {}) const;
    /// A line for who looks on.
    static void say(const std::string& line);

    /// Runs a program of the folder under test to its end; what it says on standard error is shown meanwhile, and kept with
    /// its output in the folder of logs.
    [[nodiscard]] common::process::Result run(const std::string& program, std::vector<std::string> arguments);
    /// Why load balancers of this cloud cannot carry the application, once something has found out; empty when they can.
    [[nodiscard]] const std::optional<std::string>& balancing_trouble() const { return balancing_trouble_; }
    void set_balancing_trouble(std::string why) { balancing_trouble_ = std::move(why); }
    [[nodiscard]] bool interrupted() const { return stop_.stop_requested(); }

  private:
    void choose_image();
    void choose_flavor();
    void choose_external_network();
    void make_network();

    Settings settings_;
    std::string name_;
    std::stop_token stop_;
    openstack::Connection cloud_;
    openstack::image::Image image_;
    openstack::compute::Flavor flavor_;
    std::optional<openstack::network::Network> external_network_, network_;
    std::optional<std::string> balancing_trouble_;
    int programs_run_ = 0;
};

/// The run of this process. GoogleTest makes the fixtures, so nothing can be handed to them; main() sets it.
[[nodiscard]] Suite& suite();
void set_suite(Suite* suite);

}  // namespace acceptance::cloud
