// From what went wrong to the exception that says so.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "openstack/error.hpp"
#include "openstack/http.hpp"

namespace openstack::session {

/// "GET http://127.0.0.1/v2.1/servers", for the beginning of an error's sentence.
[[nodiscard]] std::string describe(std::string_view method, std::string_view url);

/// Fills in what an answer tells about its failure.
[[nodiscard]] ErrorDetails details_of(std::string_view method, const Response& response,
                                      std::string_view service_type, int attempts);

/// The class that fits the status. `text` is the whole sentence.
[[noreturn]] void raise_status(const std::string& text, ErrorDetails details);
/// The same with the usual sentence. Values in `secrets` are masked in it.
[[noreturn]] void raise_answer(ErrorDetails details);

/// Throws a new exception of the same class, text and details: for telling several threads of one failure.
[[nodiscard]] std::function<void()> repeater(const Error& error);

[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace openstack::session
