// Zones, the servers that answer for them, and what a project may have.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::dns {

/// Of zones and recordsets: PENDING until the name servers have what Designate was told.
struct Status : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", pending = "PENDING", error = "ERROR",
                                      deleted = "DELETED";
};

struct Zone {
    std::string id;
    std::string name;  ///< with the final dot: "example.org."
    std::string email;
    std::string description;
    std::string type;  ///< "PRIMARY" or "SECONDARY"
    Status status;
    std::string action;  ///< "NONE", or what is at work: "CREATE", "UPDATE", "DELETE"
    int ttl = 0;         ///< seconds, for records that have none of their own
    std::int64_t serial = 0;
    std::int64_t version = 0;
    std::vector<std::string> masters;  ///< of a secondary zone
    std::map<std::string, std::string> attributes;
    std::string pool_id;
    std::string project_id;
    std::optional<bool> is_shared;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::optional<Time> transferred_at;
    std::map<std::string, std::string> links;
    ExtraFields extra;
};

struct ZoneCreate {
    std::string name;   ///< with the final dot, else Designate refuses it: see dns::absolute_name
    std::string email;  ///< a primary zone needs one
    std::optional<std::string> description;
    std::optional<int> ttl;
    std::string type;  ///< left out: "PRIMARY"
    std::vector<std::string> masters;
    std::map<std::string, std::string> attributes;
};

struct ZoneUpdate {
    std::optional<std::string> email;
    Field<std::string> description;
    std::optional<int> ttl;
    std::optional<std::vector<std::string>> masters;
};

/// Text may hold "*": `{.name = "*.example.org."}`.
struct ZoneQuery {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> email;
    std::optional<std::string> status;
    std::optional<std::string> description;
    std::optional<int> ttl;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

/// A server that answers for a zone: what the parent zone's NS records have to name.
struct ZoneNameserver {
    std::string hostname;
    int priority = 0;
    ExtraFields extra;
};

/// What one may send, the same for everybody.
struct Limits {
    std::optional<std::int64_t> max_zones;
    std::optional<std::int64_t> max_zone_recordsets;
    std::optional<std::int64_t> max_zone_records;
    std::optional<std::int64_t> max_recordset_records;
    std::optional<std::int64_t> min_ttl;  ///< seconds
    std::optional<std::int64_t> max_zone_name_length;
    std::optional<std::int64_t> max_recordset_name_length;
    std::optional<std::int64_t> max_page_limit;
    ExtraFields extra;
};

/// What a project may have; -1 is "no limit". Designate does not tell how much is used: count the listings.
struct Quota {
    std::optional<std::int64_t> zones;
    std::optional<std::int64_t> zone_recordsets;
    std::optional<std::int64_t> zone_records;
    std::optional<std::int64_t> recordset_records;
    std::optional<std::int64_t> api_export_size;
    ExtraFields extra;
};

struct QuotaUpdate {
    std::optional<std::int64_t> zones;
    std::optional<std::int64_t> zone_recordsets;
    std::optional<std::int64_t> zone_records;
    std::optional<std::int64_t> recordset_records;
    std::optional<std::int64_t> api_export_size;
};

/// "example.org" → "example.org.": Designate takes and gives names with the final dot.
[[nodiscard]] std::string absolute_name(std::string_view name);

}  // namespace openstack::dns
