// The images' bytes: up, down, and compared with the hashes that Glance computed.
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/image/tables.hpp"
#include "sdk/src/resource/digest.hpp"

namespace openstack {

using image::Image;

namespace {

/// What Glance uses unless its administrator chose another.
constexpr const char* usual_hash = "sha512";

/// Deletes a half-made image unless told that all went well.
class ImageRollback {
  public:
    ImageRollback(const ImageService& service, std::string id) : service_(service), id_(std::move(id)) {}
    ImageRollback(const ImageRollback&) = delete;
    ImageRollback& operator=(const ImageRollback&) = delete;
    ~ImageRollback() {
        if (!id_.empty()) {
            try {
                // The call's own deadline may be what made the upload fail.
                service_.delete_image(id_, CallOptions::within(std::chrono::seconds(30)));
            } catch (const std::exception&) {
                id_.clear();  // The image stays; what made the upload fail is what the caller has to hear.
            }
        }
    }
    void keep() { id_.clear(); }

  private:
    const ImageService& service_;
    std::string id_;
};

/// A file in the making, beside the one that it replaces when it is whole.
class Replacement {
  public:
    explicit Replacement(const std::string& path) {
        std::error_code ignored;
        // What a symbolic link names is replaced, not the link.
        const auto real = std::filesystem::canonical(path, ignored);
        target_ = ignored ? std::filesystem::path(path) : real;
        const auto status = std::filesystem::status(target_, ignored);
        if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
            file_.reset(std::fopen(target_.c_str(), "wb"));
        } else {
            open_beside();
            if (file_ && std::filesystem::exists(status)) {
                std::filesystem::permissions(part_, status.permissions(), ignored);
            }
        }
        check(file_ != nullptr);
    }
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    ~Replacement() {
        if (!part_.empty()) {
            std::error_code ignored;
            std::filesystem::remove(part_, ignored);
        }
    }
    void write(std::string_view bytes) {
        check(std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size());
    }
    void finish() {
        check(std::fclose(file_.release()) == 0);
        if (!part_.empty()) {
            check(std::rename(part_.c_str(), target_.c_str()) == 0);
            part_.clear();
        }
    }

  private:
    struct Closer {
        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };
    void open_beside() {
        constexpr int attempts = 100;  // names that another download of the same file has taken
        for (int i = 0; i < attempts && !file_; ++i) {
            part_ = target_.string() + ".part" + (i == 0 ? "" : std::to_string(i));
            file_.reset(std::fopen(part_.c_str(), "wbx"));
            if (!file_ && errno != EEXIST) {
                break;
            }
        }
        if (!file_) {
            part_.clear();
        }
    }
    void check(bool good) const {
        if (!good) {
            throw Error("Cannot write " + target_.string() + ": " + std::generic_category().message(errno));
        }
    }

    std::filesystem::path target_;
    std::filesystem::path part_;  ///< empty: `target_` itself is written, or all is done
    std::unique_ptr<std::FILE, Closer> file_;
};

std::string file_path(const Id& image) {
    return resource::join_path("/images", image, "/file");
}

}  // namespace

Image ImageService::create_image(const image::ImageCreate& image, BodySource data,
                                 const CallOptions& options) const {
    const Image record = create_image(image, options);
    ImageRollback rollback(*this, record.id);
    Image uploaded = upload_image(record, std::move(data), options);
    rollback.keep();
    return uploaded;
}

Image ImageService::upload_image(const Id& image, BodySource data, const CallOptions& options) const {
    const auto digest = std::make_shared<resource::Digest>(usual_hash);
    // A PUT may be repeated, but Glance takes an image's data only once: a repetition would be a Conflict
    // that hides what happened to the first.
    static_cast<void>(adapter_.request(
        Request{.method = "PUT",
                .path = file_path(image),
                .content_type = "application/octet-stream",
                .source = std::make_shared<BodySource>(resource::observed(std::move(data), digest)),
                .repeatable = false},
        options));
    Image uploaded = get_image(image, options);
    if (uploaded.hash_algo == usual_hash && !uploaded.hash_value.empty() &&
        uploaded.hash_value != digest->finish()) {
        throw Error("Image " + image.text() +
                        " was damaged on its way: its SHA-512 in Glance is not that of what " +
                        "was sent; delete it and upload it again",
                    {.service_type = "image"});
    }
    return uploaded;
}

Image ImageService::download_image(const Id& image, const BodySink& sink, const CallOptions& options) const {
    const Image record = get_image(image, options);
    const bool has_hash = !record.hash_algo.empty() && !record.hash_value.empty();
    if (!has_hash && record.checksum.empty()) {
        if (record.status != image::ImageStatus::active) {
            throw Error("Image " + image.text() + " has no data yet, it is " + record.status.text(),
                        {.service_type = "image"});
        }
    }
    resource::Digest digest(has_hash ? record.hash_algo : "md5");
    std::uint64_t size = 0;
    static_cast<void>(adapter_.request(Request{.path = file_path(image),
                                               .headers = {{"Accept", "application/octet-stream"}},
                                               .sink =
                                                   [&](std::string_view bytes) {
                                                       digest.update(bytes);
                                                       size += bytes.size();
                                                       sink(bytes);
                                                   }},
                                       options));
    const std::string& expected = has_hash ? record.hash_value : record.checksum;
    if (record.size && size != static_cast<std::uint64_t>(*record.size)) {
        throw Error("Image " + image.text() + " came with " + std::to_string(size) + " bytes instead of " +
                        std::to_string(*record.size),
                    {.service_type = "image"});
    }
    if (!expected.empty() && digest.finish() != expected) {
        throw Error("Image " + image.text() + " was damaged on its way: what came does not have its " +
                        (has_hash ? record.hash_algo : std::string("md5")),
                    {.service_type = "image"});
    }
    return record;
}

Image ImageService::download_image_to(const Id& image, const std::string& path,
                                      const CallOptions& options) const {
    Replacement file(path);
    Image record = download_image(image, [&](std::string_view bytes) { file.write(bytes); }, options);
    file.finish();
    return record;
}

}  // namespace openstack
