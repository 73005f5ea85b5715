#include "localcloud/fabric/netns_command.hpp"

#include <fcntl.h>
#include <sched.h>

#include <stdexcept>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::fabric {
namespace {

common::process::Result result_in(const host::Descriptor& network_namespace,
                                  std::vector<std::string> arguments, const std::string& input) {
    const int descriptor = network_namespace.get();
    return common::process::run({
        .arguments = std::move(arguments),
        .input = input,
        .timeout = std::chrono::seconds(30),
        .in_child = [descriptor] { return ::setns(descriptor, CLONE_NEWNET) == 0; },
    });
}

void run_in(const host::Descriptor& network_namespace, std::vector<std::string> arguments,
            const std::string& input, const char* what) {
    const auto result = result_in(network_namespace, std::move(arguments), input);
    if (!result.ok()) throw std::runtime_error(std::string(what) + " failed: " + result.error);
}

}  // namespace

void run_ip(const host::Descriptor& network_namespace, const std::string& batch) {
    if (!batch.empty())
        run_in(network_namespace, {"ip", "-batch", "-"}, batch, "setting up the network (ip)");
}

void try_ip(const host::Descriptor& network_namespace, const std::string& batch) {
    (void)result_in(network_namespace, {"ip", "-force", "-batch", "-"}, batch);
}

void run_nft(const host::Descriptor& network_namespace, const std::string& ruleset) {
    run_in(network_namespace, {"nft", "-f", "-"}, ruleset, "setting security group rules (nft)");
}

host::Descriptor open_namespace(const std::string& file) {
    host::Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor) host::fail("cannot open the network namespace " + file);
    return descriptor;
}

}  // namespace localcloud::fabric
