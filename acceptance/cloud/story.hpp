// What the stories of the SDK's calls have in common.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <openstack/error.hpp>
#include <openstack/load_balancer.hpp>
#include <string>

#include "acceptance/cloud/suite.hpp"

namespace acceptance::cloud {

class Story : public ::testing::Test {
  protected:
    /// Skips what an interruption leaves undone.
    void SetUp() override;

    [[nodiscard]] static const openstack::Connection& cloud() { return suite().cloud(); }
    [[nodiscard]] static openstack::CallOptions call() { return suite().call(); }
    [[nodiscard]] static std::string name(const std::string& what) { return suite().name(what); }
    /// Why the service cannot be used, as a sentence; empty when it can. `ask` is any harmless call to it.
    [[nodiscard]] static std::string why_not(const std::string& service, const std::function<void()>& ask);
};

/// What the error says that the call ends with; fails when there is none, or none of this class.
template <class Expected>
std::string refused(const std::function<void()>& call) {
    try {
        call();
    } catch (const Expected& error) {
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "refused with an error of another class: " << error.what();
        return {};
    }
    ADD_FAILURE() << "was not refused";
    return {};
}

/// Waits until it is ACTIVE, and tells the suite whether it could move traffic: whether its address has a port.
openstack::load_balancer::LoadBalancer wait_for_balancer(
    const openstack::load_balancer::LoadBalancer& balancer);

/// A public key of nobody's, with this comment.
[[nodiscard]] std::string new_public_key(const std::string& comment);

}  // namespace acceptance::cloud
