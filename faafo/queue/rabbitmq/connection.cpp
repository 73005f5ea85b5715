#include "faafo/queue/rabbitmq/connection.hpp"

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <span>

namespace faafo::queue::rabbitmq {
namespace {

constexpr amqp_channel_t channel = 1;
constexpr int frame_size = 131'072;
constexpr std::uint64_t longest_message = 1 << 20;  // a task has some hundred bytes
constexpr timeval connect_limit{.tv_sec = 5, .tv_usec = 0};
constexpr timeval answer_limit{.tv_sec = 10, .tv_usec = 0};
constexpr unsigned send_limit_ms = 30'000;
constexpr int loop_wait_ms = 500;  // the heartbeat is looked after at least so often

struct StateDelete {
    void operator()(amqp_connection_state_t_* state) const { amqp_destroy_connection(state); }
};

amqp_bytes_t bytes(std::string_view text) {
    return {.len = text.size(),
            .bytes = const_cast<char*>(text.data())};  // the library's type knows no const
}

/// What the other side says goes into logs.
std::string text_of(amqp_bytes_t bytes) {
    std::string text(static_cast<const char*>(bytes.bytes), std::min<std::size_t>(bytes.len, 512));
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = '?';
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> texts_of(const amqp_table_t& table) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const amqp_table_entry_t& entry :
         std::span(table.entries, static_cast<std::size_t>(table.num_entries))) {
        if (entry.value.kind == AMQP_FIELD_KIND_UTF8)
            texts.emplace_back(text_of(entry.key), text_of(entry.value.value.bytes));
    }
    return texts;
}

std::string advice_for(int code, const std::string& reply) {
    if (code == AMQP_ACCESS_REFUSED && reply.find("Login was refused") != std::string::npos)
        return "; user or password in transport_url are wrong, or the user does not exist yet";
    if (code == AMQP_ACCESS_REFUSED)
        return "; the user needs permissions on this virtual host (rabbitmqctl set_permissions)";
    if (code == AMQP_NOT_ALLOWED)
        return "; check the virtual host at the end of transport_url, and the user's permissions on it";
    if (code == AMQP_PRECONDITION_FAILED)
        return "; exchange or queue exist with other properties, or a task was kept for longer than the "
               "broker's "
               "consumer_timeout";
    return "";
}

}  // namespace

struct Connection::Impl {
    BrokerUrl url;
    std::unique_ptr<amqp_connection_state_t_, StateDelete> state;
    bool usable = false;
    bool confirming = false;
    std::uint64_t published = 0;

    /// A message that has not arrived as a whole: its method came, header and body follow in frames of their own.
    struct Partial {
        std::variant<Delivery, Returned> what;
        bool has_header = false;
        std::uint64_t missing = 0;
    };
    std::optional<Partial> partial;

    [[noreturn]] void fail(std::string_view what) {
        usable = false;
        throw BrokerError(fmt::format("the broker {} {}", url.without_password(), what));
    }

    [[noreturn]] void fail_with_status(int status, std::string_view during) {
        switch (status) {
            case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
                fail(fmt::format("cannot be found: no address is known for the host {}; check transport_url",
                                 url.host));
            case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
            case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
            case AMQP_STATUS_SSL_CONNECTION_FAILED:
                fail(fmt::format(
                    "has no TLS certificate that is trusted and names {}: name the file of its authority "
                    "in transport_url (?cacertfile=/…/ca.pem), and check that the port is one for TLS",
                    url.host));
            case AMQP_STATUS_BAD_AMQP_DATA:
            case AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION:
                fail(fmt::format(
                    "is none: what answers on port {} does not speak AMQP 0-9-1; check host and port of "
                    "transport_url (5672, or 5671 for amqps)",
                    url.port));
            case AMQP_STATUS_HEARTBEAT_TIMEOUT:
                fail("fell silent: no heartbeat any more");
            case AMQP_STATUS_TIMEOUT:
                fail(fmt::format(
                    "did not answer in time {}; if that goes on, check that what listens on port {} speaks "
                    "AMQP 0-9-1, and whether the broker is overloaded",
                    during, url.port));
            default:
                fail(fmt::format("cannot be used {}: {}", during, amqp_error_string2(status)));
        }
    }

    [[noreturn]] void fail_with_reply(const amqp_rpc_reply_t& reply, std::string_view during) {
        if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) fail_with_status(reply.library_error, during);
        fail_with_close(reply.reply, during);
    }

    [[noreturn]] void fail_with_close(const amqp_method_t& method, std::string_view during) {
        int code = 0;
        std::string reason = "no reason given";
        if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
            const auto* close = static_cast<const amqp_connection_close_t*>(method.decoded);
            code = close->reply_code;
            reason = text_of(close->reply_text);
        } else if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
            const auto* close = static_cast<const amqp_channel_close_t*>(method.decoded);
            code = close->reply_code;
            reason = text_of(close->reply_text);
        }
        fail(fmt::format("refuses us {}: {}{}", during, reason, advice_for(code, reason)));
    }

    void expect_ok(std::string_view during) {
        const amqp_rpc_reply_t reply = amqp_get_rpc_reply(state.get());
        if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail_with_reply(reply, during);
        amqp_maybe_release_buffers(state.get());
    }

    void expect_sent(int status) {
        if (status != AMQP_STATUS_OK) fail_with_status(status, "to send to");
    }

    amqp_socket_t* make_socket() {
        if (!url.tls) return amqp_tcp_socket_new(state.get());
        amqp_socket_t* socket = amqp_ssl_socket_new(state.get());
        if (socket == nullptr) return nullptr;
        auto* context = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        amqp_ssl_socket_set_verify_peer(socket, 1);
        // OpenSSL compares the names itself: rabbitmq-c knows no certificates for IP addresses.
        amqp_ssl_socket_set_verify_hostname(socket, 0);
        X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
        if (X509_VERIFY_PARAM_set1_ip_asc(wanted, url.host.c_str()) != 1 &&
            X509_VERIFY_PARAM_set1_host(wanted, url.host.c_str(), 0) != 1) {
            fail("has a host that no certificate can name");
        }
        if (url.authorities.empty()) {
            SSL_CTX_set_default_verify_paths(context);
        } else if (amqp_ssl_socket_set_cacert(socket, url.authorities.c_str()) != AMQP_STATUS_OK) {
            fail(
                fmt::format("cannot be checked: {} is no readable PEM file of certificates (cacertfile in "
                            "transport_url)",
                            url.authorities));
        }
        if (!url.certificate.empty() &&
            amqp_ssl_socket_set_key(socket, url.certificate.c_str(), url.key.c_str()) != AMQP_STATUS_OK) {
            fail(fmt::format(
                "cannot be used: {} and {} are no certificate and its key in PEM (certfile, keyfile in "
                "transport_url)",
                url.certificate, url.key));
        }
        return socket;
    }

    void log_in(std::string_view name) {
        std::array<amqp_table_entry_t, 2> capabilities{};
        capabilities[0] = flag("consumer_cancel_notify");
        capabilities[1] = flag("authentication_failure_close");
        std::array<amqp_table_entry_t, 3> properties{};
        properties[0] = text("product", "faafo");
        properties[1] = text("connection_name", name);
        properties[2].key = bytes("capabilities");
        properties[2].value.kind = AMQP_FIELD_KIND_TABLE;
        properties[2].value.value.table = {.num_entries = capabilities.size(),
                                           .entries = capabilities.data()};
        const amqp_table_t table{.num_entries = properties.size(), .entries = properties.data()};
        amqp_set_handshake_timeout(state.get(), &answer_limit);
        amqp_set_rpc_timeout(state.get(), &answer_limit);
        const amqp_rpc_reply_t reply = amqp_login_with_properties(
            state.get(), url.virtual_host.c_str(), 0, frame_size, static_cast<int>(url.heartbeat.count()),
            &table, AMQP_SASL_METHOD_PLAIN, url.user.c_str(), url.password.c_str());
        if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
            (reply.library_error == AMQP_STATUS_CONNECTION_CLOSED ||
             reply.library_error == AMQP_STATUS_SOCKET_ERROR)) {
            fail(fmt::format(
                "closed the connection without a word: check that what listens on port {} speaks AMQP "
                "0-9-1{}",
                url.port, url.tls ? "" : " without TLS"));
        }
        fail_with_reply(reply, "during the login");
    }

    static amqp_table_entry_t flag(std::string_view name) {
        amqp_table_entry_t entry{};
        entry.key = bytes(name);
        entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
        entry.value.value.boolean = 1;
        return entry;
    }

    static amqp_table_entry_t text(std::string_view name, std::string_view value) {
        amqp_table_entry_t entry{};
        entry.key = bytes(name);
        entry.value.kind = AMQP_FIELD_KIND_UTF8;
        entry.value.value.bytes = bytes(value);
        return entry;
    }

    /// What this frame makes complete, if anything.
    std::optional<Incoming> take(const amqp_frame_t& frame) {
        if (frame.frame_type == AMQP_FRAME_METHOD) return take_method(frame.payload.method);
        if (frame.channel != channel || !partial) return std::nullopt;
        if (frame.frame_type == AMQP_FRAME_HEADER) {
            partial->missing = frame.payload.properties.body_size;
            partial->has_header = true;
            const auto* properties =
                static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
            if (auto* returned = std::get_if<Returned>(&partial->what);
                returned != nullptr && (properties->_flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0) {
                returned->id = text_of(properties->message_id);
            }
            if (auto* delivery = std::get_if<Delivery>(&partial->what)) {
                delivery->too_long = partial->missing > longest_message;
                if ((properties->_flags & AMQP_BASIC_HEADERS_FLAG) != 0)
                    delivery->headers = texts_of(properties->headers);
            }
        } else if (frame.frame_type == AMQP_FRAME_BODY) {
            const amqp_bytes_t fragment = frame.payload.body_fragment;
            if (fragment.len > partial->missing) fail("sent a message that is longer than it said");
            if (auto* delivery = std::get_if<Delivery>(&partial->what);
                delivery != nullptr && !delivery->too_long)
                delivery->body.append(static_cast<const char*>(fragment.bytes), fragment.len);
            partial->missing -= fragment.len;
        }
        if (!partial->has_header || partial->missing > 0) return std::nullopt;
        Partial whole = *std::move(partial);
        partial.reset();
        return std::visit([](auto&& what) -> Incoming { return std::forward<decltype(what)>(what); },
                          std::move(whole.what));
    }

    std::optional<Incoming> take_method(const amqp_method_t& method) {
        switch (method.id) {
            case AMQP_BASIC_DELIVER_METHOD: {
                const auto* deliver = static_cast<const amqp_basic_deliver_t*>(method.decoded);
                partial = Partial{.what = Delivery{.tag = deliver->delivery_tag,
                                                   .redelivered = deliver->redelivered != 0,
                                                   .body = {}}};
                return std::nullopt;
            }
            case AMQP_BASIC_RETURN_METHOD: {
                const auto* returned = static_cast<const amqp_basic_return_t*>(method.decoded);
                partial = Partial{.what = Returned{.id = {}, .reason = text_of(returned->reply_text)}};
                return std::nullopt;
            }
            case AMQP_BASIC_ACK_METHOD: {
                const auto* ack = static_cast<const amqp_basic_ack_t*>(method.decoded);
                return Confirm{.number = ack->delivery_tag, .multiple = ack->multiple != 0, .accepted = true};
            }
            case AMQP_BASIC_NACK_METHOD: {
                const auto* nack = static_cast<const amqp_basic_nack_t*>(method.decoded);
                return Confirm{
                    .number = nack->delivery_tag, .multiple = nack->multiple != 0, .accepted = false};
            }
            case AMQP_BASIC_CANCEL_METHOD:
                fail("ended our deliveries: the queue was deleted, or its node stopped");
            case AMQP_CHANNEL_CLOSE_METHOD:
            case AMQP_CONNECTION_CLOSE_METHOD:
                fail_with_close(method, "to go on");
            default:
                return std::nullopt;
        }
    }
};

Connection::Connection(BrokerUrl url, std::string_view name) : impl_(std::make_unique<Impl>()) {
    impl_->url = std::move(url);
    impl_->state.reset(amqp_new_connection());
    amqp_socket_t* socket = impl_->state ? impl_->make_socket() : nullptr;
    if (socket == nullptr) throw std::bad_alloc();
    const int status =
        amqp_socket_open_noblock(socket, impl_->url.host.c_str(), impl_->url.port, &connect_limit);
    if (status == AMQP_STATUS_SOCKET_ERROR || status == AMQP_STATUS_TIMEOUT) {
        impl_->fail(
            fmt::format("cannot be reached: nobody answers on port {} of {}; is it running, and does a "
                        "security group or firewall let this machine in?",
                        impl_->url.port, impl_->url.host));
    }
    if (status != AMQP_STATUS_OK) impl_->fail_with_status(status, "to connect");
    // A broker that stops reading must not hold a sender for ever.
    (void)setsockopt(amqp_get_sockfd(impl_->state.get()), IPPROTO_TCP, TCP_USER_TIMEOUT, &send_limit_ms,
                     sizeof send_limit_ms);
    impl_->log_in(name);
    amqp_channel_open(impl_->state.get(), channel);
    impl_->expect_ok("to open a channel");
    impl_->usable = true;
}

Connection::~Connection() {
    if (impl_->usable) amqp_connection_close(impl_->state.get(), AMQP_REPLY_SUCCESS);
}

void Connection::declare_exchange(const std::string& name) {
    amqp_exchange_declare(impl_->state.get(), channel, bytes(name), bytes("direct"), 0, 1, 0, 0,
                          amqp_empty_table);
    impl_->expect_ok(fmt::format("to declare the exchange '{}'", name));
}

void Connection::declare_queue(const std::string& name, std::optional<std::int32_t> longest) {
    amqp_table_entry_t limit{};
    limit.key = bytes("x-max-length");
    limit.value.kind = AMQP_FIELD_KIND_I32;
    limit.value.value.i32 = longest.value_or(0);
    const amqp_table_t arguments{.num_entries = longest ? 1 : 0, .entries = &limit};
    amqp_queue_declare(impl_->state.get(), channel, bytes(name), 0, 1, 0, 0, arguments);
    impl_->expect_ok(fmt::format("to declare the queue '{}'", name));
}

void Connection::bind(const std::string& queue, const std::string& exchange, const std::string& routing_key) {
    amqp_queue_bind(impl_->state.get(), channel, bytes(queue), bytes(exchange), bytes(routing_key),
                    amqp_empty_table);
    impl_->expect_ok(fmt::format("to bind the queue '{}'", queue));
}

std::uint32_t Connection::ready_messages(const std::string& queue) {
    const auto* answer =
        amqp_queue_declare(impl_->state.get(), channel, bytes(queue), 1, 1, 0, 0, amqp_empty_table);
    const std::uint32_t count = answer == nullptr ? 0 : answer->message_count;
    impl_->expect_ok(fmt::format("to look at the queue '{}'", queue));
    return count;
}

void Connection::confirm_publishes() {
    amqp_confirm_select(impl_->state.get(), channel);
    impl_->expect_ok("to confirm messages");
    impl_->confirming = true;
}

std::uint64_t Connection::publish(const std::string& exchange, const std::string& routing_key,
                                  const Message& message, bool mandatory) {
    std::vector<amqp_table_entry_t> headers;
    headers.reserve(message.headers.size());
    for (const auto& [name, value] : message.headers)
        headers.push_back(Impl::text(name, value));
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
                        AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
    properties.content_type = bytes("application/json");
    properties.content_encoding = bytes("utf-8");
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    properties.message_id = bytes(message.id);
    properties.headers = {.num_entries = static_cast<int>(headers.size()), .entries = headers.data()};
    impl_->expect_sent(amqp_basic_publish(impl_->state.get(), channel, bytes(exchange), bytes(routing_key),
                                          mandatory ? 1 : 0, 0, &properties, bytes(message.body)));
    return ++impl_->published;
}

void Connection::consume(const std::string& queue, std::uint16_t prefetch) {
    amqp_basic_qos(impl_->state.get(), channel, 0, prefetch, 0);
    impl_->expect_ok("to limit deliveries");
    amqp_basic_consume(impl_->state.get(), channel, bytes(queue), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    impl_->expect_ok(fmt::format("to deliver from the queue '{}'", queue));
}

void Connection::acknowledge(std::uint64_t tag) {
    impl_->expect_sent(amqp_basic_ack(impl_->state.get(), channel, tag, 0));
}

void Connection::requeue(std::uint64_t tag) {
    impl_->expect_sent(amqp_basic_nack(impl_->state.get(), channel, tag, 0, 1));
}

std::optional<Incoming> Connection::receive(std::chrono::milliseconds timeout, int wake) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        amqp_frame_t frame{};
        timeval at_once{};
        const int status = amqp_simple_wait_frame_noblock(impl_->state.get(), &frame, &at_once);
        if (status == AMQP_STATUS_OK) {
            auto incoming = impl_->take(frame);
            amqp_maybe_release_buffers(impl_->state.get());
            if (incoming) return incoming;
            continue;
        }
        if (status != AMQP_STATUS_TIMEOUT) impl_->fail_with_status(status, "any more");

        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        std::array<pollfd, 2> descriptors{
            {{.fd = amqp_get_sockfd(impl_->state.get()), .events = POLLIN, .revents = 0},
             {.fd = wake, .events = POLLIN, .revents = 0}}};
        (void)poll(descriptors.data(), descriptors.size(),
                   static_cast<int>(std::min<std::int64_t>(left.count(), loop_wait_ms)));
        if ((descriptors[1].revents & POLLIN) != 0) return std::nullopt;
    }
}

}  // namespace faafo::queue::rabbitmq
