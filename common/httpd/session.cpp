#include "common/httpd/session.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "common/httpd/body_sink.hpp"
#include "common/httpd/outgoing.hpp"

namespace common::httpd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t chunk_size = 128 << 10;
// A body must come faster than this on the average, or somebody is holding the connection on purpose.
constexpr std::uint64_t least_bytes_per_second = 1024;
// How long, and how much, an abandoned request may go on talking before its connection is closed: a close with
// unread bytes would reset the connection and take the answer with it.
constexpr std::chrono::seconds linger_time{2};
constexpr std::uint64_t linger_bytes = std::uint64_t{64} << 20;
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string address_text(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

// The status that answers a request which could not be read; 0 where nobody is left to hear one (after a timeout,
// which closes the socket, too).
int status_of(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
    if (error == http::error::body_limit) return 413;
    if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
    return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

// "http://host:port/path" to "/path", with its authority in place of the Host field, as RFC 9112 (3.2.2) asks.
bool to_origin_form(Request& request) {
    const std::string_view target = request.target;
    if (target.starts_with('/') || (target == "*" && request.method == "OPTIONS")) return true;
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view name = target.substr(0, scheme);
    if (name != "http" && name != "https" && name != "HTTP" && name != "HTTPS") return false;
    const std::string_view rest = target.substr(scheme + 3);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0) return false;
    std::string path(rest.substr(end));
    if (!path.starts_with('/')) path.insert(0, "/");
    request.headers.set("Host", std::string(rest.substr(0, end)));
    request.target = std::move(path);
    return true;
}

}  // namespace

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(SessionContext& context, asio::ip::tcp::socket socket, std::string listener_tag)
        : context_(context),
          stream_(std::move(socket)),
          listener_tag_(std::move(listener_tag)),
          // Room for a header at its limit and what was read behind it: chunk extensions, the next request.
          buffer_(context.options.header_limit + (std::size_t{64} << 10)) {}

    ~Session() {
        const std::lock_guard lock(context_.mutex);
        context_.sessions.erase(this);
        context_.ended.notify_all();
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    bool learn_addresses() {
        error_code error;
        const auto remote = stream_.socket().remote_endpoint(error);
        if (error) return false;
        const auto local = stream_.socket().local_endpoint(error);
        if (error) return false;
        remote_address_ = address_text(remote.address());
        remote_port_ = remote.port();
        local_address_ = address_text(local.address());
        local_port_ = local.port();
        stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
        ::fcntl(stream_.socket().native_handle(), F_SETFD, FD_CLOEXEC);
        return true;
    }

    void start() {
        asio::post(stream_.get_executor(), [self = shared_from_this()] { self->read_request(); });
    }

    void drain() {
        asio::post(stream_.get_executor(), [self = shared_from_this()] {
            self->draining_ = true;
            if (self->idle_) self->close();
        });
    }

    void abort() {
        asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
    }

  private:
    using Parser = http::request_parser<http::buffer_body>;

    // --- reading -------------------------------------------------------------------------------------------------

    void read_request() {
        if (draining_) return close();
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(
            std::min<std::size_t>(context_.options.header_limit, std::numeric_limits<std::uint32_t>::max())));
        parser_->body_limit(context_.options.body_limit);
        sink_.reset();
        if (buffer_.size() > 0) return read_header();
        idle_ = true;
        stream_.expires_after(context_.options.idle_timeout);
        stream_.async_read_some(buffer_.prepare(4096),
                                [self = shared_from_this()](error_code error, std::size_t size) {
                                    self->idle_ = false;
                                    if (error) return self->close();
                                    self->buffer_.commit(size);
                                    self->read_header();
                                });
    }

    void read_header() {
        skip_empty_line();
        // One deadline for the whole header: bytes that drip in do not prolong it.
        stream_.expires_after(context_.options.idle_timeout);
        http::async_read_header(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code error, std::size_t) { self->on_header(error); });
    }

    // Some clients send an empty line after a body; RFC 9112 (2.2) asks servers to overlook one.
    void skip_empty_line() {
        const std::string_view start(static_cast<const char*>(buffer_.data().data()), buffer_.size());
        if (start.starts_with("\r\n")) buffer_.consume(2);
    }

    void on_header(error_code error) {
        if (error) return refuse(status_of(error));
        const auto& message = parser_->get();
        request_ = {};
        request_.method = std::string(message.method_string());
        request_.target = std::string(message.target());
        for (const auto& field : message) {
            request_.headers.add(std::string(field.name_string()), std::string(field.value()));
        }
        to_.head_only = request_.method == "HEAD";
        to_.http_1_0 = message.version() < 11;
        to_.keep_alive = parser_->keep_alive();
        to_.server_name = context_.options.server_name;

        if (message.count(http::field::host) > 1 ||
            (!to_.http_1_0 && message.count(http::field::host) == 0)) {
            return refuse(400);
        }
        const auto encoding = message[http::field::transfer_encoding];
        if (!encoding.empty() && !beast::iequals(encoding, "chunked")) return refuse(501);
        if (!to_origin_form(request_)) return refuse(400);
        const std::string_view target = request_.target;
        const std::size_t question = std::min(target.find('?'), target.size());
        request_.path = percent_decode(target.substr(0, question));
        if (request_.path.find('\0') != std::string::npos) return refuse(400);
        request_.query = parse_query(target.substr(std::min(question + 1, target.size())));

        const auto expect = message[http::field::expect];
        if (!expect.empty() && !beast::iequals(expect, "100-continue")) return refuse(417);
        if (parser_->is_done()) return handle();
        if (!start_body()) return;
        if (expect.empty() || to_.http_1_0 || buffer_.size() > 0) return read_body();
        stream_.expires_after(context_.options.idle_timeout);
        asio::async_write(stream_, asio::buffer(continue_line),
                          [self = shared_from_this()](error_code write_error, std::size_t) {
                              if (write_error) return self->close();
                              self->read_body();
                          });
    }

    bool start_body() {
        std::optional<std::uint64_t> expected;
        if (const auto length = parser_->content_length()) expected = *length;
        if (chunk_.empty()) chunk_.resize(chunk_size);
        body_started_ = steady_clock::now();
        return guard_sink([&] {
            sink_ = std::make_unique<BodySink>(context_.options.memory_limit,
                                               context_.options.spool_directory, expected);
        });
    }

    // Runs what may fail for want of room on the disk; false when it did, and the client has been told.
    template <class Step>
    bool guard_sink(Step&& step) {
        try {
            step();
            return true;
        } catch (const std::exception& failure) {
            spdlog::error("httpd: {}", failure.what());
            refuse(507);
            return false;
        }
    }

    void read_body() {
        auto& body = parser_->get().body();
        body.data = chunk_.data();
        body.size = chunk_.size();
        stream_.expires_after(context_.options.idle_timeout);
        http::async_read_some(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code error, std::size_t) { self->on_body(error); });
    }

    void on_body(error_code error) {
        if (error == http::error::need_buffer) error = {};
        if (error) return refuse(error == http::error::buffer_overflow ? 400 : status_of(error));
        const std::size_t received = chunk_.size() - parser_->get().body().size;
        if (received > 0 && !guard_sink([&] { sink_->append({chunk_.data(), received}); })) return;
        if (parser_->is_done()) {
            request_.body = sink_->finish();
            return handle();
        }
        const auto fair =
            context_.options.idle_timeout + std::chrono::seconds(sink_->size() / least_bytes_per_second);
        if (steady_clock::now() - body_started_ > fair) return refuse(408);
        read_body();
    }

    // --- handling ------------------------------------------------------------------------------------------------

    void handle() {
        stream_.expires_never();
        request_.remote_address = remote_address_;
        request_.remote_port = remote_port_;
        request_.local_address = local_address_;
        request_.local_port = local_port_;
        if (!listener_tag_.empty()) request_.params["listener"] = listener_tag_;
        asio::post(context_.handlers, [self = shared_from_this()] { self->run_handler(); });
    }

    // On a thread of the pool; nothing else touches this session meanwhile.
    void run_handler() {
        Outgoing outgoing;
        try {
            outgoing = make_outgoing(context_.handler(request_), to_);
        } catch (const std::exception& failure) {
            // Not the query: it may carry signatures.
            spdlog::error("httpd: {} {} failed: {}", request_.method, request_.path, failure.what());
            outgoing = make_outgoing(plain_response(500), to_);
        } catch (...) {
            spdlog::error("httpd: {} {} failed with something that is no std::exception", request_.method,
                          request_.path);
            outgoing = make_outgoing(plain_response(500), to_);
        }
        request_ = {};  // lets go of the body's file before the client hears the answer
        asio::post(stream_.get_executor(), [self = shared_from_this(), out = std::move(outgoing)]() mutable {
            self->send(std::move(out));
        });
    }

    // Answers a request that did not reach the handler, and ends the connection: where the next one begins is unknown.
    void refuse(int status) {
        if (status == 0) return close();
        unread_ = true;
        to_.keep_alive = false;
        to_.server_name = context_.options.server_name;
        send(make_outgoing(plain_response(status), to_));
    }

    // --- writing -------------------------------------------------------------------------------------------------

    void send(Outgoing outgoing) {
        if (outgoing.reset) return reset();
        outgoing_ = std::move(outgoing);
        sent_ = 0;
        send_part(outgoing_.head);
    }

    // Sends `head`, if any, and the next piece of the body. Each piece has a deadline of its own.
    void send_part(std::string_view head) {
        std::string_view piece;
        if (outgoing_.file.open()) {
            if (!read_file_piece(piece)) return close();
        } else {
            piece = std::string_view(outgoing_.body).substr(sent_, chunk_size);
            sent_ += piece.size();
        }
        stream_.expires_after(context_.options.idle_timeout);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(piece)};
        asio::async_write(stream_, buffers, [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return self->close();
            const bool more = self->outgoing_.file.open() ? self->outgoing_.file_remaining > 0
                                                          : self->sent_ < self->outgoing_.body.size();
            if (more) return self->send_part({});
            self->on_sent();
        });
    }

    bool read_file_piece(std::string_view& piece) {
        if (outgoing_.file_remaining == 0) return true;
        if (chunk_.empty()) chunk_.resize(chunk_size);
        const std::size_t wanted = std::min<std::uint64_t>(chunk_.size(), outgoing_.file_remaining);
        ssize_t got = 0;
        do {
            got = ::pread(outgoing_.file.number(), chunk_.data(), wanted,
                          static_cast<off_t>(outgoing_.file_offset));
        } while (got < 0 && errno == EINTR);
        if (got <= 0) {
            spdlog::error("httpd: a file became shorter or unreadable while it was sent");
            return false;
        }
        outgoing_.file_offset += static_cast<std::uint64_t>(got);
        outgoing_.file_remaining -= static_cast<std::uint64_t>(got);
        piece = {chunk_.data(), static_cast<std::size_t>(got)};
        return true;
    }

    void on_sent() {
        const bool end = outgoing_.close || draining_;
        outgoing_ = {};
        if (!end) return read_request();
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        if (!unread_ && buffer_.size() == 0) return close();
        buffer_.clear();
        if (chunk_.empty()) chunk_.resize(chunk_size);
        stream_.expires_after(linger_time);
        lingered_ = 0;
        linger();
    }

    void linger() {
        stream_.async_read_some(asio::buffer(chunk_),
                                [self = shared_from_this()](error_code error, std::size_t size) {
                                    self->lingered_ += size;
                                    if (error || self->lingered_ > linger_bytes) return self->close();
                                    self->linger();
                                });
    }

    void reset() {
        error_code ignored;
        stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
        close();
    }

    void close() {
        stream_.expires_never();
        stream_.close();
    }

    SessionContext& context_;
    beast::tcp_stream stream_;  // its executor is a strand: everything but run_handler() happens on it
    std::string listener_tag_;
    std::string remote_address_;
    std::string local_address_;
    std::uint16_t remote_port_ = 0;
    std::uint16_t local_port_ = 0;

    beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    std::vector<char> chunk_;  // of a body, coming or going; allocated with the first one
    std::unique_ptr<BodySink> sink_;
    steady_clock::time_point body_started_;
    Request request_;
    AnswerTo to_;
    Outgoing outgoing_;
    std::size_t sent_ = 0;
    std::uint64_t lingered_ = 0;
    bool idle_ = false;      // between two requests
    bool draining_ = false;  // no further request is wanted
    bool unread_ = false;    // bytes of a refused request may still come
};

SessionContext::SessionContext(ServerOptions options_, Handler handler_)
    : options(std::move(options_)),
      handler(std::move(handler_)),
      handlers(std::max<std::size_t>(options.handler_threads, 1)) {}

void start_session(SessionContext& context, asio::ip::tcp::socket socket, const std::string& listener_tag) {
    const auto session = std::make_shared<Session>(context, std::move(socket), listener_tag);
    if (!session->learn_addresses()) return;
    {
        const std::lock_guard lock(context.mutex);
        if (context.draining || context.sessions.size() >= context.options.connection_limit) return;
        context.sessions.emplace(session.get(), session);
    }
    session->start();
}

void drain_session(const std::shared_ptr<Session>& session) {
    session->drain();
}
void close_session(const std::shared_ptr<Session>& session) {
    session->abort();
}

}  // namespace common::httpd
