// From JSON and headers to structs, by their field tables.
//
// Scalars are read leniently ("12" is a number where one is wanted, 1 is true, null is "not there"), structure is
// not: an object where a list is wanted throws MalformedResponse with the path to the value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openstack/http.hpp"
#include "sdk/src/resource/fields.hpp"

namespace openstack::resource {

struct DecodeOptions {
    /// The members to go through from the root to the value: {"server"}; empty for the root itself.
    std::vector<std::string_view> key_path;
    /// Gets the path of each key that no table has, those that an ExtraFields keeps included. Not used when null.
    std::vector<std::string>* unknown = nullptr;
};

/// Fills a value that holds its defaults. The error text begins with the path: "server.flavor.ram: …".
void decode(std::string_view json, const DecodeOptions& options, const ValueType& type, void* out);

template <class T>
[[nodiscard]] T decode(std::string_view json, const DecodeOptions& options = {}) {
    T value{};
    decode(json, options, value_type<T>, &value);
    return value;
}

/// Fills the members whose rows are headers.
void decode_headers(const Headers& headers, const Fields& fields, void* out);

}  // namespace openstack::resource
