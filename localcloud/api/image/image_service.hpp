// Glance v2 at /image: images, their data, tags, schemas.
#pragma once

#include <filesystem>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::image {

class ImageService : public Service {
  public:
    ImageService(Cloud& cloud, const Authenticator& authenticator);

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    [[nodiscard]] bool token_first() const override { return true; }
    [[nodiscard]] std::string allow(std::string methods) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    void add_version_routes();
    void add_schema_routes();
    void add_image_routes();
    void add_data_routes();
    void add_member_routes();
    [[nodiscard]] Response list(const Call& call) const;
    [[nodiscard]] Response create(const Call& call);
    [[nodiscard]] Response update(const Call& call);
    [[nodiscard]] Response upload(const Call& call);
    [[nodiscard]] Response download(const Call& call) const;

    Cloud& cloud_;
};

/// JSON, as Glance has them.
extern const std::string_view image_schema, member_schema;
/// Where an image's data are.
[[nodiscard]] std::filesystem::path data_file(const Cloud& cloud, std::string_view image_id);
/// The image as Glance answers it.
[[nodiscard]] Document shown(const Document& image);
/// What is kept of a project that the image is shared with; nullptr without it.
[[nodiscard]] const json::value* find_member(const Document& image, std::string_view project_id);
/// The JSON of a request; throws 400 in Glance's words.
[[nodiscard]] json::value body_of(const Call& call);
/// Throws 404 unless `caller` may see the image.
[[nodiscard]] const Document& require(const state::View& view, const Caller& caller, const std::string& id);
/// The image to change; throws 404 or 403 for others than its owner and administrators.
[[nodiscard]] Document& require_own(state::Store::Transaction& transaction, const Call& call,
                                    std::string_view action);
/// Whether `caller` may see it.
[[nodiscard]] bool visible(const Caller& caller, const Document& image);
/// A new image in the state "queued"; `fields` may hold what a client may send, and properties.
[[nodiscard]] Document new_image(const Document& fields, const std::string& owner);
/// Takes over a file as the data of an image in the transaction: "active", with checksums.
void take_data(Cloud& cloud, const std::string& image_id, const std::filesystem::path& file);

}  // namespace localcloud::api::image
