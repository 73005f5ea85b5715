#include "sdk/src/session/sender.hpp"

#include <algorithm>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/failure.hpp"
#include "sdk/src/session/redaction.hpp"

namespace openstack::session {
namespace {

constexpr int most_redirects = 5;

/// Whether sending it elsewhere would show a stranger what is meant for the service alone.
bool is_confidential(const Outgoing& outgoing, int redirect_status) {
    const bool has_body = outgoing.source || !outgoing.body.empty();
    return outgoing.carries_token || outgoing.carries_credentials || (has_body && redirect_status != 303) ||
           std::ranges::any_of(outgoing.headers,
                               [](const auto& field) { return is_secret_header(field.first); });
}

std::string where_to_name_it(const Outgoing& outgoing) {
    if (outgoing.carries_credentials) return "write it as auth_url";
    return "name it in the cloud's entry (" +
           (outgoing.service_type.empty() ? "<service>" : outgoing.service_type) + "_endpoint_override)";
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// A proxy that ends TLS often makes a service write http:// into its links; the way there is still our https://.
std::optional<std::string> with_our_scheme(const std::string& ours, const std::string& target) {
    const auto from = http::Url::parse(ours);
    auto to = http::Url::parse(target);
    if (!from || !to || from->scheme != "https" || to->scheme != "http" || from->host != to->host)
        return std::nullopt;
    to->scheme = from->scheme;
    to->port = from->port;
    return to->text();
}

}  // namespace

Body::Body(Outgoing& outgoing) : original_(outgoing.source) {
    if (original_) {
        outgoing.source = std::make_shared<BodySource>(
            BodySource{.read =
                           [source = original_, touched = touched_](char* buffer, std::size_t capacity) {
                               *touched = true;
                               return source->read(buffer, capacity);
                           },
                       .rewind = original_->rewind,
                       .size = original_->size});
    }
    if (outgoing.sink) {
        outgoing.sink = [sink = outgoing.sink, delivered = delivered_](std::string_view bytes) {
            *delivered = true;
            sink(bytes);
        };
    }
}

bool Body::start_over() {
    if (*delivered_) return false;
    if (!*touched_) return true;
    if (!original_->rewind) return false;
    original_->rewind();
    *touched_ = false;
    return true;
}

struct Sender::Course {
    Outgoing& outgoing;
    Body& body;
    const CallOptions& options;
    int attempts = 0;
    int connect_retries = 0;
    int status_retries = 0;
    int redirects = 0;
    bool perhaps_done = false;  ///< by an attempt whose answer was lost
    std::string last;           ///< why the last attempt was not the last word

    [[nodiscard]] std::string what() const { return describe(outgoing.method, outgoing.url); }
    [[nodiscard]] ErrorDetails details() const {
        return {.method = outgoing.method,
                .url = http::without_secrets(outgoing.url),
                .service_type = outgoing.service_type,
                .attempts = attempts,
                .perhaps_done_before = perhaps_done};
    }
    [[noreturn]] void time_out(const std::string& why = "did not finish before its deadline") const {
        auto known = details();
        known.retryable = true;
        std::string after = last;
        if (attempts > 1) after += (after.empty() ? "" : ", ") + std::to_string(attempts) + " attempts";
        throw Timeout(what() + " " + why + (after.empty() ? "" : " (" + after + ")"), std::move(known));
    }
    [[noreturn]] void give_up() const { throw Cancelled(what() + " was cancelled", details()); }
};

Sender::Sender(std::shared_ptr<http::Transport> transport, std::shared_ptr<Clock> clock,
               const SessionOptions& options)
    : transport_(std::move(transport)),
      clock_(std::move(clock)),
      wire_log_(options.wire_log),
      budget_(options.retry) {}

Delivery Sender::send(Outgoing& outgoing, Body& body, const CallOptions& options) {
    Course course{outgoing, body, options};
    const auto& policy = budget_.policy();
    const int connect_limit = outgoing.connect_retries.value_or(policy.attempts - 1);
    const int status_limit = outgoing.status_retries.value_or(policy.attempts - 1);
    for (;;) {
        if (options.stop.stop_requested()) course.give_up();
        if (options.deadline && clock_->now() >= *options.deadline) course.time_out();
        ++course.attempts;
        http::WireAnswer answer;
        try {
            answer = exchange(outgoing, options);
        } catch (const http::TransportFault& fault) {
            auto details = course.details();
            switch (fault.fault()) {
                case http::Fault::deadline:
                    course.time_out();
                case http::Fault::cancelled:
                    course.give_up();
                case http::Fault::protocol:
                    throw MalformedResponse(course.what() + ": " + fault.what(), std::move(details));
                case http::Fault::source:
                    throw Error(course.what() + ": " + fault.what(), std::move(details));
                case http::Fault::tls:
                    throw TransportError(course.what() + ": " + fault.what(), std::move(details));
                case http::Fault::not_sent:
                case http::Fault::lost:
                    break;
            }
            const bool harmless = fault.fault() == http::Fault::not_sent || outgoing.repeatable;
            if (!harmless || course.connect_retries >= connect_limit || !body.start_over() ||
                !budget_.take()) {
                details.retryable = harmless;
                std::string text = course.what() + ": " + fault.what();
                if (!harmless) text += "; it may or may not have taken effect, so it was not sent again";
                if (course.attempts > 1)
                    text += "; " + std::to_string(course.attempts) + " attempts were made";
                throw TransportError(text, std::move(details));
            }
            course.last = fault.what();
            course.perhaps_done = course.perhaps_done || fault.fault() == http::Fault::lost;
            pause(course, budget_.pause(++course.connect_retries));
            continue;
        }

        if (is_redirect(answer.status) && answer.headers.find("Location")) {
            if (follow_redirect(course, answer)) continue;
        }
        const int status = answer.status;
        const auto wanted = parse_retry_after(answer.headers.get("Retry-After"));
        // 429, and a 503 that says when to come back, mean that nothing was done; the others only may mean it.
        const bool refused = status == 429 || (status == 503 && wanted);
        const bool worth_it =
            refused || ((status == 502 || status == 503 || status == 504) && outgoing.repeatable);
        if (worth_it && course.status_retries < status_limit &&
            wanted.value_or(std::chrono::seconds(0)) <= policy.longest_retry_after && body.start_over() &&
            budget_.take()) {
            course.last =
                "the last answer was " + std::to_string(status) + " " + std::string(reason_phrase(status));
            course.perhaps_done = course.perhaps_done || !refused;
            const auto chosen = budget_.pause(++course.status_retries);
            pause(course,
                  wanted ? std::chrono::milliseconds(*wanted) + (wanted->count() == 0 ? chosen : chosen / 10)
                         : chosen);
            continue;
        }
        if (status < 500 && status != 429) budget_.succeeded();
        return {.response = {.status = status,
                             .headers = std::move(answer.headers),
                             .body = std::move(answer.body),
                             .url = http::without_secrets(outgoing.url)},
                .attempts = course.attempts,
                .perhaps_done_before = course.perhaps_done};
    }
}

http::WireAnswer Sender::exchange(const Outgoing& outgoing, const CallOptions& options) {
    if (wire_log_) log_request(outgoing);
    auto answer = transport_->perform({.method = outgoing.method,
                                       .url = outgoing.url,
                                       .headers = outgoing.headers,
                                       .body = outgoing.body,
                                       .source = outgoing.source,
                                       .sink = outgoing.sink,
                                       .repeatable = outgoing.repeatable,
                                       .deadline = options.deadline,
                                       .stop = options.stop});
    if (wire_log_) log_answer(outgoing, answer);
    return answer;
}

void Sender::pause(const Course& course, std::chrono::milliseconds time) {
    const auto end = clock_->now() + time;
    // Sleeping up to the deadline only to fail at it would help nobody.
    if (course.options.deadline && end >= *course.options.deadline) {
        course.time_out("cannot be sent again before its deadline");
    }
    if (!clock_->sleep_until(end, course.options.stop)) course.give_up();
}

bool Sender::follow_redirect(Course& course, const http::WireAnswer& answer) {
    auto& outgoing = course.outgoing;
    auto target = http::resolve(outgoing.url, answer.headers.get("Location"));
    auto details = course.details();
    details.status = answer.status;
    if (!target) {
        throw HttpError(course.what() + ": redirected to something that is not an http URL",
                        std::move(details));
    }
    if (!http::same_origin(outgoing.url, *target)) {
        if (const auto ours = with_our_scheme(outgoing.url, *target)) {
            target = ours;
        } else if (is_confidential(outgoing, answer.status) ||
                   (outgoing.url.starts_with("https:") && target->starts_with("http:"))) {
            const auto url = http::Url::parse(*target);
            throw HttpError(course.what() + ": redirected to " + url->origin() + ", to which " +
                                (outgoing.carries_credentials ? "credentials are"
                                 : outgoing.carries_token     ? "the token is"
                                                              : "this request is") +
                                " not sent. If that is where the service is, " + where_to_name_it(outgoing),
                            std::move(details));
        }
    }
    if (++course.redirects > most_redirects) {
        throw HttpError(course.what() + ": redirected more than " + std::to_string(most_redirects) + " times",
                        std::move(details));
    }
    if (answer.status == 303 && outgoing.method != "HEAD") {
        outgoing.method = "GET";
        outgoing.body.clear();
        outgoing.source.reset();
        outgoing.repeatable = true;
    } else if (!course.body.start_over()) {
        return false;
    }
    outgoing.url = *target;
    --course.attempts;  // a redirect is a part of the same attempt
    return true;
}

void Sender::log_request(const Outgoing& outgoing) const {
    wire_log_("> " + describe(outgoing.method, outgoing.url));
    std::string type;
    for (const auto& [name, value] : outgoing.headers) {
        wire_log_("> " + shown_header(name, value));
        if (http::equal_ignoring_case(name, "Content-Type")) type = value;
    }
    if (outgoing.source) {
        wire_log_("> (a streamed body)");
    } else if (const auto body = shown_body(type, outgoing.body, outgoing.secret_fields); !body.empty()) {
        wire_log_("> " + body);
    }
}

void Sender::log_answer(const Outgoing& outgoing, const http::WireAnswer& answer) const {
    wire_log_("< " + std::to_string(answer.status) + " " + std::string(reason_phrase(answer.status)));
    for (const auto& [name, value] : answer.headers)
        wire_log_("< " + shown_header(name, value));
    const auto body = shown_body(answer.headers.get("Content-Type"), answer.body, outgoing.secret_fields);
    if (!body.empty()) wire_log_("< " + body);
}

}  // namespace openstack::session
