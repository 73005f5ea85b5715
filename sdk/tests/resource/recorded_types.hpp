// The judge of completeness: decodes every recording of a resource type and tells which keys no table has.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sdk/src/resource/decode.hpp"
#include "sdk/tests/resource/fake_service.hpp"

namespace openstack::sdktest {

/// Decodes what stands under `key` (one) and `list_key` (many) in all of a service's successful answers. Returns how
/// many were decoded; each key that was left over fails the test, with the file's name.
template <class Resource>
std::size_t decode_all(std::string_view service, std::string_view key, std::string_view list_key,
                       std::string_view element_key = {}) {
    std::size_t count = 0;
    const auto one = [&](const std::string& json, const std::string& file) {
        std::vector<std::string> unknown;
        Resource resource{};
        try {
            resource::decode(json, {.unknown = &unknown}, resource::value_type<Resource>, &resource);
        } catch (const std::exception& error) {
            ADD_FAILURE() << file << ": " << error.what();
        }
        for (const std::string& path : unknown) {
            ADD_FAILURE() << file << ": nothing decodes " << path;
        }
        ++count;
    };
    for (const Recording& recording : recordings(service)) {
        if (recording.status < 200 || recording.status >= 300) {
            continue;
        }
        if (const std::string json = json_member(recording.body, key);
            !key.empty() && json.starts_with("{")) {
            one(json, recording.file);
        }
        if (const std::string json = json_member(recording.body, list_key);
            !list_key.empty() && json.starts_with("[")) {
            for (const std::string& element : json_elements(json)) {
                one(element_key.empty() ? element : json_member(element, element_key), recording.file);
            }
        }
    }
    return count;
}

}  // namespace openstack::sdktest
