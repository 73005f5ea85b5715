// Object storage (Swift): account, containers, objects, TempURLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/body.hpp"
#include "openstack/call_options.hpp"
#include "openstack/field.hpp"
#include "openstack/object_store/object.hpp"
#include "openstack/paged.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. Names may hold any character; the SDK does the encoding. A `delete_…` returns false
/// when there was nothing to delete.
class ObjectStoreService {
  public:
    explicit ObjectStoreService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    // The account
    [[nodiscard]] object_store::Account get_account(const CallOptions& options = {}) const;
    void set_account_metadata(const object_store::Metadata& metadata, const CallOptions& options = {}) const;
    void delete_account_metadata(const std::vector<std::string>& keys, const CallOptions& options = {}) const;
    /// The key that signs TempURLs; `secondary` sets the other of the two.
    void set_account_temp_url_key(std::string_view key, bool secondary = false,
                                  const CallOptions& options = {}) const;
    /// The account's key; where there is none a random one is made and set.
    [[nodiscard]] std::string ensure_account_temp_url_key(const CallOptions& options = {}) const;

    // Containers
    [[nodiscard]] Paged<object_store::Container> containers(const object_store::ContainerQuery& query = {},
                                                            const CallOptions& options = {}) const;
    [[nodiscard]] object_store::Container get_container(std::string_view name,
                                                        const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<object_store::Container> find_container_or_null(
        std::string_view name, const CallOptions& options = {}) const;
    /// No error when it exists.
    void create_container(std::string_view name, const object_store::ContainerCreate& settings = {},
                          const CallOptions& options = {}) const;
    void update_container(std::string_view name, const object_store::ContainerUpdate& changes,
                          const CallOptions& options = {}) const;
    /// Throws Conflict when it is not empty.
    bool delete_container(std::string_view name, const CallOptions& options = {}) const;

    // Objects
    [[nodiscard]] Paged<object_store::Object> objects(std::string_view container,
                                                      const object_store::ObjectQuery& query = {},
                                                      const CallOptions& options = {}) const;
    /// All that is known of it but its data.
    [[nodiscard]] object_store::Object get_object_metadata(std::string_view container, std::string_view name,
                                                           const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<object_store::Object> find_object_or_null(
        std::string_view container, std::string_view name, const CallOptions& options = {}) const;
    /// Returns the ETag, which has been compared with the MD5 of what was sent.
    std::string upload_object(std::string_view container, std::string_view name, BodySource data,
                              const object_store::ObjectCreate& settings = {},
                              const CallOptions& options = {}) const;
    std::string upload_object(std::string_view container, std::string_view name, std::string_view data,
                              const object_store::ObjectCreate& settings = {},
                              const CallOptions& options = {}) const;
    [[nodiscard]] std::string download_object(std::string_view container, std::string_view name,
                                              const CallOptions& options = {}) const;
    /// Hands over the data as it arrives; throws Error at the end when it does not match the ETag.
    object_store::Object stream_object(std::string_view container, std::string_view name,
                                       const BodySink& sink, const CallOptions& options = {}) const;
    /// Adds and replaces; a key with an empty value is removed. Everything else that Swift would forget stays too: content
    /// type and encoding, when it expires, what a dynamic large object consists of … As Swift only replaces all of that at
    /// once, it is read and then written: of two changes at the same time one may be lost.
    void set_object_metadata(std::string_view container, std::string_view name,
                             const object_store::Metadata& metadata, const CallOptions& options = {}) const;
    void copy_object(std::string_view container, std::string_view name, std::string_view to_container,
                     std::string_view to_name, const CallOptions& options = {}) const;
    bool delete_object(std::string_view container, std::string_view name,
                       const CallOptions& options = {}) const;

    /// A URL that opens one object without a token until it expires.
    [[nodiscard]] std::string generate_temp_url(const object_store::TempUrl& what,
                                                const CallOptions& options = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
