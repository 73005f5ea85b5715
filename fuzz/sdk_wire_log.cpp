// The wire log: a secret marker never survives, wherever in a body or in a service's echo it stands.
#include <array>
#include <boost/json.hpp>
#include <string>

#include "fuzz/target.hpp"
#include "sdk/src/session/error_body.hpp"
#include "sdk/src/session/redaction.hpp"

namespace {

constexpr std::string_view marker = "s3cr3t-MARKER";
constexpr std::array<std::string_view, 12> secret_names = {
    "password", "adminPass", "admin_pass",    "user_data",   "secret",        "client_secret",
    "token",    "blob",      "code_verifier", "private_key", "refresh-token", "licence"};
// Not secret by themselves, only because the caller says so.
const std::vector<std::string> more = {"licence"};

/// Longer than what an error shows.
const std::string long_secret = [] {
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += std::string(marker) + std::to_string(i);
    return text;
}();

/// The marker as a string, or a list of it, below the name of a secret, in the middle of somebody else's JSON.
std::string body_with_marker(std::string_view foreign, std::size_t choice) {
    std::string value = "\"" + std::string(marker) + "\"";
    if (choice % 2 == 1) value = "[" + value + ",[" + value + "]]";
    const std::string member =
        "\"" + std::string(secret_names.at(choice / 2 % secret_names.size())) + "\":" + value;
    boost::system::error_code error;
    const auto parsed = boost::json::parse({foreign.data(), foreign.size()}, error);
    const std::string inner = error ? "null" : std::string(boost::json::serialize(parsed));
    return R"({"before":)" + inner + R"(,"server":[{"x":)" + inner + "," + member + R"(}],"after":1})";
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace openstack::session;
    if (size == 0) return 0;
    const auto foreign = fuzz::text(data + 1, size - 1);
    static_cast<void>(shown_body("application/json", foreign, more));
    if (foreign.find(marker) != std::string_view::npos) return 0;

    const std::string body = body_with_marker(foreign, data[0]);
    fuzz::require(shown_body("application/json", body, more).find(marker) == std::string::npos,
                  "no secret is in the wire log's body");
    // A service that repeats what it was sent, among other secrets of the same request and with a text that is cut.
    const openstack::Headers headers{{"X-Auth-Token", std::string(foreign)}};
    const boost::json::value answer{
        {"badRequest", {{"message", std::string(foreign) + "Bad: " + long_secret}}}};
    const auto said = parse_error_body("application/json", boost::json::serialize(answer)).message;
    const auto sent = R"({"user_data":")" + long_secret + R"(","x":)" + body + "}";
    fuzz::require(masked(said, secret_values(headers, sent, more)).find(marker) == std::string::npos,
                  "no secret is in an error that repeats the request");
    const std::string echo = std::string(foreign) + " " + std::string(marker) + std::string(foreign);
    fuzz::require(masked(echo, secret_values(headers, body, more)).find(marker) == std::string::npos,
                  "no secret is in an error that repeats the request");
    fuzz::require(shown_header("X-Auth-Token", marker).find(marker) == std::string::npos,
                  "no secret is in the wire log's headers");
    return 0;
}
