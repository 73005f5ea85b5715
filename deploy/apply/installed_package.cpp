#include "deploy/apply/installed_package.hpp"

#include <fstream>
#include <openstack/object_store.hpp>

#include "deploy/apply/package.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/plan/recorded.hpp"

namespace deploy {
namespace {

/// Whether it is the package that would be taken anyway.
bool is_at_hand(const Options& options, const std::string& sha256) {
    try {
        return sha256_of(find_package(options)) == sha256;
    } catch (const openstack::ConfigError&) {
        return false;
    }
}

/// Empty when the container has no object of that sum, or there is none.
std::filesystem::path fetch(const Context& context, const std::string& sha256,
                            const std::filesystem::path& folder, const openstack::CallOptions& call) {
    constexpr std::size_t shown_of_sum = 16;
    const auto end = "-" + sha256.substr(0, shown_of_sum) + ".tar.gz";
    const auto container = package_container(context.topology.deployment);
    try {
        const auto store = context.cloud.object_store();
        for (const auto& object : store.objects(container, {}, call)) {
            if (!object.name.ends_with(end)) continue;
            const auto file = folder / std::filesystem::path(object.name).filename();
            std::ofstream(file, std::ios::binary) << store.download_object(container, object.name, call);
            if (sha256_of(file) == sha256) return file;
        }
    } catch (const openstack::EndpointNotFound&) {
    } catch (const openstack::NotFound&) {
    }
    return {};
}

}  // namespace

Options with_installed_package(const Context& context, const Observed& observed,
                               const std::filesystem::path& folder, std::stop_token stop) {
    auto options = context.options;
    const auto installed = installed_package(options, context.topology, observed.instances);
    if (!installed) return options;
    if (!installed->url.empty()) {
        options.package_url = installed->url;
        options.package_sha256 = installed->sha256;
        return options;
    }
    if (is_at_hand(options, installed->sha256)) return options;
    options.package = fetch(context, installed->sha256, folder, context.call(std::move(stop)));
    if (options.package.empty())
        throw openstack::ConfigError(
            "the instances that there are have the package " + installed->mark +
            ", which is not in the deployment's container any more. Name its file with --package, or where "
            "it is "
            "with --package-url; " +
            invocation(context.options, "upgrade --package FILE") + " gives all instances another one");
    return options;
}

}  // namespace deploy
