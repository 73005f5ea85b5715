#include "deploy/plan/target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>
#include <sstream>

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

using openstack::compute::Flavor;
using openstack::image::Image;

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::string> preinstalled(const Image& image) {
    const auto property = image.properties.find("preinstalled");
    return property == image.properties.end() ? std::vector<std::string>() : words_of(property->second);
}

struct Images {
    Image usual;
    Image services;
};

/// An image that was made for a purpose is no candidate for instances without it, unless there is no other.
Image choose_image(std::vector<Image> images) {
    auto plain = images;
    std::erase_if(plain, [](const Image& image) { return !preinstalled(image).empty(); });
    return only(plain.empty() ? std::move(images) : std::move(plain), "image", "--image");
}

Image choose_services_image(std::vector<Image> images, const Image& usual) {
    std::erase_if(images, [](const Image& image) { return !has_services(image); });
    return images.empty() ? usual
                          : only(std::move(images), "image with database and broker", "--services-image");
}

Images find_images(const Context& context) {
    const auto& options = context.options;
    const auto service = context.cloud.image();
    const bool wants_services = context.topology.services() != nullptr;
    std::vector<Image> all;
    if (options.image.empty() || (wants_services && options.services_image.empty()))
        all = service.images({.status = "active"}, context.call()).to_vector();
    Images found;
    found.usual =
        options.image.empty() ? choose_image(all) : service.find_image(options.image, context.call());
    if (!wants_services) return found;
    found.services = options.services_image.empty()
                         ? choose_services_image(std::move(all), found.usual)
                         : service.find_image(options.services_image, context.call());
    return found;
}

struct Flavors {
    Flavor usual;
    Flavor services;
};

Flavors find_flavors(const Context& context) {
    const auto& options = context.options;
    const auto compute = context.cloud.compute();
    Flavors found;
    if (!options.flavor.empty()) {
        found.usual = compute.find_flavor(options.flavor, context.call());
    } else {
        auto flavors = compute.flavors({}, context.call()).to_vector();
        const auto usual = std::ranges::find(flavors, "m1.small", &Flavor::name);
        found.usual = usual != flavors.end() ? *usual : only(std::move(flavors), "flavor", "--flavor");
    }
    found.services = options.services_flavor.empty()
                         ? found.usual
                         : compute.find_flavor(options.services_flavor, context.call());
    return found;
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

bool has_services(const Image& image) {
    const auto packages = preinstalled(image);
    return std::ranges::find(packages, "mariadb-server") != packages.end() &&
           std::ranges::find(packages, "rabbitmq-server") != packages.end();
}

Target find_target(const Context& context) {
    const bool wants_address = std::ranges::any_of(context.topology.instances, &InstanceSpec::floating_ip);
    const auto beside = [](auto work) { return std::async(std::launch::async, std::move(work)); };
    auto images = beside([&] { return find_images(context); });
    auto flavors = beside([&] { return find_flavors(context); });
    auto network = beside([&] { return find_network(context); });
    auto external = beside([&]() -> std::optional<openstack::network::Network> {
        if (!wants_address) return std::nullopt;
        return find_external_network(context);
    });
    auto [image, services_image] = images.get();
    auto [flavor, services_flavor] = flavors.get();
    return {.image = std::move(image),
            .flavor = std::move(flavor),
            .services_image = std::move(services_image),
            .services_flavor = std::move(services_flavor),
            .network = network.get(),
            .external_network = external.get()};
}

}  // namespace deploy
