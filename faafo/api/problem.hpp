// What is wrong with a request, as the API says it.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "common/httpd/message.hpp"
#include "faafo/render/parameters.hpp"

namespace faafo::api {

/// Ends a request with a 4xx or 5xx and a JSON object with a "message".
struct Problem : std::runtime_error {
    Problem(int status, const std::string& message) : std::runtime_error(message), status(status) {}
    /// Names every field in the message, and in "validation_errors" one by one.
    Problem(int status, std::vector<render::FieldError> fields);

    int status;
    std::vector<render::FieldError> fields;
};

[[nodiscard]] common::httpd::Response to_response(const Problem& problem);
[[nodiscard]] common::httpd::Response json_response(int status, std::string body);

}  // namespace faafo::api
