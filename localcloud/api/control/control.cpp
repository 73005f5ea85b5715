#include "localcloud/api/control/control.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>

#include "localcloud/api/service.hpp"
#include "localcloud/state/files.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::control {

namespace {

constexpr std::string_view root = "/localcloud";
constexpr std::size_t recent_by_default = 1000;

Response refusal(int status, const std::string& message) {
    return json_response(status, {{"error", {{"code", status}, {"message", message}}}});
}

std::size_t wanted_entries(const Request& request) {
    const std::string digits = request.query_value("last").value_or("");
    std::size_t number = recent_by_default;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

}  // namespace

std::filesystem::path secret_file(const std::filesystem::path& state) {
    return state / "control-secret";
}

std::string ensure_secret(const std::filesystem::path& state) {
    {
        std::ifstream file{secret_file(state)};
        if (std::string secret; file >> secret) return secret;
    }
    const std::string secret = state::secret();
    state::write_file(secret_file(state), secret + "\n");
    return secret;
}

Response Control::operator()(const Request& request, const std::function<Response(const Request&)>& next) {
    // Sockets inside of instances are further listeners; the cloud's own port has no tag.
    const auto tag = request.params.find("listener");
    const bool from_instance = tag != request.params.end() && !tag->second.empty();
    const bool ours = request.path == root || request.path.starts_with(std::string{root} + "/");
    if (ours && !from_instance && request.remote_address.starts_with("127.")) return answer(request);
    const std::uint64_t number = log_.begun(request, from_instance);
    bool struck = false;
    Response response = faults_.apply(request, from_instance, [&] { return next(request); }, struck);
    log_.ended(number, response, struck);
    return response;
}

Response Control::answer(const Request& request) {
    if (!state::equal_secrets(request.headers.get(secret_header), secret_))
        return refusal(
            403, fmt::format(
                     "the header {} has to say what the file control-secret in the cloud's state folder says",
                     secret_header));
    const std::string_view what = std::string_view{request.path}.substr(root.size());
    try {
        if (what == "/faults") return answer_faults(request);
        if (what == "/release" && request.method == "POST") {
            faults_.release();
            return empty_response(204);
        }
        if (what == "/requests" && request.method == "GET")
            return json_response(200, log_.describe(wanted_entries(request)));
        if (what == "/requests" && request.method == "DELETE") {
            log_.reset();
            return empty_response(204);
        }
    } catch (const std::invalid_argument& error) {
        return refusal(400, error.what());
    }
    return refusal(404, "there are /localcloud/faults, /localcloud/release and /localcloud/requests");
}

Response Control::answer_faults(const Request& request) {
    if (request.method == "GET") return json_response(200, faults_.describe());
    if (request.method == "DELETE") {
        faults_.set({});
        return empty_response(204);
    }
    if (request.method != "PUT" && request.method != "POST")
        return refusal(405,
                       "rules are read with GET, replaced with PUT, added with POST, removed with DELETE");
    auto rules = read_rules(json_body(request));
    if (request.method == "PUT")
        faults_.set(std::move(rules));
    else
        faults_.add(std::move(rules));
    return json_response(200, faults_.describe());
}

}  // namespace localcloud::api::control
