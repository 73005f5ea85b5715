// Every key of listings and every X- header of accounts, containers and objects that a real Swift sent is decoded.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sdk/src/object_store/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::Recording;

namespace {

/// How deep a path goes: 1 for an account, 2 for a container, 3 for an object.
long depth(const Recording& recording) {
    const std::string path = recording.path.substr(0, recording.path.find('?'));
    if (!path.starts_with("/v1/")) {
        return 0;
    }
    return std::min(3L, std::ranges::count(path, '/') - 1);
}

template <class Resource>
void decode_listing(const Recording& recording) {
    for (const std::string& element : sdktest::json_elements(recording.body)) {
        std::vector<std::string> unknown;
        Resource resource{};
        resource::decode(element, {.unknown = &unknown}, resource::value_type<Resource>, &resource);
        for (const std::string& path : unknown) {
            ADD_FAILURE() << recording.file << ": nothing decodes " << path;
        }
    }
}

template <class Resource>
std::size_t find_headers(long at_depth) {
    // What belongs to the exchange rather than to the resource.
    static const std::set<std::string> of_exchange = {"X-Trans-Id", "X-Openstack-Request-Id",
                                                      "X-Put-Timestamp"};
    std::size_t count = 0;
    for (const Recording& recording : sdktest::recordings("object-store")) {
        if (depth(recording) != at_depth || recording.status / 100 != 2 || recording.method != "HEAD") {
            continue;
        }
        for (const auto& [name, value] : recording.headers) {
            if ((name.starts_with("X-") || name.starts_with("x-")) && !of_exchange.contains(name)) {
                EXPECT_NE(resource::fields_of<Resource>().find_header(name), nullptr)
                    << recording.file << ": " << name;
            }
        }
        ++count;
    }
    return count;
}

}  // namespace

TEST(ObjectStoreRecordings, ListingsLeaveNothingOver) {
    std::size_t listings = 0;
    for (const Recording& recording : sdktest::recordings("object-store")) {
        if (recording.method != "GET" || recording.status != 200 || !recording.body.starts_with("[")) {
            continue;
        }
        if (depth(recording) == 1) {
            decode_listing<object_store::Container>(recording);
            ++listings;
        } else if (depth(recording) == 2) {
            decode_listing<object_store::Object>(recording);
            ++listings;
        }
    }
    EXPECT_GT(listings, 15U);
}

TEST(ObjectStoreRecordings, AccountHeadersLeaveNothingOver) {
    EXPECT_GT(find_headers<object_store::Account>(1), 3U);
}
TEST(ObjectStoreRecordings, ContainerHeadersLeaveNothingOver) {
    EXPECT_GT(find_headers<object_store::Container>(2), 2U);
}
TEST(ObjectStoreRecordings, ObjectHeadersLeaveNothingOver) {
    EXPECT_GT(find_headers<object_store::Object>(3), 5U);
}
