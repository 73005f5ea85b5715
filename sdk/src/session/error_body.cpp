#include "sdk/src/session/error_body.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "sdk/src/http/text.hpp"
#include "sdk/src/session/json.hpp"

namespace openstack::session {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_word = 200;
constexpr std::size_t longest_message = 2000;

std::string cut(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U)
        --limit;
    text.resize(limit);
    return text + "…";
}

std::string string_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) return {};
    if (const auto* text = value->if_string()) return std::string(*text);
    return {};
}

/// A word that goes into a sentence as it is.
std::string word_at(const json::object& object, std::string_view key) {
    return plain_text(string_at(object, key), longest_word);
}

/// The first of the keys that holds a text worth showing.
std::string first_text(const json::object& object, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys) {
        if (auto text = plain_text(string_at(object, key)); !text.empty()) return text;
    }
    return {};
}

/// ["type", "email"] as "type.email".
std::string dotted(const json::array& path) {
    std::string out;
    for (const auto& part : path) {
        if (!out.empty()) out += '.';
        const auto* text = part.if_string();
        out += plain_text(text != nullptr ? std::string(*text) : json::serialize(part), 100);
        if (out.size() > longest_word) break;
    }
    return out;
}

/// Placement's and Ironic's list of errors, and Designate's, which says which field is wrong and why.
std::string list_of_errors(const json::array& errors) {
    std::string out;
    for (const auto& entry : errors) {
        const auto* error = entry.if_object();
        std::string text =
            error != nullptr ? first_text(*error, {"detail", "message", "title", "validator"}) : "";
        if (const auto* plain = entry.if_string()) text = plain_text(*plain);
        if (const auto* pair = entry.if_array()) {  // Swift: ["/container/object", "404 Not Found"]
            for (const auto& part : *pair) {
                if (const auto* plain = part.if_string())
                    text += (text.empty() ? "" : ": ") + plain_text(*plain);
            }
        }
        if (error != nullptr) {
            const auto* path = error->if_contains("path");
            if (path != nullptr && path->is_array() && !text.empty())
                text = dotted(path->as_array()) + ": " + text;
        }
        if (text.empty()) continue;
        if (!out.empty()) out += "; ";
        out += text;
        if (out.size() > longest_message) break;
    }
    return cut(std::move(out), longest_message);
}

ErrorBody from_object(const json::object& object, int depth = 0) {
    ErrorBody out;
    out.request_id = word_at(object, "request_id");
    out.message = first_text(object, {"faultstring", "message"});
    out.code = cut(first_text(object, {"type", "faultcode"}), longest_word);

    const auto* errors = object.if_contains("errors");
    if (errors == nullptr) errors = object.if_contains("Errors");
    if (errors != nullptr) {
        const auto* list = errors->if_array();
        if (list == nullptr && errors->is_object()) {
            const auto* nested = errors->as_object().if_contains("errors");
            if (nested != nullptr) list = nested->if_array();
        }
        if (list != nullptr) {
            const auto listed = list_of_errors(*list);
            if (!listed.empty()) out.message = out.message.empty() ? listed : out.message + ": " + listed;
            if (!list->empty() && list->front().is_object()) {
                const auto& first = list->front().as_object();
                if (out.request_id.empty()) out.request_id = word_at(first, "request_id");
                if (out.code.empty()) out.code = word_at(first, "code");
            }
        }
    }
    if (!out.message.empty()) {
        if (out.code.empty()) out.code = word_at(object, "title");
        return out;
    }

    // {"badRequest": {"message": …}}, {"NeutronError": {…}}, {"error": {…}}, {"NeutronError": "…"}
    constexpr int deepest = 3;
    for (const auto& [key, value] : object) {
        if (const auto* inner = value.if_object(); inner != nullptr && depth < deepest) {
            auto nested = from_object(*inner, depth + 1);
            if (nested.message.empty()) continue;
            if (nested.code.empty()) nested.code = word_at(*inner, "title");
            if (nested.code.empty() && key != "error")
                nested.code = plain_text(std::string_view(key), longest_word);
            if (nested.request_id.empty()) nested.request_id = out.request_id;
            return nested;
        }
        if (const auto* text = value.if_string();
            text != nullptr && (key == "error" || key == "NeutronError" || key == "detail")) {
            out.message = plain_text(*text);
            return out;
        }
    }
    if (const auto* methods = object.if_contains("required_auth_methods")) {
        out.message = "further methods of signing in are required: " + plain_text(json::serialize(*methods));
        return out;
    }
    out.message = first_text(object, {"explanation", "description", "error_message", "debuginfo", "title"});
    return out;
}

bool looks_like_html(std::string_view content_type, std::string_view body) {
    return content_type.find("html") != std::string_view::npos || body.starts_with("<html") ||
           body.starts_with("<!doctype") || body.starts_with("<!DOCTYPE");
}

/// The text between <name …> and </name>.
std::string_view element(std::string_view html, std::string_view lower, std::string_view name) {
    const auto open = lower.find("<" + std::string(name));
    if (open == std::string_view::npos) return {};
    const auto begin = lower.find('>', open);
    if (begin == std::string_view::npos) return {};
    const auto end = std::min(lower.find("</" + std::string(name), begin), html.size());
    return html.substr(begin + 1, end - begin - 1);
}

std::string from_html(std::string_view html) {
    const auto lower = http::lower_case(html);
    auto text = plain_text(element(html, lower, "p"));
    if (!text.empty()) return text;
    auto body = element(html, lower, "body");
    // WebOb: the heading repeats the status, the message follows it.
    if (const auto heading_end = http::lower_case(body).find("</h1>"); heading_end != std::string::npos) {
        text = plain_text(body.substr(heading_end + 5));
        if (!text.empty()) return text;
    }
    for (const auto* name : {"h1", "title"}) {
        text = plain_text(element(html, lower, name));
        if (!text.empty()) return text;
    }
    return plain_text(html);
}

/// The character of "amp" or "#39"; nothing for what is no entity that we know.
std::optional<char> entity(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, char>, 7> named{{{"amp", '&'},
                                                                             {"lt", '<'},
                                                                             {"gt", '>'},
                                                                             {"quot", '"'},
                                                                             {"apos", '\''},
                                                                             {"nbsp", ' '},
                                                                             {"#39", '\''}}};
    for (const auto& [known, character] : named) {
        if (name == known) return character;
    }
    return std::nullopt;
}

}  // namespace

std::string plain_text(std::string_view html, std::size_t limit) {
    constexpr std::size_t examined = 64U << 10U;
    html = html.substr(0, examined);
    std::string text;
    for (std::size_t i = 0; i < html.size(); ++i) {
        const char c = html[i];
        if (c == '<' && i + 1 < html.size() &&
            (std::isalpha(static_cast<unsigned char>(html[i + 1])) != 0 || html[i + 1] == '/' ||
             html[i + 1] == '!')) {
            const auto end = html.find('>', i);
            if (end == std::string_view::npos) break;
            text += ' ';
            i = end;
            continue;
        }
        if (c == '&') {
            constexpr std::size_t longest_entity = 8;
            const auto name = html.substr(i + 1, longest_entity);
            const auto end = name.find(';');
            const auto character = end == std::string_view::npos ? std::nullopt : entity(name.substr(0, end));
            if (character) {
                text += *character;
                i += end + 1;
                continue;
            }
        }
        text += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    }
    std::string out;
    for (const char c : text) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        out += c;
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return cut(std::move(out), limit);
}

ErrorBody parse_error_body(std::string_view content_type, std::string_view body) {
    body = http::trim(body);
    if (body.empty()) return {};
    if (body.front() == '{' || body.front() == '[') {
        constexpr std::size_t longest = 1U << 20U;
        if (const auto value = parse_json(body.substr(0, longest))) {
            if (const auto* object = value->if_object()) return from_object(*object);
            if (const auto* list = value->if_array()) return {.message = list_of_errors(*list)};
        }
    }
    if (looks_like_html(content_type, body)) return {.message = from_html(body)};
    return {.message = plain_text(body)};
}

}  // namespace openstack::session
