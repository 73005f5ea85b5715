#include "sdk/src/session/service_settings.hpp"

#include <array>
#include <charconv>

#include "openstack/error.hpp"
#include "sdk/src/session/discovery.hpp"

namespace openstack::session {
namespace {

constexpr std::array<std::string_view, 4> project_places = {"%(project_id)s", "$(project_id)s",
                                                            "%(tenant_id)s", "$(tenant_id)s"};

std::string of_service(const CloudConfig& config, const ServiceType& service) {
    return "the cloud \"" + config.name() + "\" has for the service \"" + std::string(service.type) + "\" ";
}

/// "2" and "2.53"; nothing for what is no number ("v2.1", "latest"), which openstacksdk passes over too.
std::optional<Microversion> api_version(const CloudConfig& config, const ServiceType& service) {
    const auto text = config.service_setting(service.type, "api_version");
    if (!text) return std::nullopt;
    return Microversion::parse(text->find('.') == std::string::npos ? *text + ".0" : *text);
}

}  // namespace

std::optional<int> number_setting(const CloudConfig& config, const ServiceType& service,
                                  std::string_view name) {
    auto text = config.service_setting(service.type, name);
    if (!text) text = config.get(name);
    if (!text) return std::nullopt;
    constexpr int most = 100;
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 0 || value > most) {
        throw ConfigError("the cloud \"" + config.name() + "\" has " + std::string(name) + " \"" + *text +
                          "\"; write a number from 0 to " + std::to_string(most));
    }
    return value;
}

std::optional<std::string> endpoint_override(const CloudConfig& config, const ServiceType& service) {
    auto url = config.service_setting(service.type, "endpoint_override");
    return url ? url : config.service_setting(service.type, "endpoint");
}

bool wants_project(std::string_view url) {
    for (const auto place : project_places) {
        if (url.find(place) != std::string_view::npos) return true;
    }
    return false;
}

std::string with_project(std::string url, std::string_view project_id) {
    for (const auto place : project_places) {
        for (auto at = url.find(place); at != std::string::npos; at = url.find(place, at + project_id.size()))
            url.replace(at, place.size(), project_id);
    }
    return url;
}

std::optional<std::string> default_microversion(const CloudConfig& config, const ServiceType& service) {
    if (service.microversion_name.empty()) return std::nullopt;
    auto chosen = config.service_setting(service.type, "default_microversion");
    const auto version = api_version(config, service);
    if (!version || version->minor == 0) return chosen;
    if (chosen && *chosen != version->text()) {
        throw ConfigError(of_service(config, service) + "default_microversion \"" + *chosen +
                          "\", and as its api_version \"" + version->text() +
                          "\" another one; write the major version alone into api_version");
    }
    return version->text();
}

void check_api_version(const CloudConfig& config, const ServiceType& service) {
    const auto version = api_version(config, service);
    const auto spoken = version_segment(service.version);
    if (!version || !spoken || version->major == spoken->major) return;
    throw ConfigError(of_service(config, service) + "the api_version \"" +
                      config.service_setting(service.type, "api_version").value_or("") +
                      "\"; the version that is spoken here is " + std::to_string(spoken->major) +
                      ", so write that or nothing");
}

}  // namespace openstack::session
