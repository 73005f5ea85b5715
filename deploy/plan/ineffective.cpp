#include "deploy/plan/ineffective.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "deploy/apply/package.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using openstack::compute::Server;

/// Gathers instances that keep something else than an option says.
class Kept {
  public:
    Kept(const Context& context, const Target& target, const Observed& observed, const Plan& plan)
        : context_(context), options_(context.options), target_(target), observed_(observed), plan_(plan) {
        for (const auto& spec : context.topology.instances) {
            const auto action = plan.action("server", spec.name);
            const auto* instance = observed.instance(spec.name);
            if (instance != nullptr && (action == Action::keep || action == Action::change))
                compare(spec, instance->server);
        }
        compare_address();
        compare_package();
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(sentences_); }

  private:
    void compare(const InstanceSpec& spec, const Server& server) {
        const auto keeps = [&](std::string_view what, std::string_view there, std::string_view option,
                               std::string_view wanted) {
            sentences_.push_back(
                fmt::format("'{}' keeps its {} {}: {} {} counts when an instance is made. To have it "
                            "everywhere, {}, then "
                            "deploy again; the fractals go with it",
                            spec.name, what, there, option, wanted, invocation(options_, "destroy")));
        };
        const auto option_of = [&](const std::string& usual, const std::string& of_services,
                                   std::string_view name) {
            return spec.runs_services && !of_services.empty() ? "--services-" + std::string(name)
                   : usual.empty()                            ? std::string()
                                                              : "--" + std::string(name);
        };
        const auto& flavor = target_.flavor_of(spec);
        // Nova says its name, or in former times its ID.
        const auto& made_with = server.flavor.name.empty() ? server.flavor.id : server.flavor.name;
        if (const auto option = option_of(options_.flavor, options_.services_flavor, "flavor");
            !option.empty() && made_with != flavor.name && made_with != flavor.id)
            keeps("flavor", made_with, option, flavor.name);
        const auto& image = target_.image_of(spec);
        if (const auto option = option_of(options_.image, options_.services_image, "image");
            !option.empty() && server.image.id != image.id)
            keeps("image", server.image.id, option, image.name);
        if (options_.keypair_is_chosen && server.key_name != options_.keypair)
            keeps("keypair", server.key_name, "--keypair", options_.keypair);
        if (!options_.network.empty() && !server.addresses.empty() &&
            !server.addresses.contains(target_.network.name))
            keeps("network", server.addresses.begin()->first, "--network", target_.network.name);
    }

    void compare_address() {
        if (options_.floating_ip.empty()) return;
        const auto& front = context_.topology.front();
        const auto& item = plan_.item("floating IP", front);
        if (item.id != options_.floating_ip)
            sentences_.push_back(
                fmt::format("'{}' keeps its floating IP {}: --floating-ip {} counts when it gets its "
                            "first one",
                            front, item.id, options_.floating_ip));
    }

    /// Of instances that all are there; the same package once more is no contradiction.
    void compare_package() {
        if (plan_.makes_servers() || (options_.package.empty() && options_.package_sha256.empty())) return;
        const auto sum =
            options_.package_sha256.empty() ? sha256_of(options_.package) : options_.package_sha256;
        std::vector<std::string> others;
        for (const auto& [name, instance] : observed_.instances)
            if (const auto mark = metadata_of(instance.server, package_key);
                !mark.empty() && !is_of_package(mark, sum))
                others.push_back(name);
        if (!others.empty())
            sentences_.push_back(fmt::format("{} {} the package that is installed; {} installs the other one",
                                             fmt::join(others, ", "), others.size() == 1 ? "keeps" : "keep",
                                             invocation(options_, "upgrade --package FILE")));
    }

    const Context& context_;
    const Options& options_;
    const Target& target_;
    const Observed& observed_;
    const Plan& plan_;
    std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> ineffective_options(const Context& context, const Target& target,
                                             const Observed& observed, const Plan& plan) {
    return Kept(context, target, observed, plan).take();
}

}  // namespace deploy
