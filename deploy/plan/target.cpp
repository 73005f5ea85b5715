#include "deploy/plan/target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>

namespace deploy {
namespace {

constexpr std::size_t longest_list = 20;

/// The only one, or a sentence that says why there is no choosing.
template <class Resource>
Resource only(std::vector<Resource> candidates, std::string_view kind, std::string_view option) {
    if (candidates.size() == 1) return std::move(candidates.front());
    if (candidates.empty())
        throw openstack::NotFound(fmt::format(
            "this cloud has no {} that could be used; make one, or name it with {}", kind, option));
    std::vector<std::string> names;
    for (const auto& candidate : candidates)
        names.push_back(candidate.name.empty() ? candidate.id : candidate.name);
    std::ranges::sort(names);
    const auto more = names.size() > longest_list ? ", …" : "";
    names.resize(std::min(names.size(), longest_list));
    throw openstack::ConfigError(fmt::format("there are several {}s, so say which with {}: {}{}", kind,
                                             option, fmt::join(names, ", "), more));
}

openstack::image::Image find_image(const Context& context) {
    const auto images = context.cloud.image();
    if (!context.options.image.empty()) return images.find_image(context.options.image, context.call());
    return only(images.images({.status = "active"}, context.call()).to_vector(), "image", "--image");
}

openstack::compute::Flavor find_flavor(const Context& context) {
    const auto compute = context.cloud.compute();
    if (!context.options.flavor.empty()) return compute.find_flavor(context.options.flavor, context.call());
    auto flavors = compute.flavors({}, context.call()).to_vector();
    const auto usual = std::ranges::find(flavors, "m1.small", &openstack::compute::Flavor::name);
    if (usual != flavors.end()) return *usual;
    return only(std::move(flavors), "flavor", "--flavor");
}

openstack::network::Network find_network(const Context& context) {
    const auto network = context.cloud.network();
    if (!context.options.network.empty())
        return network.find_network(context.options.network, context.call());
    std::vector<openstack::network::Network> inside;
    for (auto& candidate : network.networks({}, context.call()))
        if (!candidate.is_router_external && !candidate.subnet_ids.empty()) inside.push_back(candidate);
    return only(std::move(inside), "network", "--network");
}

openstack::network::Network find_external_network(const Context& context) {
    const auto network = context.cloud.network();
    if (!context.options.external_network.empty())
        return network.find_network(context.options.external_network, context.call());
    std::vector<openstack::network::Network> outside;
    for (auto& candidate : network.networks({}, context.call()))
        if (candidate.is_router_external) outside.push_back(candidate);
    return only(std::move(outside), "external network", "--external-network");
}

}  // namespace

Target find_target(const Context& context) {
    const bool wants_address = std::ranges::any_of(context.topology.instances, &InstanceSpec::floating_ip);
    const auto beside = [](auto work) { return std::async(std::launch::async, std::move(work)); };
    auto image = beside([&] { return find_image(context); });
    auto flavor = beside([&] { return find_flavor(context); });
    auto network = beside([&] { return find_network(context); });
    auto external = beside([&]() -> std::optional<openstack::network::Network> {
        if (!wants_address) return std::nullopt;
        return find_external_network(context);
    });
    return {.image = image.get(),
            .flavor = flavor.get(),
            .network = network.get(),
            .external_network = external.get()};
}

}  // namespace deploy
