#include "localcloud/state/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace localcloud {

std::string text(const Document& document, std::string_view key, std::string_view otherwise) {
    const json::value* found = document.if_contains(key);
    return found != nullptr && found->is_string() ? to_text(found->get_string()) : std::string{otherwise};
}

std::int64_t integer(const Document& document, std::string_view key, std::int64_t otherwise) {
    const json::value* found = document.if_contains(key);
    if (found == nullptr) return otherwise;
    if (found->is_int64()) return found->get_int64();
    if (found->is_uint64()) return static_cast<std::int64_t>(found->get_uint64());
    return otherwise;
}

bool boolean(const Document& document, std::string_view key, bool otherwise) {
    const json::value* found = document.if_contains(key);
    return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

const json::value* member(const Document& document, std::string_view key) {
    const json::value* found = document.if_contains(key);
    return found == nullptr || found->is_null() ? nullptr : found;
}

const Document& object(const Document& document, std::string_view key) {
    static const Document empty;
    const json::value* found = document.if_contains(key);
    return found != nullptr && found->is_object() ? found->get_object() : empty;
}

const json::array& array(const Document& document, std::string_view key) {
    static const json::array empty;
    const json::value* found = document.if_contains(key);
    return found != nullptr && found->is_array() ? found->get_array() : empty;
}

std::vector<std::string> texts(const Document& document, std::string_view key) {
    std::vector<std::string> values;
    for (const json::value& value : array(document, key)) {
        if (value.is_string()) values.push_back(to_text(value.get_string()));
    }
    return values;
}

json::array to_array(const std::vector<std::string>& values) {
    json::array result;
    result.reserve(values.size());
    for (const std::string& value : values)
        result.emplace_back(value);
    return result;
}

std::string to_text(const json::value& value) {
    return value.is_string() ? to_text(value.get_string()) : json::serialize(value);
}

namespace {

void require_finite(const json::value& value) {
    if (value.is_double() && !std::isfinite(value.get_double())) {
        throw std::invalid_argument{"a number of the JSON text is out of range"};
    }
    if (value.is_array()) {
        for (const json::value& item : value.get_array())
            require_finite(item);
    } else if (value.is_object()) {
        for (const auto& item : value.get_object())
            require_finite(item.value());
    }
}

void write_repr(const json::value& value, std::string& out) {
    switch (value.kind()) {
        case json::kind::null:
            out += "None";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "True" : "False";
            break;
        case json::kind::string: {
            const std::string plain = to_text(value.get_string());
            const char quote =
                plain.find('\'') != std::string::npos && plain.find('"') == std::string::npos ? '"' : '\'';
            out += quote;
            for (const char letter : plain) {
                if (letter == quote || letter == '\\') out += '\\';
                if (letter == '\n') {
                    out += "\\n";
                } else {
                    out += letter;
                }
            }
            out += quote;
            break;
        }
        case json::kind::array: {
            out += '[';
            const char* separator = "";
            for (const json::value& item : value.get_array()) {
                out += separator;
                write_repr(item, out);
                separator = ", ";
            }
            out += ']';
            break;
        }
        case json::kind::object: {
            out += '{';
            const char* separator = "";
            for (const auto& item : value.get_object()) {
                out += separator;
                write_repr(json::string{item.key()}, out);
                out += ": ";
                write_repr(item.value(), out);
                separator = ", ";
            }
            out += '}';
            break;
        }
        default:
            out += json::serialize(value);
    }
}

}  // namespace

json::value parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 64;
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error, {}, options);
    if (error) throw std::invalid_argument{"no valid JSON: " + error.message()};
    require_finite(value);
    return value;
}

bool is_utf8(std::string_view bytes) {
    // Unicode's table 3-7: what the first byte is, what the second may be, how many more follow that.
    struct Sequence {
        unsigned char first_from, first_to, second_from, second_to;
        std::size_t length;
    };
    static constexpr std::array sequences{
        Sequence{0xC2, 0xDF, 0x80, 0xBF, 2}, Sequence{0xE0, 0xE0, 0xA0, 0xBF, 3},
        Sequence{0xE1, 0xEC, 0x80, 0xBF, 3}, Sequence{0xED, 0xED, 0x80, 0x9F, 3},
        Sequence{0xEE, 0xEF, 0x80, 0xBF, 3}, Sequence{0xF0, 0xF0, 0x90, 0xBF, 4},
        Sequence{0xF1, 0xF3, 0x80, 0xBF, 4}, Sequence{0xF4, 0xF4, 0x80, 0x8F, 4}};
    const auto within = [](char letter, unsigned char from, unsigned char to) {
        const auto byte = static_cast<unsigned char>(letter);
        return from <= byte && byte <= to;
    };
    while (!bytes.empty()) {
        std::size_t length = 1;
        if (!within(bytes.front(), 0x00, 0x7F)) {
            const auto* const sequence =
                std::find_if(sequences.begin(), sequences.end(), [&](const Sequence& candidate) {
                    return within(bytes.front(), candidate.first_from, candidate.first_to);
                });
            if (sequence == sequences.end() || bytes.size() < sequence->length ||
                !within(bytes[1], sequence->second_from, sequence->second_to))
                return false;
            length = sequence->length;
            const std::string_view rest = bytes.substr(2, length - 2);
            if (!std::all_of(rest.begin(), rest.end(),
                             [&](char letter) { return within(letter, 0x80, 0xBF); }))
                return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

std::string python_repr(const json::value& value) {
    std::string out;
    write_repr(value, out);
    return out;
}

}  // namespace localcloud
