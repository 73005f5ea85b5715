#include "deploy/balance/choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openstack/dns.hpp>

#include "deploy/balance/observed.hpp"

namespace deploy {
namespace {

[[noreturn]] void refuse(const Context& context, std::string_view what, std::string_view instead) {
    throw openstack::ConfigError(
        fmt::format("the cloud '{}' has no {}. What works here: {}--balance none, where "
                    "each API has an address of its own",
                    context.cloud.config().name(), what, instead));
}

std::string only_zone(const Context& context) {
    std::vector<std::string> names;
    for (const auto& zone : context.cloud.dns().zones({}, context.call()))
        names.push_back(zone.name);
    if (names.size() == 1) return names.front();
    throw openstack::ConfigError(
        names.empty()
            ? std::string("the project has no DNS zone yet; name one with --zone, as in --zone "
                          "fractals.example.org., and it is made")
            : fmt::format("there are several zones, so say which with --zone: {}", fmt::join(names, ", ")));
}

}  // namespace

void fill_in_balance(Options& options, const Recorded& recorded) {
    const auto before = recorded.balance.value_or(Balance());
    if (!options.balance) options.balance = before.method;
    if (*options.balance != BalanceMethod::dns && !options.zone.empty())
        throw openstack::ConfigError("--zone is of --balance dns, and this deployment has --balance " +
                                     std::string(to_string(*options.balance)) +
                                     "; say --balance dns, too, or leave --zone out");
    if (*options.balance != BalanceMethod::dns) return;
    if (options.zone.empty())
        options.zone = before.zone;
    else
        options.zone = openstack::dns::absolute_name(options.zone);
}

void require_balance(Context& context) {
    auto& options = context.options;
    if (options.balance == BalanceMethod::octavia && !has_service(context, "load-balancer"))
        refuse(context, "load balancers (no service 'load-balancer' in its catalog)",
               has_service(context, "dns") ? "--balance dns, or " : "");
    if (options.balance != BalanceMethod::dns) return;
    if (!has_service(context, "dns"))
        refuse(context, "DNS (no service 'dns' in its catalog)",
               has_service(context, "load-balancer") ? "--balance octavia, or " : "");
    if (options.zone.empty()) options.zone = only_zone(context);
}

}  // namespace deploy
