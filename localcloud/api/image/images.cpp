// Images: create, show, update, delete, tags.
#include <algorithm>
#include <array>

#include "localcloud/api/image/image_service.hpp"
#include "localcloud/state/files.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::image {

using state::Kind;

namespace {

constexpr std::array disk_formats{"ami", "ari",   "aki", "vhd", "vhdx", "vmdk",
                                  "raw", "qcow2", "vdi", "iso", "ploop"};
constexpr std::array container_formats{"ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"};
constexpr std::array visibilities{"community", "public", "private", "shared"};

enum class Field { text_or_null, boolean, number, choice_disk, choice_container, choice_visibility, list };

struct WritableField {
    std::string_view name;
    Field form;
};
constexpr std::array writable{
    WritableField{"name", Field::text_or_null},
    WritableField{"disk_format", Field::choice_disk},
    WritableField{"container_format", Field::choice_container},
    WritableField{"visibility", Field::choice_visibility},
    WritableField{"protected", Field::boolean},
    WritableField{"min_ram", Field::number},
    WritableField{"min_disk", Field::number},
    WritableField{"os_hidden", Field::boolean},
    WritableField{"tags", Field::list},
    WritableField{"owner", Field::text_or_null},
};
constexpr std::array read_only{"size",          "virtual_size", "status",     "checksum", "os_hash_algo",
                               "os_hash_value", "created_at",   "updated_at", "self",     "file",
                               "schema",        "direct_url",   "stores",     "locations"};

template <std::size_t Size>
bool contains(const std::array<const char*, Size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

const WritableField* find_writable(std::string_view name) {
    const auto found = std::find_if(writable.begin(), writable.end(),
                                    [&](const WritableField& field) { return field.name == name; });
    return found == writable.end() ? nullptr : &*found;
}

ApiError schema_error(const std::string& message) {
    return {400, "Provided object does not match schema 'image': " + message};
}

template <std::size_t Size>
void check_choice(const json::value& value, const std::array<const char*, Size>& choices, bool nullable) {
    if (value.is_null() && nullable) return;
    if (value.is_string() && contains(choices, std::string_view{value.get_string()})) return;
    std::string names = nullable ? "None" : "";
    for (const char* choice : choices)
        names += (names.empty() ? "'" : ", '") + std::string{choice} + "'";
    throw schema_error(python_repr(value) + " is not one of [" + names + "]");
}

void check_field(const WritableField& field, const json::value& value) {
    switch (field.form) {
        case Field::text_or_null:
            if (!value.is_null() && !value.is_string()) {
                throw schema_error(python_repr(value) + " is not of type 'null', 'string'");
            }
            if (value.is_string() && value.get_string().size() > 255) {
                throw schema_error(python_repr(value) + " is too long");
            }
            break;
        case Field::boolean:
            if (!value.is_bool()) throw schema_error(python_repr(value) + " is not of type 'boolean'");
            break;
        case Field::number:
            if (!value.is_int64()) throw schema_error(python_repr(value) + " is not of type 'integer'");
            if (value.get_int64() < 0 || value.get_int64() > 2147483647) {
                throw schema_error(python_repr(value) + (value.get_int64() < 0
                                                             ? " is less than the minimum of 0"
                                                             : " is greater than the maximum"));
            }
            break;
        case Field::choice_disk:
            check_choice(value, disk_formats, true);
            break;
        case Field::choice_container:
            check_choice(value, container_formats, true);
            break;
        case Field::choice_visibility:
            check_choice(value, visibilities, false);
            break;
        case Field::list:
            if (!value.is_array()) throw schema_error(python_repr(value) + " is not of type 'array'");
            for (const json::value& item : value.get_array()) {
                if (!item.is_string() || item.get_string().size() > 255) {
                    throw schema_error(python_repr(item) + " is not of type 'string'");
                }
            }
            break;
    }
}

/// Puts one member of a request into the image; throws what the request deserves otherwise.
void set_member(Document& image, const Caller& caller, const std::string& name, const json::value& value) {
    if (contains(read_only, name)) throw ApiError{403, "Attribute '" + name + "' is read-only."};
    if (name.starts_with("_") || name == "id") throw ApiError{403, "Attribute '" + name + "' is read-only."};
    if (const WritableField* field = find_writable(name)) {
        check_field(*field, value);
        if (name == "visibility" && value == "public" && !caller.is_admin()) {
            throw ApiError{403, "You are not authorized to complete publicize_image action."};
        }
        if (name == "owner" && !caller.is_admin() && value != json::value(caller.project_id)) {
            throw ApiError{403, "You are not permitted to change the owner of this image."};
        }
        image[name] = value;
        return;
    }
    if (!value.is_string()) throw schema_error(python_repr(value) + " is not of type 'string'");
    image["_properties"].as_object()[name] = value;
}

}  // namespace

json::value body_of(const Call& call) {
    try {
        return json_body(call.request);
    } catch (const std::invalid_argument&) {
        throw ApiError{400, "Malformed JSON in request body."};
    }
}

const Document& require(const state::View& view, const Caller& caller, const std::string& id) {
    const Document* image = view.find(Kind::image, id);
    if (image == nullptr || !visible(caller, *image)) throw ApiError{404, "No image found with ID " + id};
    return *image;
}

Document& require_own(state::Store::Transaction& transaction, const Call& call, std::string_view action) {
    const Document& image = require(transaction, call.caller, call.param("id"));
    if (!call.caller.is_admin() && text(image, "owner") != call.caller.project_id) {
        if (text(image, "visibility") == "shared") throw ApiError{403, "You do not own this image"};
        throw ApiError{403, "You are not authorized to complete " + std::string{action} + " action."};
    }
    return transaction.edit(Kind::image, call.param("id"));
}

bool visible(const Caller& caller, const Document& image) {
    if (caller.is_admin() || text(image, "owner") == caller.project_id) return true;
    const std::string visibility = text(image, "visibility");
    return visibility == "public" || visibility == "community" ||
           (visibility == "shared" && find_member(image, caller.project_id) != nullptr);
}

Document shown(const Document& image) {
    Document out = object(image, "_properties");
    for (const auto& field : image) {
        if (!field.key().starts_with('_') && field.key() != "stores") out.emplace(field.key(), field.value());
    }
    const std::string self = "/v2/images/" + text(image, "id");
    out.emplace("self", self);
    out.emplace("file", self + "/file");
    out.emplace("schema", "/v2/schemas/image");
    if (image.contains("stores")) out.emplace("stores", text(image, "stores"));
    return out;
}

Document new_image(const Document& fields, const std::string& owner) {
    const std::string time = state::iso_seconds(state::now());
    const std::string id = text(fields, "id", state::uuid());
    return {{"name", nullptr},
            {"disk_format", nullptr},
            {"container_format", nullptr},
            {"visibility", "shared"},
            {"size", nullptr},
            {"virtual_size", nullptr},
            {"status", "queued"},
            {"checksum", nullptr},
            {"protected", false},
            {"min_ram", 0},
            {"min_disk", 0},
            {"owner", owner},
            {"os_hidden", false},
            {"os_hash_algo", nullptr},
            {"os_hash_value", nullptr},
            {"id", id},
            {"created_at", time},
            {"updated_at", time},
            {"tags", json::array{}},
            {"_properties", json::object{}}};
}

Response ImageService::create(const Call& call) {
    const json::value body = body_of(call);
    if (!body.is_object()) throw ApiError{400, "Request body must be a JSON object."};
    const Document& fields = body.get_object();
    if (fields.contains("id") && !state::is_uuid(text(fields, "id"))) {
        throw schema_error(python_repr(fields.at("id")) + " does not match the pattern of a UUID");
    }
    Document image = new_image(fields, call.caller.project_id);
    for (const auto& field : fields) {
        if (field.key() != "id") set_member(image, call.caller, std::string{field.key()}, field.value());
    }
    const std::string id = text(image, "id");
    auto transaction = cloud_.store.write();
    // The ID of a deleted image never becomes free again.
    if (transaction.find(Kind::image, id) != nullptr ||
        transaction.find(Kind::setting, "image|" + id) != nullptr) {
        throw ApiError{409, "Image ID " + id + " already exists!"};
    }
    transaction.put(Kind::image, id, image);
    transaction.commit();
    Response response = json_response(201, shown(image));
    response.headers.set("Location", cloud_.endpoint + prefix() + "/v2/images/" + id);
    response.headers.set("Openstack-Image-Import-Methods", "");
    return response;
}

Response ImageService::update(const Call& call) {
    const std::string media_type = call.request.headers.get("Content-Type");
    if (!media_type.starts_with("application/openstack-images-v2.")) {
        ApiError error{415, "The request media type " + media_type + " is not supported by this server.\n",
                       "bare"};
        error.headers.set("Accept-Patch",
                          "application/openstack-images-v2.0-json-patch, "
                          "application/openstack-images-v2.1-json-patch");
        throw error;
    }
    const json::value body = body_of(call);
    if (!body.is_array()) throw ApiError{400, "Request body must be a JSON array of operation objects."};
    auto transaction = cloud_.store.write();
    Document& image = require_own(transaction, call, "modify_image");
    for (const json::value& item : body.get_array()) {
        if (!item.is_object()) throw ApiError{400, "Operations must be JSON objects."};
        const Document& operation = item.get_object();
        const std::string op = text(operation, "op");
        const std::string path = text(operation, "path");
        if (!path.starts_with('/') || path.size() < 2 || path.find('/', 1) != std::string::npos) {
            throw ApiError{400, "Invalid path: '" + path + "'."};
        }
        std::string name = path.substr(1);
        for (std::size_t at = 0; (at = name.find('~', at)) != std::string::npos; ++at) {
            if (name.compare(at, 2, "~1") == 0) name.replace(at, 2, "/");
            if (name.compare(at, 2, "~0") == 0) name.replace(at, 2, "~");
        }
        const bool is_field = find_writable(name) != nullptr || contains(read_only, name);
        const bool exists = is_field || object(image, "_properties").contains(name);
        if (op == "remove") {
            if (is_field) throw ApiError{403, "Property " + name + " may not be removed."};
            if (!exists) throw ApiError{409, "Property " + name + " does not exist.", "with-default"};
            image["_properties"].as_object().erase(name);
        } else if (op == "add" || op == "replace") {
            if (!operation.contains("value"))
                throw ApiError{400, "Operation \"" + op + "\" requires a value."};
            if (name == "id") throw ApiError{403, "Attribute 'id' is read-only."};
            if ((name == "disk_format" || name == "container_format") && text(image, "status") != "queued")
                throw ApiError{403, "Attribute " + name + " can be only replaced for a queued image."};
            if (op == "replace" && !exists) {
                throw ApiError{409, "Property " + name + " does not exist.", "with-default"};
            }
            set_member(image, call.caller, name, operation.at("value"));
        } else {
            throw ApiError{400, "Invalid operation: `" + op +
                                    "`. It must be one of the following: add, remove, replace."};
        }
    }
    image["updated_at"] = state::iso_seconds(state::now());
    const Document answer = shown(image);
    transaction.commit();
    return json_response(200, answer);
}

void ImageService::add_image_routes() {
    route("GET", "/v2/images", [this](const Call& call) { return list(call); });
    route("POST", "/v2/images", [this](const Call& call) { return create(call); });
    route("GET", "/v2/images/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, shown(require(view, call.caller, call.param("id"))));
    });
    route("PATCH", "/v2/images/{id}", [this](const Call& call) { return update(call); });
    route("DELETE", "/v2/images/{id}", [this](const Call& call) {
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        const Document* found = transaction.find(Kind::image, id);
        if (found == nullptr || !visible(call.caller, *found)) {
            throw ApiError{404, "Failed to find image " + id + " to delete"};
        }
        if (boolean(require_own(transaction, call, "delete_image"), "protected")) {
            throw ApiError{403, "Image " + id + " is protected and cannot be deleted."};
        }
        transaction.erase(Kind::image, id);
        transaction.put(Kind::setting, "image|" + id, {{"deleted", true}});
        transaction.commit();
        state::remove_file(data_file(cloud_, id));
        return empty_response(204, "text/html; charset=UTF-8");
    });
    route("PUT", "/v2/images/{id}/tags/{tag}", [this](const Call& call) {
        if (call.param("tag").size() > 255) {
            throw ApiError{400, "Provided object does not match schema 'image': '" + call.param("tag") +
                                    "' is too long"};
        }
        auto transaction = cloud_.store.write();
        const Document* found = transaction.find(Kind::image, call.param("id"));
        if (found == nullptr || !visible(call.caller, *found))
            throw ApiError{404, "Image " + call.param("id") + " not found."};
        Document& image = require_own(transaction, call, "modify_image");
        const auto tags = texts(image, "tags");
        if (std::find(tags.begin(), tags.end(), call.param("tag")) == tags.end()) {
            image["tags"].as_array().emplace_back(call.param("tag"));
        }
        transaction.commit();
        return empty_response(204, "text/html; charset=UTF-8");
    });
    route("DELETE", "/v2/images/{id}/tags/{tag}", [this](const Call& call) {
        auto transaction = cloud_.store.write();
        Document& image = require_own(transaction, call, "modify_image");
        auto tags = texts(image, "tags");
        const auto found = std::find(tags.begin(), tags.end(), call.param("tag"));
        if (found == tags.end()) throw ApiError{404, "The resource could not be found."};
        tags.erase(found);
        image["tags"] = to_array(tags);
        transaction.commit();
        return empty_response(204, "text/html; charset=UTF-8");
    });
    const auto set_active = [this](const Call& call, const char* status, const std::string& action) {
        auto transaction = cloud_.store.write();
        Document& image = require_own(transaction, call, "modify_image");
        const std::string current = text(image, "status");
        if (current != "active" && current != "deactivated") {
            throw ApiError{403, "Not allowed to " + action + " image in status '" + current + "'"};
        }
        image["status"] = status;
        transaction.commit();
        return empty_response(204, "text/html; charset=UTF-8");
    };
    route("POST", "/v2/images/{id}/actions/deactivate",
          [set_active](const Call& call) { return set_active(call, "deactivated", "deactivate"); });
    route("POST", "/v2/images/{id}/actions/reactivate",
          [set_active](const Call& call) { return set_active(call, "active", "reactivate"); });
}

}  // namespace localcloud::api::image
