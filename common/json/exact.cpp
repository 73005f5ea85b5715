#include "common/json/exact.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <string>

namespace common::json {
namespace {

namespace bj = boost::json;

/// Builds the value as Boost's own parser does, but for on_double.
struct Handler {
    using Error = boost::system::error_code;

    static constexpr std::size_t max_object_size = bj::object::max_size();
    static constexpr std::size_t max_array_size = bj::array::max_size();
    static constexpr std::size_t max_key_size = bj::string::max_size();
    static constexpr std::size_t max_string_size = bj::string::max_size();

    bj::value_stack stack;
    std::string digits;  ///< of a number that came in parts
    std::size_t values_left = 0;

    /// Counts one more value; false ends the parsing.
    bool may_have_another(Error& error) {
        if (values_left == 0) error = bj::error::array_too_large;
        return values_left-- != 0;
    }

    bool on_document_begin(Error& /*error*/) { return true; }
    bool on_document_end(Error& /*error*/) { return true; }
    bool on_object_begin(Error& error) { return may_have_another(error); }
    bool on_object_end(std::size_t members, Error& /*error*/) {
        stack.push_object(members);
        return true;
    }
    bool on_array_begin(Error& error) { return may_have_another(error); }
    bool on_array_end(std::size_t items, Error& /*error*/) {
        stack.push_array(items);
        return true;
    }
    bool on_key_part(bj::string_view part, std::size_t /*size*/, Error& /*error*/) {
        stack.push_chars(part);
        return true;
    }
    bool on_key(bj::string_view rest, std::size_t /*size*/, Error& /*error*/) {
        stack.push_key(rest);
        return true;
    }
    bool on_string_part(bj::string_view part, std::size_t /*size*/, Error& /*error*/) {
        stack.push_chars(part);
        return true;
    }
    bool on_string(bj::string_view rest, std::size_t /*size*/, Error& error) {
        if (!may_have_another(error)) return false;
        stack.push_string(rest);
        return true;
    }
    bool on_number_part(bj::string_view part, Error& /*error*/) {
        digits.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, bj::string_view /*rest*/, Error& error) {
        if (!may_have_another(error)) return false;
        digits.clear();
        stack.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, bj::string_view /*rest*/, Error& error) {
        if (!may_have_another(error)) return false;
        digits.clear();
        stack.push_uint64(number);
        return true;
    }
    bool on_double(double nearly, bj::string_view rest, Error& error) {
        if (!may_have_another(error)) return false;
        digits.append(rest.data(), rest.size());
        double number = nearly;
        const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        stack.push_double(wrong == std::errc{} ? number : nearly);
        digits.clear();
        return true;
    }
    bool on_bool(bool value, Error& error) {
        if (!may_have_another(error)) return false;
        stack.push_bool(value);
        return true;
    }
    bool on_null(Error& error) {
        if (!may_have_another(error)) return false;
        stack.push_null();
        return true;
    }
    bool on_comment_part(bj::string_view /*part*/, Error& /*error*/) { return true; }
    bool on_comment(bj::string_view /*rest*/, Error& /*error*/) { return true; }
};

}  // namespace

bj::value parse(std::string_view text, boost::system::error_code& error, std::size_t depth,
                std::size_t values) {
    bj::parse_options options;
    options.max_depth = depth;
    bj::basic_parser<Handler> parser(options);
    parser.handler().stack.reset();
    parser.handler().values_left = values;
    const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
    if (!error && taken < text.size()) error = bj::error::extra_data;
    if (error) return nullptr;
    return parser.handler().stack.release();
}

}  // namespace common::json
