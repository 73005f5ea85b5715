#include "localcloud/api/compute/server_values.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "localcloud/api/network/addresses.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::size_t longest_text = 255;
constexpr std::size_t longest_host_name = 63;
constexpr std::size_t largest_user_data = 65535;

bool is_letter_or_digit(unsigned char letter) {
    return letter < 128 && std::isalnum(letter) != 0;
}

/// In letters: those outside of ASCII are several bytes.
std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char byte) { return (byte & 0xc0U) != 0x80U; }));
}

void check_text(std::string_view field, const json::value& value) {
    if (!value.is_string())
        throw invalid_field(field, value, python_repr(value) + " is not of type 'string'");
}

void check_long_text(std::string_view field, const json::value& value) {
    check_text(field, value);
    if (length(value.get_string()) > longest_text)
        throw invalid_field(field, value, python_repr(value) + " is too long");
}

void check_short_text(std::string_view field, const json::value& value) {
    check_long_text(field, value);
    if (value.get_string().empty()) throw invalid_field(field, value, "'' is too short");
}

void check_name(std::string_view field, const json::value& value) {
    check_short_text(field, value);
    const std::string name = to_text(value);
    const auto is_space = [](unsigned char letter) { return std::isspace(letter) != 0; };
    const auto is_control = [](unsigned char letter) { return letter < ' ' || letter == 0x7f; };
    if (is_space(static_cast<unsigned char>(name.front())) ||
        is_space(static_cast<unsigned char>(name.back())) ||
        std::any_of(name.begin(), name.end(), is_control))
        throw invalid_name();
}

void check_host_name(std::string_view field, const json::value& value) {
    check_text(field, value);
    const std::string name = to_text(value);
    const bool good = name.size() >= 2 && name.size() <= longest_host_name && name.front() != '-' &&
                      name.back() != '-' && std::all_of(name.begin(), name.end(), [](unsigned char letter) {
                          return letter == '-' || is_letter_or_digit(letter);
                      });
    if (!good)
        throw invalid_field(field, value,
                            "'" + name + "' does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'");
}

void check_ipv4(std::string_view field, const json::value& value) {
    check_text(field, value);
    if (!network::parse_ipv4(value.get_string()))
        throw invalid_field(field, value, python_repr(value) + " is not a 'ipv4'");
}

void check_ipv6(std::string_view field, const json::value& value) {
    check_text(field, value);
    in6_addr address{};
    if (::inet_pton(AF_INET6, value.get_string().c_str(), &address) != 1)
        throw invalid_field(field, value, python_repr(value) + " is not a 'ipv6'");
}

void check_disk_config(std::string_view field, const json::value& value) {
    if (value != "AUTO" && value != "MANUAL")
        throw invalid_field(field, value, python_repr(value) + " is not one of ['AUTO', 'MANUAL']");
}

void check_user_data(std::string_view field, const json::value& value) {
    check_text(field, value);
    // What is no letter of Base64 does not count, as in Python's decoder.
    const auto& encoded = value.get_string();
    const auto letters = std::count_if(encoded.begin(), encoded.end(), [](unsigned char letter) {
        return is_letter_or_digit(letter) || letter == '+' || letter == '/' || letter == '=';
    });
    if (letters % 4 != 0) throw invalid_field(field, value, python_repr(value) + " is not a 'base64'");
    if (encoded.size() > largest_user_data) {
        throw bad_request(
            fmt::format("User data too large. User data must be no larger than {} bytes once base64 "
                        "encoded. Your data is {} bytes",
                        largest_user_data, encoded.size()));
    }
}

void check_security_groups(std::string_view field, const json::value& value) {
    if (!value.is_array()) throw invalid_field(field, value, python_repr(value) + " is not of type 'array'");
    for (std::size_t place = 0; place < value.get_array().size(); ++place) {
        const json::value& group = value.get_array()[place];
        if (!group.is_object())
            throw invalid_field(std::to_string(place), group,
                                python_repr(group) + " is not of type 'object'");
        if (const json::value* name = group.get_object().if_contains("name")) check_short_text("name", *name);
    }
}

void check_tags(std::string_view /*field*/, const json::value& value) {
    (void)checked_tags(value);
}

enum class Null { never, in_rebuild, always };
struct Value {
    std::string_view field;
    void (*check)(std::string_view field, const json::value& value);
    Null null = Null::never;
};
constexpr std::array values{
    Value{"name", check_name},
    Value{"adminPass", check_text},
    Value{"key_name", check_short_text, Null::in_rebuild},
    Value{"metadata", check_metadata},
    Value{"user_data", check_user_data, Null::in_rebuild},
    Value{"description", check_long_text, Null::always},
    Value{"tags", check_tags},
    Value{"hostname", check_host_name},
    Value{"accessIPv4", check_ipv4},
    Value{"accessIPv6", check_ipv6},
    Value{"OS-DCF:diskConfig", check_disk_config},
    Value{"security_groups", check_security_groups},
};

}  // namespace

void check_fields(std::string_view wrapper, const Document& body, int microversion,
                  std::span<const KnownField> known) {
    for (const auto& field : body) {
        const bool allowed = std::any_of(known.begin(), known.end(), [&](const KnownField& candidate) {
            return candidate.name == field.key() && microversion >= candidate.since &&
                   microversion <= candidate.until;
        });
        if (!allowed) {
            throw invalid_field(
                wrapper, body,
                "Additional properties are not allowed ('" + std::string{field.key()} + "' was unexpected)");
        }
    }
}

void check_values(const Document& body, bool rebuilding) {
    for (const Value& value : values) {
        const json::value* given = body.if_contains(value.field);
        if (given == nullptr) continue;
        const bool may_be_null = value.null == Null::always || (value.null == Null::in_rebuild && rebuilding);
        if (!(given->is_null() && may_be_null)) value.check(value.field, *given);
    }
}

void check_metadata(std::string_view field, const json::value& metadata) {
    if (!metadata.is_object())
        throw invalid_field(field, metadata, python_repr(metadata) + " is not of type 'object'");
    for (const auto& item : metadata.get_object()) {
        const std::string_view key = item.key();
        const bool plain = std::all_of(key.begin(), key.end(), [](unsigned char letter) {
            return is_letter_or_digit(letter) ||
                   std::string_view{"-_:. "}.find(static_cast<char>(letter)) != std::string_view::npos;
        });
        if (!plain || key.empty() || key.size() > longest_text) {
            throw invalid_field(field, metadata,
                                python_repr(json::value(key)) +
                                    " does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'");
        }
        check_long_text(key, item.value());
    }
}

void check_metadata_count(const state::View& view, const Call& call, const Document& metadata) {
    const std::int64_t limit = quota_limit(view, call.caller.project_id, "metadata_items");
    if (limit >= 0 && metadata.size() > static_cast<std::size_t>(limit))
        throw ApiError{403, fmt::format("Maximum number of metadata items exceeds {}", limit)};
}

Document keypair_for(const state::View& view, const Call& call, const std::string& name) {
    const Document* keypair = view.find(Kind::keypair, call.caller.user_id + "|" + name);
    if (keypair == nullptr) throw bad_request("Invalid key_name provided.");
    return {{"name", name}, {"public_key", text(*keypair, "public_key")}};
}

}  // namespace localcloud::api::compute
