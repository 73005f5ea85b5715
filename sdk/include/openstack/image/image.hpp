// Images: what servers' disks are made of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::image {

struct ImageStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view queued = "queued", saving = "saving", uploading = "uploading",
                                      importing = "importing", active = "active", deactivated = "deactivated",
                                      killed = "killed", deleted = "deleted",
                                      pending_delete = "pending_delete";
};

struct Image {
    std::string id;
    std::string name;
    ImageStatus status;
    std::string owner_id;
    std::string visibility;  ///< "private", "shared", "community" or "public"
    std::string disk_format;
    std::string container_format;
    std::optional<std::int64_t> size;          ///< bytes; absent before the upload
    std::optional<std::int64_t> virtual_size;  ///< bytes of the disk inside
    std::int64_t min_disk = 0;                 ///< GiB
    std::int64_t min_ram = 0;                  ///< MiB
    std::string checksum;                      ///< MD5 of the data
    std::string hash_algo;                     ///< of `hash_value`: "sha512"
    std::string hash_value;
    bool is_protected = false;
    bool is_hidden = false;
    std::vector<std::string> tags;
    std::map<std::string, std::string> properties;  ///< everything else: os_distro, hw_disk_bus, one's own …
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::string direct_url;
    std::string stores;  ///< names, separated by commas
    std::string self;    ///< paths below the service, like the two following
    std::string file;
    std::string schema;
    ExtraFields extra;
};

struct ImageCreate {
    std::string name;
    std::string disk_format = "raw";  ///< "raw", "qcow2" …
    std::string container_format = "bare";
    std::optional<std::string> id;
    std::optional<std::string> visibility;
    std::optional<std::int64_t> min_disk;  ///< GiB
    std::optional<std::int64_t> min_ram;   ///< MiB
    std::optional<bool> is_protected;
    std::optional<bool> is_hidden;
    std::vector<std::string> tags;
    std::map<std::string, std::string> properties;
};

struct ImageUpdate {
    std::optional<std::string> name;
    std::optional<std::string> visibility;
    std::optional<std::int64_t> min_disk;
    std::optional<std::int64_t> min_ram;
    std::optional<bool> is_protected;
    std::optional<bool> is_hidden;
    std::map<std::string, std::string> set_properties;  ///< adds and replaces
    std::vector<std::string> remove_properties;
    std::optional<std::vector<std::string>> tags;  ///< replaces all
};

struct ImageQuery {
    std::optional<std::string> name;
    std::optional<std::string> status;
    std::optional<std::string> visibility;
    std::optional<std::string> owner_id;
    std::optional<std::string> disk_format;
    std::optional<std::string> tag;
    std::optional<bool> is_hidden;
    std::optional<std::string> member_status;
    std::map<std::string, std::string> properties;
    std::optional<std::string> sort;  ///< "name:asc,created_at:desc"
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::image
