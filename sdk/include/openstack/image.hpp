// Images (Glance): records, upload and download.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "openstack/adapter.hpp"
#include "openstack/body.hpp"
#include "openstack/call_options.hpp"
#include "openstack/field.hpp"
#include "openstack/image/image.hpp"
#include "openstack/paged.hpp"
#include "openstack/wait.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound (which lists what there is) or
/// DuplicateResource (which lists the IDs); `find_…_or_null` returns nothing instead of NotFound.
class ImageService {
  public:
    explicit ImageService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    [[nodiscard]] Paged<image::Image> images(const image::ImageQuery& query = {},
                                             const CallOptions& options = {}) const;
    [[nodiscard]] image::Image get_image(const Id& image, const CallOptions& options = {}) const;
    [[nodiscard]] image::Image find_image(std::string_view name_or_id, const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<image::Image> find_image_or_null(std::string_view name_or_id,
                                                                 const CallOptions& options = {}) const;
    /// A record without data, in the state "queued".
    image::Image create_image(const image::ImageCreate& image, const CallOptions& options = {}) const;
    /// A record and its data; both are gone again when the upload fails. The hash of what was sent is compared
    /// with the one that Glance computed. `file_body(path)` makes a source of a file.
    image::Image create_image(const image::ImageCreate& image, BodySource data,
                              const CallOptions& options = {}) const;
    image::Image update_image(const Id& image, const image::ImageUpdate& changes,
                              const CallOptions& options = {}) const;
    /// False when there was nothing to delete. A protected image is Forbidden.
    bool delete_image(const Id& image, const CallOptions& options = {}) const;

    /// Data for a queued image, checked as above.
    image::Image upload_image(const Id& image, BodySource data, const CallOptions& options = {}) const;
    /// Hands over the data as it arrives; throws Error at the end when it does not match the image's hash.
    image::Image download_image(const Id& image, const BodySink& sink, const CallOptions& options = {}) const;
    /// Into a file, which is written beside it and takes its place when it is whole: a failure leaves what was there. A pipe
    /// or device is written to directly. Throws Error when it cannot be written.
    image::Image download_image_to(const Id& image, const std::string& path,
                                   const CallOptions& options = {}) const;

    void add_tag(const Id& image, std::string_view tag, const CallOptions& options = {}) const;
    void remove_tag(const Id& image, std::string_view tag, const CallOptions& options = {}) const;
    /// Until it is "active"; "killed", "deleted" and "deactivated" fail.
    image::Image wait_for_image(const Id& image, const WaitOptions& wait = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
