// The data of images: upload, download, and what Nova and the preloading do with them.
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/ranges.hpp"
#include "localcloud/state/files.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::image {

using state::Kind;

std::filesystem::path data_file(const Cloud& cloud, std::string_view image_id) {
    return cloud.directory / "images" / image_id;
}

namespace {

struct Digests {
    std::string md5, sha512, sha256;
    std::uint64_t size = 0;
};

Digests digests_of(const std::filesystem::path& file) {
    const auto all = state::hash_file(file, {state::Hash::md5, state::Hash::sha512, state::Hash::sha256});
    return {.md5 = all[0], .sha512 = all[1], .sha256 = all[2], .size = std::filesystem::file_size(file)};
}

void activate(Document& image, const Digests& digests) {
    image["size"] = static_cast<std::int64_t>(digests.size);
    image["virtual_size"] = text(image, "disk_format") == "raw"
                                ? json::value(static_cast<std::int64_t>(digests.size))
                                : json::value{};
    image["checksum"] = digests.md5;
    image["os_hash_algo"] = "sha512";
    image["os_hash_value"] = digests.sha512;
    image["_sha256"] = digests.sha256;
    image["status"] = "active";
    image["stores"] = "file";
    image["updated_at"] = state::iso_seconds(state::now());
}

}  // namespace

void take_data(Cloud& cloud, const std::string& image_id, const std::filesystem::path& file) {
    std::filesystem::create_directories(cloud.directory / "images");
    state::take_file(data_file(cloud, image_id), file);
    const Digests digests = digests_of(data_file(cloud, image_id));
    auto transaction = cloud.store.write();
    activate(transaction.edit(Kind::image, image_id), digests);
    transaction.commit();
}

Response ImageService::upload(const Call& call) {
    const std::string& id = call.param("id");
    {
        auto transaction = cloud_.store.write();
        const Document* found = transaction.find(Kind::image, id);
        if (found == nullptr || !visible(call.caller, *found))
            throw ApiError{404, "No image found with ID " + id};
        if (!call.caller.is_admin() && text(*found, "owner") != call.caller.project_id) {
            throw ApiError{403, "You are not authorized to complete upload_image action."};
        }
        const std::string status = text(*found, "status");
        if (status != "queued") {
            throw ApiError{409, "Image status transition from " + status + " to saving is not allowed"};
        }
        if (member(*found, "disk_format") == nullptr || member(*found, "container_format") == nullptr) {
            throw ApiError{400, "Properties disk_format, container_format must be set prior to saving data."};
        }
        const std::string type = call.request.headers.get("Content-Type");
        if (!type.empty() && !type.starts_with("application/octet-stream")) {
            throw ApiError{415, "The request media type " + type + " is not supported by this server.\n",
                           "bare"};
        }
        transaction.edit(Kind::image, id)["status"] = "saving";
        transaction.commit();
    }
    try {
        std::filesystem::create_directories(cloud_.directory / "images");
        const std::filesystem::path file = data_file(cloud_, id);
        if (call.request.body.in_memory()) {
            state::write_file(file, call.request.body.bytes());
        } else {
            state::take_file(file, call.request.body.file());
        }
        const Digests digests = digests_of(file);
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::image, id) == nullptr) {  // deleted meanwhile
            state::remove_file(file);
            throw ApiError{410, "Image " + id +
                                    " could not be found after upload. The image may have been deleted "
                                    "during the upload."};
        }
        activate(transaction.edit(Kind::image, id), digests);
        transaction.commit();
    } catch (const ApiError&) {
        throw;
    } catch (...) {
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::image, id) != nullptr)
            transaction.edit(Kind::image, id)["status"] = "queued";
        transaction.commit();
        throw;
    }
    return empty_response(204, "text/html; charset=UTF-8");
}

Response ImageService::download(const Call& call) const {
    const std::string& id = call.param("id");
    const auto view = cloud_.store.read();
    const Document* image = view.find(Kind::image, id);
    if (image == nullptr || !visible(call.caller, *image))
        throw ApiError{404, "No image found with ID " + id};
    const std::string status = text(*image, "status");
    if (status == "deactivated" && !call.caller.is_admin()) {
        throw ApiError{403, "The requested image has been deactivated. Image data download is forbidden."};
    }
    if (status != "active" && status != "deactivated") return empty_response(204);
    const auto size = static_cast<std::uint64_t>(integer(*image, "size"));
    Response response{
        .status = 200,
        .headers = {{"Content-Type", "application/octet-stream"}, {"Content-Md5", text(*image, "checksum")}}};
    response.file = data_file(cloud_, id);
    response.file_length = size;
    const auto ranges = parse_ranges(call.request.headers.get("Range"), size);
    if (ranges && ranges->size() <= 1) {
        if (ranges->empty()) {
            throw ApiError{
                416,
                "Invalid start position in Range header. Start position MUST be in the inclusive range [0, " +
                    std::to_string(size == 0 ? 0 : size - 1) + "].",
                "with-default"};
        }
        const ByteRange& range = ranges->front();
        response.status = 206;
        response.file_offset = range.first;
        response.file_length = range.length();
        response.headers.set("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                  std::to_string(range.last) + "/" + std::to_string(size));
    }
    return response;
}

void ImageService::add_data_routes() {
    route("PUT", "/v2/images/{id}/file", [this](const Call& call) { return upload(call); });
    route("GET", "/v2/images/{id}/file", [this](const Call& call) { return download(call); });
    route("HEAD", "/v2/images/{id}/file", [](const Call&) {
        Response response = empty_response(405, "text/html; charset=UTF-8");
        response.headers.set("Allow", "GET, PUT");
        return response;
    });
}

}  // namespace localcloud::api::image
