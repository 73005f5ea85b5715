// Recordsets: all records of one name and type.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openstack/dns/zone.hpp"
#include "openstack/field.hpp"

namespace openstack::dns {

struct Recordset {
    std::string id;
    std::string zone_id;
    std::string zone_name;
    std::string name;                  ///< with the final dot: "www.example.org."
    std::string type;                  ///< "A", "AAAA", "CNAME", "TXT", "NS", "SOA" …
    std::vector<std::string> records;  ///< in no particular order
    std::optional<int> ttl;            ///< seconds; absent: the zone's
    std::string description;
    Status status;
    std::string action;
    std::int64_t version = 0;
    std::string project_id;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::map<std::string, std::string> links;
    ExtraFields extra;
};

struct RecordsetCreate {
    std::string name;  ///< whole, and with the final dot: "www.example.org."
    std::string type;
    std::vector<std::string> records;  ///< names in them end in a dot, too
    std::optional<int> ttl;
    std::optional<std::string> description;
};

struct RecordsetUpdate {
    /// All of them: those that are left out are removed.
    std::optional<std::vector<std::string>> records;
    Field<int> ttl;  ///< null: the zone's
    Field<std::string> description;
};

/// Text may hold "*": `{.name = "www.*"}`.
struct RecordsetQuery {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> data;  ///< one of the records
    std::optional<std::string> status;
    std::optional<std::string> description;
    std::optional<int> ttl;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::dns
