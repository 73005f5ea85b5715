// Members of images: the projects that an image is shared with, and whether they accept it.
#include <algorithm>
#include <array>

#include "localcloud/api/image/image_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::image {

using state::Kind;

namespace {

constexpr std::array member_statuses{"pending", "accepted", "rejected"};
constexpr std::size_t most_members = 128;  // Glance's image_member_quota
constexpr std::size_t longest_member = 255;

Document shown_member(const Document& image, const json::value& entry) {
    Document out{{"member_id", text(entry.as_object(), "member_id")}, {"image_id", text(image, "id")}};
    for (const auto& field : entry.as_object())
        out.emplace(field.key(), field.value());
    out.emplace("schema", "/v2/schemas/member");
    return out;
}

/// Owners see all members, a member itself.
bool sees_member(const Call& call, const Document& image, std::string_view member) {
    return call.caller.is_admin() || text(image, "owner") == call.caller.project_id ||
           member == call.caller.project_id;
}

ApiError no_member(const Call& call) {
    return {404,
            call.param("member") + " not found in the member list of the image " + call.param("id") + "."};
}

/// Images that are private, public or for everybody's use keep their members and show none.
void require_shared(const Document& image, const std::string& action, int status = 403) {
    if (text(image, "visibility") != "shared") {
        throw ApiError{status, "Not allowed to " + action + " members for image " + text(image, "id") + "."};
    }
}

/// What a request says of a member: its "member" or its "status".
std::string member_body(const Call& call, std::string_view field) {
    const json::value body = body_of(call);
    return body.is_object() ? text(body.get_object(), field) : std::string{};
}

}  // namespace

const json::value* find_member(const Document& image, std::string_view project_id) {
    for (const json::value& entry : array(image, "_members"))
        if (text(entry.as_object(), "member_id") == project_id) return &entry;
    return nullptr;
}

void ImageService::add_member_routes() {
    static const std::string all = "/v2/images/{id}/members";
    static const std::string one = all + "/{member}";
    route("POST", all, [this](const Call& call) {
        const std::string member = member_body(call, "member");
        if (member.empty()) throw ApiError{400, "Member to be added not specified"};
        if (member.size() > longest_member) throw ApiError{400, "Member IDs have at most 255 characters"};
        auto transaction = cloud_.store.write();
        Document& image = require_own(transaction, call, "add_member");
        require_shared(image, "create");
        if (find_member(image, member) != nullptr) {
            throw ApiError{409, "Member " + member + " is duplicated for image " + call.param("id")};
        }
        json::array members = array(image, "_members");
        if (members.size() >= most_members) {
            throw ApiError{413, "Image member limit exceeded for image " + call.param("id") +
                                    ": The limit has been exceeded on the number of allowed image members "
                                    "for this image. Attempted: " +
                                    std::to_string(members.size() + 1) +
                                    ", Maximum: " + std::to_string(most_members) + ":"};
        }
        const std::string time = state::iso_seconds(state::now());
        members.push_back(json::object{
            {"member_id", member}, {"status", "pending"}, {"created_at", time}, {"updated_at", time}});
        image["_members"] = members;
        const Document answer = shown_member(image, members.back());
        transaction.commit();
        return json_response(200, answer);
    });
    route("GET", all, [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document& image = require(view, call.caller, call.param("id"));
        require_shared(image, "list");
        json::array members;
        for (const json::value& entry : array(image, "_members")) {
            if (sees_member(call, image, text(entry.as_object(), "member_id")))
                members.emplace_back(shown_member(image, entry));
        }
        return json_response(200, {{"members", std::move(members)}, {"schema", "/v2/schemas/members"}});
    });
    route("GET", one, [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document& image = require(view, call.caller, call.param("id"));
        require_shared(image, "show", 404);  // Glance does not tell here that it is forbidden
        const json::value* entry = find_member(image, call.param("member"));
        if (entry == nullptr || !sees_member(call, image, call.param("member"))) throw no_member(call);
        return json_response(200, shown_member(image, *entry));
    });
    route("PUT", one, [this](const Call& call) {
        const std::string status = member_body(call, "status");
        if (std::find(member_statuses.begin(), member_statuses.end(), status) == member_statuses.end())
            throw ApiError{400, "Status not specified"};
        auto transaction = cloud_.store.write();
        const Document& found = require(transaction, call.caller, call.param("id"));
        require_shared(found, "update");
        if (find_member(found, call.param("member")) == nullptr) throw no_member(call);
        // It is the member's decision.
        if (!call.caller.is_admin() && call.param("member") != call.caller.project_id)
            throw ApiError{403, "You are not authorized to complete modify_member action."};
        Document& image = transaction.edit(Kind::image, call.param("id"));
        Document answer;
        for (json::value& entry : image["_members"].as_array()) {
            Document& member = entry.as_object();
            if (text(member, "member_id") != call.param("member")) continue;
            member["status"] = status;
            member["updated_at"] = state::iso_seconds(state::now());
            answer = shown_member(image, entry);
        }
        transaction.commit();
        return json_response(200, answer);
    });
    route("DELETE", one, [this](const Call& call) {
        auto transaction = cloud_.store.write();
        Document& image = require_own(transaction, call, "delete_member");
        require_shared(image, "delete");
        if (find_member(image, call.param("member")) == nullptr) throw no_member(call);
        json::array rest;
        for (const json::value& entry : array(image, "_members"))
            if (text(entry.as_object(), "member_id") != call.param("member")) rest.push_back(entry);
        image["_members"] = rest;
        transaction.commit();
        return empty_response(204);
    });
}

}  // namespace localcloud::api::image
