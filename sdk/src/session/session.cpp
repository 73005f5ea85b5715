#include "openstack/session.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/auth/authenticator.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/failure.hpp"
#include "sdk/src/session/redaction.hpp"
#include "sdk/src/session/service_settings.hpp"
#include "sdk/src/session/session_impl.hpp"

namespace openstack {
namespace {

using session::Outgoing;

http::TransportOptions transport_options(const CloudConfig& config, const SessionOptions& options) {
    const auto silence = config.api_timeout();
    return {.verify = config.verify(),
            .cacert = config.cacert(),
            .cert = config.cert(),
            .key = config.key(),
            .connect_timeout = silence.value_or(options.connect_timeout),
            .idle_timeout = silence.value_or(options.idle_timeout),
            .max_connections_per_host = options.max_connections_per_host,
            .queue_timeout = options.queue_timeout,
            .max_body = options.max_body};
}

SessionOptions with_defaults(SessionOptions options) {
    const char* debug = std::getenv("OPENSTACK_SDK_DEBUG");
    if (!options.wire_log && debug != nullptr && !std::string_view(debug).empty() &&
        std::string_view(debug) != "0") {
        options.wire_log = [](std::string_view line) {
            const auto text = "openstack-sdk " + std::string(line) + "\n";
            std::fwrite(text.data(), 1, text.size(), stderr);
        };
    }
    return options;
}

}  // namespace

Session::Impl::Impl(CloudConfig given, SessionOptions chosen, std::shared_ptr<http::Transport> transport,
                    std::shared_ptr<session::Clock> clock)
    : config(std::move(given)),
      options(with_defaults(std::move(chosen))),
      sender(transport ? std::move(transport) : http::make_curl_transport(transport_options(config, options)),
             clock ? std::move(clock) : std::make_shared<session::Clock>(), options),
      tokens(auth::make_authenticator(config), sender) {}

std::string Session::Impl::address(const session::ServiceType& service, const CallOptions& call) {
    if (const auto override = session::endpoint_override(config, service)) {
        if (!session::wants_project(*override)) return *override;
        const auto token = tokens.get(call);
        return session::with_project(*override, token->access->project ? token->access->project->id : "");
    }
    if (auto fixed = tokens.fixed_endpoint(); !fixed.empty()) return fixed;
    const auto token = tokens.get(call);
    if (service.type == "identity" &&
        std::ranges::find(token->access->catalog, "identity", &CatalogService::type) ==
            token->access->catalog.end()) {
        // A token without a scope has no catalog, and is for asking which projects there are.
        if (auto found = tokens.identity_endpoint(); !found.empty()) return found;
    }
    auto wanted = service;
    const auto renamed = config.service_setting(service.type, "service_type");
    if (renamed) wanted = {.type = *renamed};
    const auto region = config.service_setting(service.type, "region_name").value_or(config.region_name());
    return session::find_in_catalog(*token->access, wanted, config.interfaces(service.type), region,
                                    config.service_setting(service.type, "service_name").value_or(""));
}

session::Endpoint Session::Impl::endpoint(const session::ServiceType& service, const CallOptions& call) {
    session::check_api_version(config, service);
    const auto url = address(service, call);
    if (http::Url::parse(url) == std::nullopt) {
        throw EndpointNotFound("the endpoint of the service \"" + std::string(service.type) + "\" is \"" +
                                   http::without_secrets(url) + "\", which is not an http URL",
                               {.service_type = std::string(service.type)});
    }
    const auto found = slot(std::string(service.type) + " " + url);
    session::Endpoint out;
    found->flight.run(
        call,
        [&] {
            if (found->endpoint) out = *found->endpoint;
            return found->endpoint.has_value();
        },
        [&]() -> std::function<void()> {
            std::string project;
            if (!service.version.empty() && tokens.fixed_endpoint().empty()) {
                const auto token = tokens.get(call);
                if (token->access->project) project = token->access->project->id;
            }
            auto fresh = session::versioned_endpoint(url, service, project, sender, call);
            return [&out, found, fresh] { found->endpoint = out = fresh; };
        });
    return out;
}

std::shared_ptr<Session::Impl::Slot> Session::Impl::slot(const std::string& key) {
    const std::lock_guard lock(slots_mutex);
    auto& out = slots[key];
    if (!out) out = std::make_shared<Slot>();
    return out;
}

std::string Session::Impl::negotiate(std::string_view type, std::string_view wanted,
                                     const CallOptions& call) {
    const auto service = session::service_type_info(type);
    if (service.microversion_name.empty()) return {};
    if (auto configured = session::default_microversion(config, service)) return *configured;
    const auto most = session::Microversion::parse(wanted);
    if (!most) {
        throw Error("\"" + std::string(wanted) + "\" is not a microversion; write it like 2.79",
                    {.service_type = std::string(service.type)});
    }
    const auto at = endpoint(service, call);
    const auto found = slot("microversions " + at.version_url);
    std::optional<session::MicroversionRange> range;
    found->flight.run(
        call,
        [&] {
            if (found->microversions_read) range = found->microversions;
            return found->microversions_read;
        },
        [&]() -> std::function<void()> {
            auto fresh = at.microversions;
            if (!fresh) fresh = read_microversions(at, service, call);
            return [&range, found, fresh] {
                found->microversions = range = fresh;
                found->microversions_read = true;
            };
        });
    if (!range) return {};
    if (*most < range->minimum) {
        throw Error("the service \"" + std::string(service.type) + "\" at " + at.url +
                        " speaks microversions " + range->minimum.text() + " to " + range->maximum.text() +
                        ", and at most " + most->text() + " is understood here",
                    {.url = at.url, .service_type = std::string(service.type)});
    }
    return std::min(*most, range->maximum).text();
}

std::optional<session::MicroversionRange> Session::Impl::read_microversions(
    const session::Endpoint& at, const session::ServiceType& service, const CallOptions& call) {
    // Without its microversions everything that a service has learned since its first one would be missing, and nobody
    // would know why; so an answer that says nothing about them is an error, which the next call may not meet.
    const auto fail = [&](const std::string& why, ErrorDetails details) {
        std::string name(service.type);
        std::ranges::replace(name, '-', '_');
        throw MalformedResponse("cannot tell which microversions the service \"" + std::string(service.type) +
                                    "\" speaks: " + why + ". " + name +
                                    "_default_microversion in the cloud's entry names one",
                                std::move(details));
    };
    CallOptions plain = call;
    plain.microversion.reset();
    try {
        const auto response = request(service.type, {.path = at.version_url + "/"}, plain);
        if (const auto version = session::find_version(response.body, at, service))
            return version->microversions;
        fail("GET " + response.url + " is no version document of it",
             {.status = response.status,
              .request_id = response.request_id(),
              .method = "GET",
              .url = response.url,
              .service_type = std::string(service.type)});
    } catch (const HttpError& error) {
        const int status = error.status();
        // Above all no NotFound, which callers take for the absence of what they asked for.
        if (status < 500 && status != 401 && status != 429) fail(error.what(), error.details());
        throw;
    }
    return std::nullopt;
}

std::string Session::Impl::url_of(const Request& request, const session::ServiceType& service,
                                  const CallOptions& call) {
    const auto& path = request.path;
    const bool absolute = path.starts_with("http://") || path.starts_with("https://");
    if (absolute && !request.authenticated)
        return http::with_query(http::encode_illegal(path), request.query);
    const auto base = endpoint(service, call).url;
    if (!absolute) {
        const bool joined = path.empty() || path.front() == '/' || path.front() == '?';
        return http::with_query(base + (joined ? "" : "/") + http::encode_illegal(path), request.query);
    }
    auto target = http::Url::parse(path);
    const auto home = http::Url::parse(base);
    if (target && target->origin() != home->origin() && target->path.starts_with(home->path)) {
        // A link written by a service behind a proxy: the same path, at the address that we know to be the service's.
        target->scheme = home->scheme;
        target->host = home->host;
        target->port = home->port;
        target->user_info = home->user_info;
    }
    if (!target || target->origin() != home->origin()) {
        throw Error(session::describe(request.method, path) + " is not of the service \"" +
                        std::string(service.type) + "\" at " + home->origin() +
                        ", so the token is not sent there",
                    {.method = request.method,
                     .url = http::without_secrets(path),
                     .service_type = std::string(service.type)});
    }
    return http::with_query(http::encode_illegal(target->text()), request.query);
}

Outgoing Session::Impl::prepare(const Request& request, const session::ServiceType& service,
                                const CallOptions& call) {
    Outgoing out{.method = request.method,
                 .url = url_of(request, service, call),
                 .headers = request.headers,
                 .body = request.source ? std::string() : request.body,
                 .source = request.source,
                 .sink = request.sink,
                 .repeatable = request.repeatable.value_or(session::repeatable_by_nature(request.method)),
                 .carries_token = request.authenticated,
                 .service_type = std::string(service.type),
                 .secret_fields = request.secret_fields,
                 .connect_retries = session::number_setting(config, service, "connect_retries"),
                 .status_retries = session::number_setting(config, service, "status_code_retries")};
    for (const auto& [name, value] : out.headers) {
        if (name.empty() ||
            (name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            throw Error(session::describe(out.method, out.url) + ": the header field \"" +
                        http::percent_encode(name) + "\" has a line break or no name");
        }
    }
    const bool has_body = out.source || !out.body.empty();
    if (has_body && !out.headers.find("Content-Type") && !request.content_type.empty()) {
        out.headers.set("Content-Type", request.content_type);
    }
    if (!out.headers.find("Accept")) out.headers.set("Accept", out.sink ? "*/*" : "application/json");
    if (!out.headers.find("User-Agent")) {
        out.headers.set("User-Agent",
                        (options.user_agent.empty() ? "" : options.user_agent + " ") + "openstack-sdk-cpp");
    }
    auto microversion = call.microversion;
    if (!microversion) microversion = session::default_microversion(config, service);
    if (microversion && !microversion->empty() && !service.microversion_name.empty()) {
        out.headers.set("OpenStack-API-Version",
                        std::string(service.microversion_name) + " " + *microversion);
        if (!service.legacy_microversion.empty())
            out.headers.set(std::string(service.legacy_microversion), *microversion);
    }
    return out;
}

Response Session::Impl::request(std::string_view type, const Request& request, const CallOptions& call) {
    const auto service = session::service_type_info(type);
    auto outgoing = prepare(request, service, call);
    const auto method = outgoing.method;
    session::Body body(outgoing);
    std::shared_ptr<const session::Token> token;
    if (request.authenticated) {
        token = tokens.get(call);
        if (!token->text.empty()) outgoing.headers.set("X-Auth-Token", token->text);
    }
    auto delivery = sender.send(outgoing, body, call);
    // One new token for however many threads were refused, and one repetition of each of their requests.
    bool repeat_may_help = false;
    if (delivery.response.status == 401 && token) {
        token = tokens.get_newer(token->generation, call);
        if (body.start_over()) {
            outgoing.headers.set("X-Auth-Token", token->text);
            const auto before = std::move(delivery);
            delivery = sender.send(outgoing, body, call);
            delivery.attempts += before.attempts;
            delivery.perhaps_done_before = delivery.perhaps_done_before || before.perhaps_done_before;
        } else {
            repeat_may_help = true;  // the next call has a good token, only this body is spent
        }
    }
    auto& response = delivery.response;
    const bool version_document = response.status == 300 && !request.authenticated;
    if (response.status / 100 == 2 || response.status == 304 || version_document) return std::move(response);
    auto details = session::details_of(method, response, service.type, delivery.attempts);
    const auto secrets = session::secret_values(outgoing.headers, outgoing.body, request.secret_fields);
    details.service_message = session::masked(details.service_message, secrets);
    if (repeat_may_help) details.retryable = true;
    details.perhaps_done_before = delivery.perhaps_done_before;
    session::raise_answer(std::move(details));
}

std::shared_ptr<void> Session::Impl::companion(const std::type_info& type, std::shared_ptr<void> (*make)()) {
    const std::lock_guard lock(companions_mutex);
    auto& out = companions[type];
    if (!out) out = make();
    return out;
}

std::shared_ptr<Session> Session::create(CloudConfig config, SessionOptions options) {
    return std::make_shared<Session>(
        std::make_unique<Impl>(std::move(config), std::move(options), nullptr, nullptr));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

const CloudConfig& Session::config() const {
    return impl_->config;
}
std::string Session::token(const CallOptions& options) {
    return impl_->tokens.get(options)->text;
}
std::shared_ptr<const Access> Session::access(const CallOptions& options) {
    return impl_->tokens.get(options)->access;
}
Response Session::request(std::string_view service_type, const Request& request, const CallOptions& options) {
    return impl_->request(service_type, request, options);
}
std::string Session::endpoint(std::string_view service_type, const CallOptions& options) {
    return impl_->endpoint(session::service_type_info(service_type), options).url;
}
std::string Session::negotiate_microversion(std::string_view service_type, std::string_view wanted_maximum,
                                            const CallOptions& options) {
    return impl_->negotiate(service_type, wanted_maximum, options);
}

std::shared_ptr<void> Session::companion(const std::type_info& type, std::shared_ptr<void> (*make)()) {
    return impl_->companion(type, make);
}

}  // namespace openstack
