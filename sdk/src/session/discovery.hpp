// From what the catalog says to the URL that requests go to, and the microversions that are spoken there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/auth.hpp"
#include "sdk/src/session/sender.hpp"
#include "sdk/src/session/service_types.hpp"

namespace openstack::session {

struct Microversion {
    int major = 0;
    int minor = 0;
    [[nodiscard]] static std::optional<Microversion> parse(std::string_view text);
    [[nodiscard]] std::string text() const { return std::to_string(major) + "." + std::to_string(minor); }
    auto operator<=>(const Microversion&) const = default;
};

struct MicroversionRange {
    Microversion minimum;
    Microversion maximum;
};

struct Endpoint {
    std::string url;          ///< with the version, without a trailing slash
    std::string version_url;  ///< the same without a project's ID: where the version's own document is
    /// From the version document, where one was read on the way.
    std::optional<MicroversionRange> microversions;
};

/// "v2.1" → 2.1, "v3" → 3.0; nothing for what is not a version.
[[nodiscard]] std::optional<Microversion> version_segment(std::string_view segment);

/// One entry of a version document.
struct ApiVersion {
    std::string id;  ///< "v2.1"
    std::string status;
    std::string href;
    std::optional<MicroversionRange> microversions;
};

/// All shapes of version documents: "versions", "versions.values", "version". Empty for anything else.
[[nodiscard]] std::vector<ApiVersion> parse_version_document(std::string_view body);

/// Which of a catalog's URLs to use. Throws EndpointNotFound with what there is.
[[nodiscard]] std::string find_in_catalog(const Access& access, const ServiceType& service,
                                          const std::vector<std::string>& interfaces, std::string_view region,
                                          std::string_view service_name);

/// Adds the version to a catalog's (or a person's) URL where it is missing or another; asks the service which it has.
[[nodiscard]] Endpoint versioned_endpoint(const std::string& url, const ServiceType& service,
                                          std::string_view project_id, Sender& sender,
                                          const CallOptions& options);

/// The endpoint's own entry in its version document, nothing if that is none or speaks of others only.
[[nodiscard]] std::optional<ApiVersion> find_version(std::string_view document, const Endpoint& endpoint,
                                                     const ServiceType& service);

}  // namespace openstack::session
