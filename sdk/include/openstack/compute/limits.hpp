// What a project may have and has: limits, quota sets, availability zones.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::compute {

/// The project's limits and what is used of them; -1 is "no limit", absent where Nova no longer counts it.
struct AbsoluteLimits {
    std::optional<std::int64_t> instances;
    std::optional<std::int64_t> total_cores;
    std::optional<std::int64_t> total_ram;  ///< MiB
    std::optional<std::int64_t> keypairs;
    std::optional<std::int64_t> server_meta;
    std::optional<std::int64_t> server_groups;
    std::optional<std::int64_t> server_group_members;
    std::optional<std::int64_t> image_meta;            ///< until 2.38
    std::optional<std::int64_t> personality;           ///< until 2.56
    std::optional<std::int64_t> personality_size;      ///< until 2.56
    std::optional<std::int64_t> floating_ips;          ///< until 2.35
    std::optional<std::int64_t> security_groups;       ///< until 2.35
    std::optional<std::int64_t> security_group_rules;  ///< until 2.35
    std::optional<std::int64_t> instances_used;
    std::optional<std::int64_t> total_cores_used;
    std::optional<std::int64_t> total_ram_used;  ///< MiB
    std::optional<std::int64_t> server_groups_used;
    std::optional<std::int64_t> floating_ips_used;     ///< until 2.35
    std::optional<std::int64_t> security_groups_used;  ///< until 2.35
};

struct Limits {
    AbsoluteLimits absolute;
    std::vector<JsonText> rate;  ///< of API requests; Nova has none any more
    ExtraFields extra;
};

/// One quota; `in_use` and `reserved` are known when details were asked for.
struct QuotaLimit {
    std::int64_t limit = -1;  ///< -1 is "no limit"
    std::optional<std::int64_t> in_use;
    std::optional<std::int64_t> reserved;

    /// How much more there may be; nothing when there is no limit, or details were not asked for.
    [[nodiscard]] std::optional<std::int64_t> left() const {
        return limit < 0 || !in_use ? std::nullopt : std::optional(limit - *in_use - reserved.value_or(0));
    }
};

struct QuotaSet {
    std::string id;  ///< the project's
    std::optional<QuotaLimit> instances;
    std::optional<QuotaLimit> cores;
    std::optional<QuotaLimit> ram;  ///< MiB
    std::optional<QuotaLimit> key_pairs;
    std::optional<QuotaLimit> metadata_items;
    std::optional<QuotaLimit> server_groups;
    std::optional<QuotaLimit> server_group_members;
    std::optional<QuotaLimit> injected_files;               ///< until 2.56
    std::optional<QuotaLimit> injected_file_content_bytes;  ///< until 2.56
    std::optional<QuotaLimit> injected_file_path_bytes;     ///< until 2.56
    std::optional<QuotaLimit> fixed_ips;                    ///< until 2.35
    std::optional<QuotaLimit> floating_ips;                 ///< until 2.35
    std::optional<QuotaLimit> security_groups;              ///< until 2.35
    std::optional<QuotaLimit> security_group_rules;         ///< until 2.35
    ExtraFields extra;
};

struct QuotaSetUpdate {
    std::optional<std::int64_t> instances;
    std::optional<std::int64_t> cores;
    std::optional<std::int64_t> ram;
    std::optional<std::int64_t> key_pairs;
    std::optional<std::int64_t> metadata_items;
    std::optional<std::int64_t> server_groups;
    std::optional<std::int64_t> server_group_members;
    std::optional<bool> force;  ///< below what is in use, too
};

struct ZoneService {
    bool is_available = false;
    bool is_active = false;
    std::optional<Time> updated_at;
};

struct AvailabilityZone {
    std::string name;
    bool is_available = false;
    /// Host, then service; only in details, for administrators.
    std::map<std::string, std::map<std::string, ZoneService>> hosts;
    ExtraFields extra;
};

}  // namespace openstack::compute
