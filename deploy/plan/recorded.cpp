#include "deploy/plan/recorded.hpp"

#include <algorithm>
#include <charconv>

#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

constexpr std::size_t longest_value = 255;  // of Nova's

bool has_package(const ObservedInstance& instance) {
    return instance.failure.empty() && !metadata_of(instance.server, package_key).empty();
}

std::optional<int> number_in(const std::string& text) {
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || number < 0) return std::nullopt;
    return number;
}

}  // namespace

Recorded recorded_in(const ObservedInstances& instances) {
    for (const auto& [name, instance] : instances) {
        auto seed = metadata_of(instance.server, seed_key);
        if (seed.empty()) continue;
        Recorded recorded{.server_id = instance.server.id, .secrets = Secrets(std::move(seed))};
        const auto apis = number_in(metadata_of(instance.server, apis_key));
        const auto workers = number_in(metadata_of(instance.server, workers_key));
        if (apis && workers) recorded.counts = Counts{.apis = *apis, .workers = *workers};
        if (const auto method = balance_method(metadata_of(instance.server, balance_key)))
            recorded.balance =
                Balance{.method = *method,
                        .zone = *method == BalanceMethod::dns ? metadata_of(instance.server, zone_key) : ""};
        return recorded;
    }
    return {};
}

std::optional<InstalledPackage> installed_package(const Options& options, const Topology& topology,
                                                  const ObservedInstances& instances) {
    if (!options.package.empty() || !options.package_url.empty()) return std::nullopt;
    const auto* services = topology.services();
    auto found = services != nullptr ? instances.find(services->name) : instances.end();
    if (found == instances.end() || !has_package(found->second))
        found = std::ranges::find_if(instances, [](const auto& item) { return has_package(item.second); });
    if (found == instances.end()) return std::nullopt;
    InstalledPackage package{.mark = metadata_of(found->second.server, package_key),
                             .url = metadata_of(found->second.server, package_url_key)};
    package.sha256 = package.mark.substr(package.mark.rfind(' ') + 1);
    return package;
}

std::map<std::string, std::string> failure_metadata(std::string reason) {
    if (reason.size() > longest_value) {
        // Not in the middle of a character.
        auto end = longest_value;
        while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U)
            --end;
        reason.resize(end);
    }
    return {{std::string(failed_key), std::move(reason)}};
}

std::map<std::string, std::string> url_metadata(const std::string& url) {
    const auto authority = url.substr(0, url.find('/', url.find("://") + 3));
    if (url.empty() || url.size() > longest_value || authority.find('@') != std::string::npos) return {};
    return {{std::string(package_url_key), url}};
}

std::map<std::string, std::string> to_metadata(const Counts& counts) {
    return {{std::string(apis_key), std::to_string(counts.apis)},
            {std::string(workers_key), std::to_string(counts.workers)}};
}

std::map<std::string, std::string> to_metadata(const Balance& balance) {
    std::map<std::string, std::string> metadata{
        {std::string(balance_key), std::string(to_string(balance.method))}};
    if (!balance.zone.empty()) metadata.emplace(std::string(zone_key), balance.zone);
    return metadata;
}

}  // namespace deploy
