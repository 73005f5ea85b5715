#include "acceptance/cloud/suite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <openstack/error.hpp>

namespace acceptance::cloud {

using common::process::Child;
using common::process::Result;
using std::chrono::steady_clock;

namespace {

Suite* the_suite = nullptr;

constexpr std::int64_t least_ram = 1024;  // MiB
constexpr std::int64_t least_disk = 3;    // GiB
/// Longer than any healthy call takes, shorter than what would make somebody stop the run.
constexpr auto call_timeout = std::chrono::minutes(5);
/// Balancers of some clouds are guests of their own, which boot.
constexpr auto longest_without_boot = std::chrono::minutes(20);
/// Between lines about a wait in which nothing new is seen.
constexpr auto quiet_for = std::chrono::seconds(30);

/// False when it is time to stop.
bool rest(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

template <class Resource>
std::string names_of(const std::vector<Resource>& resources) {
    std::string names;
    for (const auto& resource : resources)
        names += (names.empty() ? "" : ", ") + resource.name;
    return names;
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string in_seconds(steady_clock::duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

/// Shows what is appended to a file, a line at a time.
class Follower {
  public:
    /// From its end on.
    explicit Follower(std::filesystem::path file)
        : file_(std::move(file)), shown_(std::filesystem::file_size(file_)) {}

    /// Whether there was a whole line.
    bool show() {
        std::ifstream stream(file_, std::ios::binary);
        stream.seekg(static_cast<std::streamoff>(shown_));
        const std::string text((std::istreambuf_iterator<char>(stream)), {});
        const auto end = text.rfind('\n');
        if (end == std::string::npos) return false;
        for (std::size_t begin = 0; begin <= end;) {
            const auto line_end = text.find('\n', begin);
            Suite::say("    | " + text.substr(begin, line_end - begin));
            begin = line_end + 1;
        }
        shown_ += end + 1;
        return true;
    }

  private:
    std::filesystem::path file_;
    std::size_t shown_;
};

}  // namespace

Suite& suite() {
    return *the_suite;
}

void set_suite(Suite* suite) {
    the_suite = suite;
}

Suite::Suite(Settings settings, std::string name, std::stop_token stop)
    : settings_(std::move(settings)),
      name_(std::move(name)),
      stop_(std::move(stop)),
      cloud_(openstack::connect({.cloud = settings_.cloud})) {
    choose_image();
    choose_flavor();
    choose_external_network();
    if (!settings_.network.empty()) network_ = cloud_.network().find_network(settings_.network, call());
}

void Suite::choose_image() {
    const auto glance = cloud_.image();
    if (!settings_.image.empty()) {
        image_ = glance.find_image(settings_.image, call());
        return;
    }
    std::vector<openstack::image::Image> candidates;
    for (auto& image : glance.images({.status = "active"}, call()))
        if (!image.properties.contains("preinstalled")) candidates.push_back(std::move(image));
    if (candidates.size() != 1)
        throw openstack::ConfigError(
            candidates.empty() ? "the cloud has no image: guests need one of Debian 12, Ubuntu 24.04 or later"
                               : "say with --image which of these the guests shall boot, Debian 12, Ubuntu "
                                 "24.04 or later: " +
                                     names_of(candidates));
    image_ = std::move(candidates.front());
}

void Suite::choose_flavor() {
    const auto nova = cloud_.compute();
    if (!settings_.flavor.empty()) {
        flavor_ = nova.find_flavor(settings_.flavor, call());
        return;
    }
    const auto all = nova.flavors({}, call()).to_vector();
    const auto usual = std::ranges::find(all, "m1.small", &openstack::compute::Flavor::name);
    if (usual != all.end()) {
        flavor_ = *usual;
        return;
    }
    const auto fits = [&](const openstack::compute::Flavor& flavor) {
        const bool has_disk = flavor.disk == 0 || flavor.disk >= std::max(least_disk, image_.min_disk);
        return has_disk && !flavor.is_disabled && flavor.ram >= std::max(least_ram, image_.min_ram);
    };
    // One without a disk of its own (0) only where there is nothing else: not all clouds let members boot them.
    const auto size = [](const openstack::compute::Flavor& flavor) {
        return std::tuple(flavor.disk == 0, flavor.ram, flavor.vcpus, flavor.disk);
    };
    const openstack::compute::Flavor* smallest = nullptr;
    for (const auto& flavor : all)
        if (fits(flavor) && (smallest == nullptr || size(flavor) < size(*smallest))) smallest = &flavor;
    if (smallest == nullptr)
        throw openstack::ConfigError(
            "no flavor has 1 GiB of memory and a disk of 3 GiB; say with --flavor which of these to use: " +
            names_of(all));
    flavor_ = *smallest;
}

void Suite::choose_external_network() {
    const auto neutron = cloud_.network();
    if (!settings_.external_network.empty()) {
        external_network_ = neutron.find_network(settings_.external_network, call());
        return;
    }
    auto all = neutron.networks({.is_router_external = true}, call()).to_vector();
    if (all.empty()) return;
    const auto usual = std::ranges::find_if(all, [](const auto& network) { return network.is_default; });
    if (all.size() > 1 && usual == all.end())
        throw openstack::ConfigError(
            "say with --external-network from which of these floating IPs shall come: " + names_of(all));
    external_network_ = all.size() == 1 ? all.front() : *usual;
}

const openstack::network::Network& Suite::external_network() const {
    if (!external_network_)
        throw NotOffered("the cloud has no external network, so nothing can get a floating IP");
    return *external_network_;
}

const openstack::network::Network& Suite::network() {
    if (!network_) make_network();
    return *network_;
}

void Suite::make_network() {
    const auto& outside = external_network();
    const auto neutron = cloud_.network();
    say("    making a network of the run's own; --network chooses one that there is");
    const auto network = neutron.create_network({.name = name("net")}, call());
    const auto subnet = neutron.create_subnet(
        {.name = name("subnet"), .network_id = network.id, .cidr = "10.93.7.0/24"}, call());
    const auto router = neutron.create_router(
        {.name = name("router"),
         .external_gateway_info = openstack::network::ExternalGateway{.network_id = outside.id}},
        call());
    neutron.add_interface_to_router(router, {.subnet_id = subnet.id}, call());
    network_ = neutron.get_network(network, call());
}

openstack::CallOptions Suite::call() const {
    auto options = openstack::CallOptions::within(call_timeout);
    options.stop = stop_;
    return options;
}

openstack::WaitOptions Suite::wait(const std::string& what) const {
    struct Seen {
        std::string status;
        std::chrono::milliseconds said{0};
    };
    return {.timeout = settings_.timeout,
            .longest_interval = settings_.poll_interval,
            .stop = stop_,
            .progress = [what, seen = std::make_shared<Seen>()](std::string_view status,
                                                                std::chrono::milliseconds waited) {
                if (status == seen->status && waited - seen->said < quiet_for) return;
                seen->status = status;
                seen->said = waited;
                say("    " + what + ": " + std::string(status) + " after " + in_seconds(waited));
            }};
}

openstack::WaitOptions Suite::short_wait(const std::string& what) const {
    auto options = wait(what);
    options.timeout = std::min<std::chrono::milliseconds>(options.timeout, longest_without_boot);
    return options;
}

void Suite::wait_until(const std::string& what, const std::function<bool()>& is_true,
                       std::optional<std::chrono::seconds> timeout) const {
    const auto longest = timeout.value_or(settings_.timeout);
    const auto begin = steady_clock::now();
    auto said = begin;
    std::chrono::milliseconds interval{100};
    while (!is_true()) {
        const auto now = steady_clock::now();
        if (now - begin >= longest)
            throw openstack::Timeout("not within " + in_seconds(longest) + ": " + what);
        if (now - said >= quiet_for) {
            say("    waiting until " + what + ", for " + in_seconds(now - begin));
            said = now;
        }
        if (!rest(interval, stop_)) throw openstack::Cancelled("interrupted while waiting until " + what);
        interval = std::min(interval * 2, settings_.poll_interval);
    }
}

void Suite::say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

Result Suite::run(const std::string& program, std::vector<std::string> arguments) {
    char number[8];
    std::snprintf(number, sizeof number, "%02d", ++programs_run_);
    const auto stem =
        std::string(number) + "-" + program + (arguments.empty() ? "" : "-" + arguments.front());
    const auto output = settings_.logs / (stem + ".out");
    const auto error = settings_.logs / (stem + ".log");
    // Children add to their files, and an earlier run may have left some of these names.
    for (const auto& file : {output, error})
        std::filesystem::remove(file);

    std::string shown = program;
    for (const auto& argument : arguments)
        shown += " " + argument;
    say("    $ " + shown);
    std::ofstream(error) << "$ " << shown << "\n";

    arguments.insert(arguments.begin(), (settings_.programs / program).string());
    // Keys that deployments make stay with the logs, not among those of the person who runs this.
    Follower follower(error);
    Child child({.command = {.arguments = std::move(arguments),
                             .environment = {{"XDG_DATA_HOME", (settings_.logs / "data").string()}},
                             .in_child =
                                 [&error] {
                                     const int file =
                                         ::open(error.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
                                     return file >= 0 && ::dup2(file, STDERR_FILENO) >= 0;
                                 }},
                 .output = output,
                 .grace = std::chrono::seconds(10)});
    const auto begin = steady_clock::now();
    // The programs bound themselves by --timeout; this is for one that does not keep to it.
    const auto longest = settings_.timeout + std::chrono::minutes(2);
    auto said = begin;
    bool was_asked_to_stop = false, timed_out = false;
    std::optional<int> status;
    while (!(status = child.wait(std::chrono::milliseconds(200)))) {
        const auto now = steady_clock::now();
        if (follower.show()) said = now;
        if (now - said >= quiet_for) {
            say("    waiting for " + program + ", for " + in_seconds(now - begin));
            said = now;
        }
        if (stop_.stop_requested() && !was_asked_to_stop) {
            child.signal(SIGINT);
            was_asked_to_stop = true;
        }
        if (now - begin >= longest) {
            timed_out = true;
            child.stop();
        }
    }
    (void)follower.show();
    return {
        .exit_status = *status, .output = contents(output), .error = contents(error), .timed_out = timed_out};
}

}  // namespace acceptance::cloud
