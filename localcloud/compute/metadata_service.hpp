// The metadata service of 169.254.169.254: an instance's own InstanceSpec::metadata by path, as Nova serves it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/httpd/router.hpp"

namespace localcloud::compute {

/// The metadata files of an instance ("openstack/latest/meta_data.json" …), or nothing if there is none.
using MetadataSource =
    std::function<std::optional<std::map<std::string, std::string>>(const std::string& instance_id)>;

/// The instance's ID from a listener's tag "<kind>:<id>" when its kind is `kind`.
[[nodiscard]] std::optional<std::string> instance_of_tag(std::string_view tag, std::string_view kind);

/// Answers GET and HEAD below /openstack, /latest and /2009-04-04 for the instance in params["listener"];
/// folders are answered with the list of what they hold.
[[nodiscard]] common::httpd::Handler metadata_handler(MetadataSource source);

}  // namespace localcloud::compute
