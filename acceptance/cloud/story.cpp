#include "acceptance/cloud/story.hpp"

#include <fstream>
#include <iterator>

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

std::string new_public_key(const std::string& comment) {
    const common::process::TemporaryDirectory folder("cloud-suite-key");
    const auto file = folder.path() / "key";
    common::process::check(
        {.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file.string()}});
    std::ifstream stream(file.string() + ".pub");
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace acceptance::cloud
