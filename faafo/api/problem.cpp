#include "faafo/api/problem.hpp"

#include "faafo/api/fractal_json.hpp"

namespace faafo::api {

Problem::Problem(int status, std::vector<render::FieldError> errors)
    : std::runtime_error(render::describe(errors)), status(status), fields(std::move(errors)) {}

common::httpd::Response to_response(const Problem& problem) {
    std::string body = R"({"message":)" + json_string(problem.what());
    if (!problem.fields.empty()) {
        body += R"(,"validation_errors":{)";
        std::string_view separator;
        for (const render::FieldError& error : problem.fields) {
            body.append(separator)
                .append(json_string(error.field))
                .append(":")
                .append(json_string(error.message));
            separator = ",";
        }
        body += '}';
    }
    return json_response(problem.status, body + '}');
}

common::httpd::Response json_response(int status, std::string body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"},
                        {"Cache-Control", "no-cache"},
                        {"X-Content-Type-Options", "nosniff"}},
            .body = std::move(body)};
}

}  // namespace faafo::api
