#include "deploy/cli/reach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <openstack/session.hpp>

#include "deploy/apply/probe.hpp"

namespace deploy {
namespace {

constexpr std::chrono::seconds first_patience{10};

/// "http://127.0.0.1:5000" of "http://127.0.0.1:5000/identity/v3/auth/tokens".
std::string origin_of(const std::string& url) {
    const auto scheme = url.find("://");
    return scheme == std::string::npos ? url : url.substr(0, url.find('/', scheme + 3));
}

bool is_this_machine(std::string_view origin) {
    const auto host = origin.substr(origin.find("://") + 3);
    return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

}  // namespace

void reach(const Context& context, const Outage::Say& say) {
    auto brief = context;
    brief.options.patience = std::min(context.options.patience, first_patience);
    through_outages(brief, say, [&] {
        try {
            (void)brief.cloud.session()->access(brief.call());
        } catch (const openstack::ServiceUnavailable&) {
            // It is there, and what comes next bears its failures.
        }
    });
}

openstack::TransportError explained(const openstack::TransportError& error) {
    const auto origin = origin_of(error.details().url);
    if (origin.empty() || !probe(origin + "/", std::chrono::seconds(2)).refused) return error;
    return openstack::TransportError(
        fmt::format("nothing listens at {}. Is the cloud up?{}", origin.substr(origin.find("://") + 3),
                    is_this_machine(origin) ? " If it is the embedded cloud, `localcloud up` starts it" : ""),
        error.details());
}

}  // namespace deploy
