#include "acceptance/cloud/story.hpp"

#include <fstream>
#include <iterator>
#include <openstack/network.hpp>

#include "common/process/process.hpp"

namespace acceptance::cloud {

void Story::SetUp() {
    if (suite().interrupted()) GTEST_SKIP() << "the run was interrupted";
}

std::string Story::why_not(const std::string& service, const std::function<void()>& ask) {
    try {
        ask();
        return {};
    } catch (const openstack::EndpointNotFound&) {
        return "the cloud offers no " + service;
    } catch (const openstack::Forbidden& error) {
        return "this user may not use the cloud's " + service + ": " + error.what();
    }
}

openstack::load_balancer::LoadBalancer wait_for_balancer(
    const openstack::load_balancer::LoadBalancer& balancer) {
    suite().set_balancing_trouble(
        "this cloud's load balancers do not become ACTIVE, see the story LoadBalancers");
    auto active = suite().cloud().load_balancer().wait_for_load_balancer(
        balancer, openstack::load_balancer::ProvisioningStatus::active,
        suite().short_wait("the load balancer is ACTIVE"));
    const bool has_port =
        suite().cloud().network().find_port_or_null(active.vip_port_id, suite().call()).has_value();
    suite().set_balancing_trouble(has_port ? ""
                                           : "this cloud's load balancers move no traffic: the address " +
                                                 active.vip_address + " has no port in the network service");
    return active;
}

std::string new_public_key(const std::string& comment) {
    const common::process::TemporaryDirectory folder("cloud-suite-key");
    const auto file = folder.path() / "key";
    common::process::check(
        {.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file.string()}});
    std::ifstream stream(file.string() + ".pub");
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace acceptance::cloud
