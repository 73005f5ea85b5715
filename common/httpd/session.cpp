#include "common/httpd/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/httpd/body_sink.hpp"
#include "common/httpd/outgoing.hpp"
#include "common/httpd/request_reader.hpp"

namespace common::httpd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
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

}  // namespace

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(SessionContext& context, asio::ip::tcp::socket socket, std::string listener_tag)
        : context_(context),
          stream_(std::move(socket)),
          listener_tag_(std::move(listener_tag)),
          reader_(stream_, context.options) {}

    ~Session() {
        forget_answer();
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

    void start() { asio::post(stream_.get_executor(), Step{shared_from_this(), &Session::read_request}); }
    void drain() { asio::post(stream_.get_executor(), Step{shared_from_this(), &Session::stop_when_idle}); }
    void abort() { asio::post(stream_.get_executor(), Step{shared_from_this(), &Session::close}); }

  private:
    // What comes next, as one type for all of it: Asio makes its machinery anew for each type of handler that it
    // meets, which took a third of this file's compile time.
    struct Step {
        std::shared_ptr<Session> self;
        void (Session::*step)();
        void operator()() const { (self.get()->*step)(); }
    };
    struct Transferred {
        std::shared_ptr<Session> self;
        void (Session::*step)(error_code, std::size_t);
        void operator()(error_code error, std::size_t size) const { (self.get()->*step)(error, size); }
    };
    Transferred then(void (Session::*step)(error_code, std::size_t)) { return {shared_from_this(), step}; }
    RequestReader::Done then(void (Session::*step)(error_code)) {
        return [self = shared_from_this(), step](error_code error) { (self.get()->*step)(error); };
    }

    void stop_when_idle() {
        draining_ = true;
        if (idle_) close();
    }

    // --- reading -------------------------------------------------------------------------------------------------

    void read_request() {
        if (draining_) return close();
        to_ = {.server_name = context_.options.server_name};  // known of a request that cannot be read, too
        reader_.next();
        sink_.reset();
        if (reader_.has_received()) return read_head();
        idle_ = true;
        stream_.expires_after(context_.options.idle_timeout);
        reader_.wait_for_bytes(then(&Session::on_first_bytes));
    }

    void on_first_bytes(error_code error) {
        idle_ = false;
        if (error) return close();
        read_head();
    }

    void read_head() {
        // One deadline for the whole head: bytes that drip in do not prolong it.
        stream_.expires_after(context_.options.idle_timeout);
        reader_.read_head(then(&Session::on_head));
    }

    void on_head(error_code error) {
        if (error) return refuse(RequestReader::status_of(error));
        RequestHead head = reader_.take_head();
        request_ = std::move(head.request);
        to_.head_only = request_.method == "HEAD";
        to_.http_1_0 = head.http_1_0;
        to_.keep_alive = head.keep_alive;
        if (head.refusal != 0) return refuse(head.refusal);
        if (reader_.complete()) return handle();
        if (!start_body()) return;
        if (!head.expects_continue || reader_.has_received()) return read_body();
        write(continue_line, {}, &Session::on_continue_sent);
    }

    void on_continue_sent(error_code error, std::size_t) {
        if (error) return close();
        read_body();
    }

    bool start_body() {
        if (chunk_.empty()) chunk_.resize(chunk_size);
        body_started_ = steady_clock::now();
        return guard_sink([&] {
            sink_ = std::make_unique<BodySink>(context_.options.memory_limit,
                                               context_.options.spool_directory, reader_.body_length());
        });
    }

    // Runs what may fail for want of room on the disk; false when it did, and the client has been told.
    template <class Action>
    bool guard_sink(Action&& action) {
        try {
            action();
            return true;
        } catch (const std::exception& failure) {
            spdlog::error("httpd: {}", failure.what());
            refuse(507);
            return false;
        }
    }

    void read_body() {
        stream_.expires_after(context_.options.idle_timeout);
        reader_.read_body(chunk_, then(&Session::on_body));
    }

    void on_body(error_code error) {
        if (error)
            return refuse(error == beast::http::error::buffer_overflow ? 400
                                                                       : RequestReader::status_of(error));
        const std::size_t received = reader_.filled();
        if (received > 0 && !guard_sink([&] { sink_->append({chunk_.data(), received}); })) return;
        if (reader_.complete()) {
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
        asio::post(context_.handlers, Step{shared_from_this(), &Session::run_handler});
    }

    // On a thread of the pool; nothing else touches this session meanwhile.
    void run_handler() {
        if (context_.abandoned) return;
        Outgoing outgoing;
        try {
            Response response = context_.handler(request_);
            const auto held = std::move(response.held);
            outgoing = make_outgoing(std::move(response), to_);
            keep_within_memory(outgoing);
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
        outgoing_ = std::move(outgoing);
        asio::post(stream_.get_executor(), Step{shared_from_this(), &Session::send});
    }

    // Whoever asks for much and reads nothing must not fill the memory.
    void keep_within_memory(Outgoing& outgoing) {
        const std::uint64_t size = outgoing.body.size();
        const bool fits = (context_.answer_bytes += size) <= context_.options.answer_memory;
        if (fits || size <= chunk_size) {
            answer_bytes_ = size;
            return;
        }
        context_.answer_bytes -= size;
        keep_in_file(outgoing, context_.options.spool_directory);
    }

    void forget_answer() {
        outgoing_ = {};
        context_.answer_bytes -= std::exchange(answer_bytes_, 0);
    }

    // Answers a request that did not reach the handler, and ends the connection: where the next one begins is unknown.
    void refuse(int status) {
        if (status == 0) return close();
        unread_ = true;
        to_.keep_alive = false;
        const std::string why =
            status == 413 ? fmt::format("a request has at most {} bytes", context_.options.body_limit) : "";
        outgoing_ = make_outgoing(plain_response(status, why), to_);
        send();
    }

    // --- writing -------------------------------------------------------------------------------------------------

    void send() {
        if (outgoing_.reset) return reset();
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
        write(head, piece, &Session::on_part_sent);
    }

    void write(std::string_view head, std::string_view piece,
               void (Session::*step)(error_code, std::size_t)) {
        stream_.expires_after(context_.options.idle_timeout);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(piece)};
        asio::async_write(stream_, buffers, then(step));
    }

    void on_part_sent(error_code error, std::size_t) {
        if (error) return close();
        const bool more =
            outgoing_.file.open() ? outgoing_.file_remaining > 0 : sent_ < outgoing_.body.size();
        if (more) return send_part({});
        on_sent();
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
        forget_answer();
        if (!end) return read_request();
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        if (!unread_ && !reader_.has_received()) return close();
        reader_.drop_received();
        if (chunk_.empty()) chunk_.resize(chunk_size);
        stream_.expires_after(linger_time);
        lingered_ = 0;
        linger();
    }

    void linger() { stream_.async_read_some(asio::buffer(chunk_), then(&Session::on_lingered)); }

    void on_lingered(error_code error, std::size_t size) {
        lingered_ += size;
        if (error || lingered_ > linger_bytes) return close();
        linger();
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

    RequestReader reader_;
    std::vector<char> chunk_;  // of a body, coming or going; allocated with the first one
    std::unique_ptr<BodySink> sink_;
    steady_clock::time_point body_started_;
    Request request_;
    AnswerTo to_;
    Outgoing outgoing_;
    std::uint64_t answer_bytes_ = 0;  // of outgoing_, as counted in the context
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
