// The services of OpenStack: their official types, the other names that catalogs use, where their API begins.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace openstack::session {

struct ServiceType {
    std::string_view type;                      ///< official
    std::span<const std::string_view> aliases;  ///< in order of preference
    /// The version that the SDK speaks, as a segment of the path ("v2.1"); empty: the catalog's URL is it.
    std::string_view version;
    /// Whether the version is appended without asking the service (its root asks for no version document).
    bool append_version = false;
    std::string_view microversion_name;    ///< "compute", "volume"; empty: has no microversions
    std::string_view legacy_microversion;  ///< a header field besides OpenStack-API-Version
};

/// By official type or alias. An unknown type is described as itself, without a version.
[[nodiscard]] ServiceType service_type_info(std::string_view type_or_alias);

}  // namespace openstack::session
