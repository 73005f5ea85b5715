#include "openstack/image/image.hpp"

#include "openstack/error.hpp"
#include "sdk/src/image/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::resource {

using namespace image;

template <>
const Fields& fields_of<Image>() {
    static const Fields fields = table<Image>(
        {
            {"id", &Image::id},
            {"name", &Image::name},
            {"status", &Image::status},
            {"owner", &Image::owner_id},
            {"visibility", &Image::visibility},
            {"disk_format", &Image::disk_format},
            {"container_format", &Image::container_format},
            {"size", &Image::size},
            {"virtual_size", &Image::virtual_size},
            {"min_disk", &Image::min_disk},
            {"min_ram", &Image::min_ram},
            {"checksum", &Image::checksum},
            {"os_hash_algo", &Image::hash_algo},
            {"os_hash_value", &Image::hash_value},
            {"protected", &Image::is_protected},
            {"os_hidden", &Image::is_hidden},
            {"tags", &Image::tags},
            {"created_at", &Image::created_at},
            {"updated_at", &Image::updated_at},
            {"direct_url", &Image::direct_url},
            {"stores", &Image::stores},
            {"self", &Image::self},
            {"file", &Image::file},
            {"schema", &Image::schema},
        },
        {.rest = &Image::properties});
    return fields;
}

template <>
const Fields& fields_of<ImageCreate>() {
    static const Fields fields = table<ImageCreate>(
        {
            {"name", &ImageCreate::name},
            {"disk_format", &ImageCreate::disk_format},
            {"container_format", &ImageCreate::container_format},
            {"id", &ImageCreate::id},
            {"visibility", &ImageCreate::visibility},
            {"min_disk", &ImageCreate::min_disk},
            {"min_ram", &ImageCreate::min_ram},
            {"protected", &ImageCreate::is_protected},
            {"os_hidden", &ImageCreate::is_hidden},
            {"tags", &ImageCreate::tags},
        },
        {.rest = &ImageCreate::properties});
    return fields;
}

template <>
const Fields& fields_of<ImageUpdate>() {
    // Properties are set and removed by operations of their own: see update_image.
    static const Fields fields = table<ImageUpdate>({
        {"name", &ImageUpdate::name},
        {"visibility", &ImageUpdate::visibility},
        {"min_disk", &ImageUpdate::min_disk},
        {"min_ram", &ImageUpdate::min_ram},
        {"protected", &ImageUpdate::is_protected},
        {"os_hidden", &ImageUpdate::is_hidden},
        {"tags", &ImageUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<ImageQuery>() {
    static const Fields fields = table<ImageQuery>(
        {
            {"name", &ImageQuery::name},
            {"status", &ImageQuery::status},
            {"visibility", &ImageQuery::visibility},
            {"owner", &ImageQuery::owner_id},
            {"disk_format", &ImageQuery::disk_format},
            {"tag", &ImageQuery::tag},
            {"os_hidden", &ImageQuery::is_hidden},
            {"member_status", &ImageQuery::member_status},
            {"sort", &ImageQuery::sort},
            {"limit", &ImageQuery::limit},
        },
        {.rest = &ImageQuery::properties});
    return fields;
}

template <>
const Definition& definition_of<Image>() {
    static const Definition definition{.noun = "image",
                                       .path = "/images",
                                       .list_key = "images",
                                       .paging = Paging::next,
                                       .update_method = "PATCH"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using image::Image;

Paged<Image> ImageService::images(const image::ImageQuery& query, const CallOptions& options) const {
    return resource::list<Image>(adapter_, query, options);
}
Image ImageService::get_image(const Id& image, const CallOptions& options) const {
    return resource::get<Image>(adapter_, image, options);
}
Image ImageService::find_image(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Image>(adapter_, name_or_id, options);
}
std::optional<Image> ImageService::find_image_or_null(std::string_view name_or_id,
                                                      const CallOptions& options) const {
    return resource::find_or_null<Image>(adapter_, name_or_id, options);
}
Image ImageService::create_image(const image::ImageCreate& image, const CallOptions& options) const {
    return resource::create<Image>(adapter_, image, options);
}
bool ImageService::delete_image(const Id& image, const CallOptions& options) const {
    return resource::remove<Image>(adapter_, image, options);
}

Image ImageService::update_image(const Id& image, const image::ImageUpdate& changes,
                                 const CallOptions& options) const {
    const Request request{
        .method = "PATCH",
        .path = resource::join_path("/images", image),
        .body = resource::encode_json_patch(resource::fields_of<image::ImageUpdate>(), &changes,
                                            changes.set_properties, changes.remove_properties),
        .content_type = "application/openstack-images-v2.1-json-patch"};
    Image updated;
    resource::decode_response(adapter_.request(request, options), request, {}, resource::value_type<Image>,
                              &updated);
    return updated;
}

void ImageService::add_tag(const Id& image, std::string_view tag, const CallOptions& options) const {
    const std::string path = resource::join_path("/images", image, resource::join_path("/tags", tag));
    static_cast<void>(adapter_.request(Request{.method = "PUT", .path = path}, options));
}

void ImageService::remove_tag(const Id& image, std::string_view tag, const CallOptions& options) const {
    const std::string path = resource::join_path("/images", image, resource::join_path("/tags", tag));
    try {
        static_cast<void>(adapter_.request(Request{.method = "DELETE", .path = path}, options));
    } catch (const NotFound& error) {
        if (!error.details().perhaps_done_before) {
            throw;
        }
    }
}

Image ImageService::wait_for_image(const Id& image, const WaitOptions& wait) const {
    using image::ImageStatus;
    Image seen;
    resource::wait_until(wait, "image " + image.text() + " is not active", [&](const CallOptions& options) {
        seen = get_image(image, options);
        for (const std::string_view failed :
             {ImageStatus::killed, ImageStatus::deleted, ImageStatus::deactivated}) {
            if (seen.status == failed) {
                throw ResourceFailed("Image " + image.text() + " is " + seen.status.text(),
                                     {.service_type = "image"});
            }
        }
        return resource::Look{.done = seen.status == ImageStatus::active, .state = seen.status.text()};
    });
    return seen;
}

}  // namespace openstack
