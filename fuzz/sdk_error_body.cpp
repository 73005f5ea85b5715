// Bodies of errors: any of them becomes a text of one line, of bounded length, in bounded time.
#include "sdk/src/session/error_body.hpp"

#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto body = fuzz::text(data, size);
    const auto content_type = fuzz::take_until(body, '\n');
    const auto error = openstack::session::parse_error_body(content_type, body);
    constexpr std::size_t longest = 8192;
    for (const auto& text : {error.message, error.code, error.request_id}) {
        fuzz::require(!fuzz::has_control_characters(text), "what an error shows is one line of plain text");
        fuzz::require(text.size() <= longest, "what an error shows is bounded");
    }
    constexpr std::size_t limit = 20;
    fuzz::require(openstack::session::plain_text(body, limit).size() <= limit + 3,
                  "a text is cut at its limit");
    return 0;
}
