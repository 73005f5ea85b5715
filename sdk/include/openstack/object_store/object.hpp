// What an object store holds: an account, its containers, their objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::object_store {

/// Keys of metadata are written in the service's spelling ("Color"); compare them without case.
using Metadata = std::map<std::string, std::string>;

struct Account {
    std::int64_t container_count = 0;
    std::int64_t object_count = 0;
    std::int64_t bytes_used = 0;
    std::string temp_url_key;    ///< Secret
    std::string temp_url_key_2;  ///< Secret; both sign, so that keys can be changed without a gap
    std::string project_domain_id;
    std::optional<std::int64_t> quota_bytes;
    Metadata metadata;
    std::map<std::string, std::string> policy_usage;  ///< "Policy-0-Bytes-Used" …
    std::string timestamp;
};

struct Container {
    std::string name;
    std::int64_t object_count = 0;
    std::int64_t bytes_used = 0;
    std::optional<Time> last_modified;
    std::string read_acl;  ///< this and the following: when one container was asked for
    std::string write_acl;
    std::string storage_policy;
    std::optional<std::int64_t> quota_bytes;
    std::optional<std::int64_t> quota_count;
    std::optional<bool> is_versions_enabled;
    std::string temp_url_key;    ///< Secret
    std::string temp_url_key_2;  ///< Secret
    Metadata metadata;
    std::string timestamp;
    ExtraFields extra;
};

struct ContainerCreate {
    std::optional<std::string> read_acl;  ///< ".r:*,.rlistings" lets everybody read
    std::optional<std::string> write_acl;
    std::optional<std::string> storage_policy;
    std::optional<std::int64_t> quota_bytes;
    std::optional<std::int64_t> quota_count;
    std::optional<bool> is_versions_enabled;
    Metadata metadata;
};

struct ContainerUpdate {
    std::optional<std::string> read_acl;  ///< empty removes it
    std::optional<std::string> write_acl;
    std::optional<std::int64_t> quota_bytes;
    std::optional<std::int64_t> quota_count;
    std::optional<bool> is_versions_enabled;
    std::optional<std::string> temp_url_key;  ///< Secret
    Metadata metadata;                        ///< adds and replaces
    std::vector<std::string> remove_metadata;
};

struct ContainerQuery {
    std::optional<std::string> prefix;
    std::optional<std::string> marker;      ///< names after it
    std::optional<std::string> end_marker;  ///< names before it
    std::optional<bool> reverse;
    std::optional<std::int64_t> limit;  ///< per page
};

struct Object {
    std::string name;
    std::string subdir;  ///< with a delimiter: this is no object but a common prefix, and all else is empty
    std::int64_t size = 0;
    std::string etag;  ///< MD5 of the data, without quotes; for static large objects the manifest's
    std::string content_type;
    std::optional<Time> last_modified;
    std::optional<bool> is_latest;  ///< in listings of versions
    std::string version_id;
    std::string slo_etag;
    std::string symlink_path;
    std::string content_encoding;  ///< this and the following: when one object was asked for
    std::string content_disposition;
    std::optional<std::int64_t> delete_at;  ///< seconds since 1970
    bool is_static_large_object = false;
    std::string manifest_etag;
    std::string object_manifest;  ///< of a dynamic large object: "container/prefix"
    std::string symlink_target;
    std::string content_location;
    Metadata metadata;
    std::string timestamp;
    ExtraFields extra;
};

struct ObjectQuery {
    std::optional<std::string> prefix;
    std::optional<std::string> delimiter;
    std::optional<std::string> marker;
    std::optional<std::string> end_marker;
    std::optional<bool> reverse;
    std::optional<bool> versions;
    std::optional<std::int64_t> limit;  ///< per page
};

struct ObjectCreate {
    std::string content_type;  ///< empty: guessed by the store from the name
    std::optional<std::string> content_encoding;
    std::optional<std::string> content_disposition;
    std::optional<std::int64_t> delete_after;  ///< seconds
    std::optional<std::int64_t> delete_at;     ///< seconds since 1970
    std::optional<std::string> etag;           ///< MD5 the store shall check; the SDK checks its own anyway
    bool must_not_exist = false;               ///< PreconditionFailed when it does
    Metadata metadata;
};

/// Which object a TempURL opens, to whom and for how long.
struct TempUrl {
    std::string method = "GET";
    std::string container;
    std::string object;  ///< or a prefix of names, with `is_prefix`
    std::chrono::seconds valid_for{3600};
    std::string key;                ///< the account's or container's; empty: asks the account for it. Secret
    std::string digest = "sha256";  ///< or "sha1" for old clusters
    bool is_prefix = false;
    std::string filename;         ///< what a browser shall call it
    std::optional<Time> expires;  ///< instead of `valid_for`
};

}  // namespace openstack::object_store
