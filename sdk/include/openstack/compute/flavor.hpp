// Flavors: the sizes that servers come in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::compute {

struct Flavor {
    std::string id;
    std::string name;
    std::int64_t vcpus = 0;
    std::int64_t ram = 0;        ///< MiB
    std::int64_t disk = 0;       ///< GiB of the root disk; 0: as large as the image
    std::int64_t ephemeral = 0;  ///< GiB
    std::int64_t swap = 0;       ///< MiB
    double rxtx_factor = 1;
    bool is_public = true;
    bool is_disabled = false;
    std::string description;                         ///< since 2.55
    std::map<std::string, std::string> extra_specs;  ///< since 2.61, to those who may see them
    std::vector<Link> links;
    ExtraFields extra;
};

struct FlavorCreate {
    std::string name;
    std::int64_t vcpus = 1;
    std::int64_t ram = 0;  ///< MiB
    std::int64_t disk = 0;
    std::optional<std::string> id;  ///< made up by the service when left out
    std::optional<std::int64_t> ephemeral;
    std::optional<std::int64_t> swap;
    std::optional<double> rxtx_factor;
    std::optional<bool> is_public;
    std::optional<std::string> description;  ///< since 2.55
};

struct FlavorQuery {
    std::optional<std::string> name;  ///< compared by the SDK, Nova has no such filter
    std::optional<std::int64_t> min_disk;
    std::optional<std::int64_t> min_ram;
    std::optional<std::string> is_public;  ///< "true", "false" or "none" for both (administrators)
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;  ///< per page
};

}  // namespace openstack::compute
