// What Keystone and the version documents say, and times in all spellings: a value, nothing, or MalformedResponse.
#include "fuzz/target.hpp"
#include "openstack/error.hpp"
#include "sdk/src/auth/authenticator.hpp"
#include "sdk/src/resource/base64.hpp"
#include "sdk/src/resource/time.hpp"
#include "sdk/src/session/discovery.hpp"
#include "sdk/src/session/retry.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace openstack;
    const auto input = fuzz::text(data, size);
    const std::string text(input);
    static_cast<void>(session::parse_version_document(input));
    static_cast<void>(session::Microversion::parse(input));
    if (const auto pause = session::parse_retry_after(input)) {
        fuzz::require(pause->count() >= 0, "nobody is told to retry in the past");
    }
    static_cast<void>(auth::parse_time(input));
    if (const auto time = resource::parse_time(input)) {
        fuzz::require(resource::parse_time(resource::format_time(*time)) == time,
                      "a time reads back as itself");
    }
    if (const auto bytes = resource::decode_base64(input)) {
        fuzz::require(resource::decode_base64(resource::encode_base64(*bytes)) == bytes,
                      "Base64 goes both ways");
    }
    try {
        static_cast<void>(auth::parse_token_answer(
            {.status = 201, .headers = {{"X-Subject-Token", "t"}}, .body = text, .url = "http://keystone"}));
    } catch (const MalformedResponse&) {
    }
    return 0;
}
