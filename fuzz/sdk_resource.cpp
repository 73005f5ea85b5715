// JSON of resources: a Server (the resource with the most kinds of fields), or MalformedResponse.
#include "fuzz/target.hpp"
#include "openstack/error.hpp"
#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/decode.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace openstack;
    const auto json = fuzz::text(data, size);
    std::vector<std::string> unknown;
    compute::Server server;
    try {
        resource::decode(json, {.unknown = &unknown}, resource::value_type<compute::Server>, &server);
        static_cast<void>(resource::decode<std::vector<compute::Server>>(json, {.key_path = {"servers"}}));
    } catch (const MalformedResponse& error) {
        fuzz::require(*error.what() != '\0', "an error has a text");
    }
    return 0;
}
