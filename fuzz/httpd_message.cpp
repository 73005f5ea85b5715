// Targets of requests: decoded, taken apart and routed, whatever they are.
#include "common/httpd/message.hpp"

#include <string>

#include "common/httpd/router.hpp"
#include "fuzz/target.hpp"

using namespace common::httpd;

namespace {

Router make_router() {
    Router router;
    const auto answer = [](int status) {
        return [status](const Request& request) {
            for (const auto& [name, value] : request.params)
                fuzz::require(!value.empty(), "a {name} takes at least one character");
            return Response{.status = status};
        };
    };
    router.add("GET", "/v2.1/servers/{id}", answer(200));
    router.add("GET", "/v2.1/servers/detail", answer(201));
    router.add("POST", "/v2.1/servers/{id}/action", answer(202));
    router.add("PUT", "/v1/{account}/{container}/{object...}", answer(203));
    router.add("GET", "/v1/{account}", answer(204));
    router.add("GET", "/", answer(205));
    return router;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Router router = make_router();
    auto target = fuzz::text(data, size);
    const auto method = fuzz::take_until(target, ' ');
    const auto question_mark = target.find('?');
    const auto path = target.substr(0, question_mark);

    fuzz::require(percent_decode(path).size() <= path.size(), "decoding never makes a text longer");
    fuzz::require(percent_decode(percent_encode(path)) == path, "what is encoded reads back as itself");
    Request request{
        .method = std::string(method), .target = std::string(target), .path = percent_decode(path)};
    if (question_mark != std::string_view::npos)
        request.query = parse_query(target.substr(question_mark + 1));
    std::string again;
    for (const auto& [key, value] : request.query) {
        again += (again.empty() ? "" : "&") + percent_encode(key) + "=" + percent_encode(value);
    }
    fuzz::require(parse_query(again) == request.query, "a query reads back as itself");
    fuzz::require(router(request).status >= 200, "every request is answered");
    request.target.clear();
    static_cast<void>(router(request));
    return 0;
}
