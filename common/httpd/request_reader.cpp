#include "common/httpd/request_reader.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <limits>
#include <string>
#include <utility>

namespace common::httpd {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

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

// Path and query; false for a path that no program should see.
bool split_target(Request& request) {
    const std::string_view target = request.target;
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = percent_decode(target.substr(0, question));
    if (request.path.find('\0') != std::string::npos) return false;
    request.query = parse_query(target.substr(std::min(question + 1, target.size())));
    return true;
}

}  // namespace

struct RequestReader::Parts {
    beast::tcp_stream& stream;
    const ServerOptions& options;
    beast::flat_buffer buffer;
    std::optional<http::request_parser<http::buffer_body>> parser;
    std::size_t wanted = 0;  // of the body's piece

    Parts(beast::tcp_stream& stream_, const ServerOptions& options_)
        : stream(stream_),
          options(options_),
          // Room for a header at its limit and what was read behind it: chunk extensions, the next request.
          buffer(options_.header_limit + (std::size_t{64} << 10)) {}

    // Some clients send an empty line after a body; RFC 9112 (2.2) asks servers to overlook one.
    void skip_empty_line() {
        const std::string_view start(static_cast<const char*>(buffer.data().data()), buffer.size());
        if (start.starts_with("\r\n")) buffer.consume(2);
    }
};

RequestReader::RequestReader(beast::tcp_stream& stream, const ServerOptions& options)
    : parts_(std::make_unique<Parts>(stream, options)) {}

RequestReader::~RequestReader() = default;

void RequestReader::next() {
    auto& parser = parts_->parser.emplace();
    parser.header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(parts_->options.header_limit, std::numeric_limits<std::uint32_t>::max())));
    parser.body_limit(parts_->options.body_limit);
}

bool RequestReader::has_received() const {
    return parts_->buffer.size() > 0;
}

void RequestReader::drop_received() {
    parts_->buffer.clear();
}

void RequestReader::wait_for_bytes(Done done) {
    parts_->stream.async_read_some(
        parts_->buffer.prepare(4096),
        [parts = parts_.get(), done = std::move(done)](error_code error, std::size_t size) {
            if (!error) parts->buffer.commit(size);
            done(error);
        });
}

void RequestReader::read_head(Done done) {
    parts_->skip_empty_line();
    http::async_read_header(parts_->stream, parts_->buffer, *parts_->parser,
                            [done = std::move(done)](error_code error, std::size_t) { done(error); });
}

RequestHead RequestReader::take_head() {
    const auto& message = parts_->parser->get();
    RequestHead head;
    head.request.method = std::string(message.method_string());
    head.request.target = std::string(message.target());
    for (const auto& field : message)
        head.request.headers.add(std::string(field.name_string()), std::string(field.value()));
    head.http_1_0 = message.version() < 11;
    head.keep_alive = parts_->parser->keep_alive();

    const auto refused = [&head](int status) {
        head.refusal = status;
        return std::move(head);
    };
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (!head.http_1_0 && hosts == 0)) return refused(400);
    const auto encoding = message[http::field::transfer_encoding];
    if (!encoding.empty() && !beast::iequals(encoding, "chunked")) return refused(501);
    if (!to_origin_form(head.request) || !split_target(head.request)) return refused(400);
    const auto expect = message[http::field::expect];
    if (!expect.empty() && !beast::iequals(expect, "100-continue")) return refused(417);
    head.expects_continue = !expect.empty() && !head.http_1_0;
    return head;
}

bool RequestReader::complete() const {
    return parts_->parser->is_done();
}

std::optional<std::uint64_t> RequestReader::body_length() const {
    if (const auto length = parts_->parser->content_length()) return *length;
    return std::nullopt;
}

void RequestReader::read_body(std::span<char> piece, Done done) {
    auto& body = parts_->parser->get().body();
    body.data = piece.data();
    body.size = piece.size();
    parts_->wanted = piece.size();
    http::async_read_some(parts_->stream, parts_->buffer, *parts_->parser,
                          [done = std::move(done)](error_code error, std::size_t) {
                              // The piece is full, which is as it should be.
                              done(error == http::error::need_buffer ? error_code() : error);
                          });
}

std::size_t RequestReader::filled() const {
    return parts_->wanted - parts_->parser->get().body().size;
}

int RequestReader::status_of(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
    if (error == http::error::body_limit) return 413;
    if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
    return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

}  // namespace common::httpd
