// The one family of exceptions that the SDK throws.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace openstack {

/// What is known about a failure; empty or zero where it does not apply. Never holds a secret.
struct ErrorDetails {
    int status = 0;               ///< HTTP status, 0 when there was no answer
    std::string service_message;  ///< the service's own words, from whichever body shape it uses
    std::string service_code;     ///< Neutron's "type", Keystone's "title", Nova's fault name …
    std::string request_id;
    std::string method;
    std::string url;
    std::string service_type;
    int attempts = 0;
    bool retryable = false;  ///< a later repetition may succeed
    /// An earlier attempt of the same request, whose answer was lost, may have taken effect: then this answer may be
    /// about what that one did (404 to a DELETE, 409 to a PUT).
    bool perhaps_done_before = false;
    std::optional<std::chrono::seconds> retry_after;
};

/// what() is one sentence for a person: what was tried, what the service said, the request id.
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& text, ErrorDetails details = {})
        : std::runtime_error(text), details_(std::move(details)) {}
    [[nodiscard]] const ErrorDetails& details() const noexcept { return details_; }
    [[nodiscard]] int status() const noexcept { return details_.status; }

  private:
    ErrorDetails details_;
};

/// The service answered with an error status that has no class of its own.
class HttpError : public Error {
    using Error::Error;
};
class BadRequest : public HttpError {
    using HttpError::HttpError;
};  ///< 400, 422
class Unauthorized : public HttpError {
    using HttpError::HttpError;
};  ///< 401 after one renewal of the token
class Forbidden : public HttpError {
    using HttpError::HttpError;
};  ///< 403
class QuotaExceeded : public Forbidden {
    using Forbidden::Forbidden;
};  ///< 403, 409 or 413 that says that a quota is used up
class NotFound : public HttpError {
    using HttpError::HttpError;
};  ///< 404, or a name that nothing has
class Conflict : public HttpError {
    using HttpError::HttpError;
};  ///< 409
class PreconditionFailed : public HttpError {
    using HttpError::HttpError;
};  ///< 412
class TooManyRequests : public HttpError {
    using HttpError::HttpError;
};  ///< 429 when retries are used up
class ServiceUnavailable : public HttpError {
    using HttpError::HttpError;
};  ///< 5xx when retries are used up
/// More than one resource has the name; the text lists their IDs.
class DuplicateResource : public Error {
    using Error::Error;
};
/// A resource went to an error state while it was waited for; the text has the service's own fault.
class ResourceFailed : public Error {
    using Error::Error;
};
/// A deadline passed. The text says what was waited for and the last state seen.
class Timeout : public Error {
    using Error::Error;
};
/// The stop token was used.
class Cancelled : public Error {
    using Error::Error;
};
/// No connection, TLS refused, connection lost in mid-answer.
class TransportError : public Error {
    using Error::Error;
};
/// An answer that is not what the API promises (broken JSON, a wrong type); the text has the path to the value.
class MalformedResponse : public Error {
    using Error::Error;
};
/// clouds.yaml, OS_* or arguments do not describe a cloud; the text says which file and line, and what to write.
class ConfigError : public Error {
    using Error::Error;
};
/// Nothing describes a cloud at all: no clouds.yaml, no OS_*, no arguments.
class CloudNotConfigured : public ConfigError {
    using ConfigError::ConfigError;
};
/// The cloud offers no endpoint for the service; the text lists those it has.
class EndpointNotFound : public Error {
    using Error::Error;
};

}  // namespace openstack
