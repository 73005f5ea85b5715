// Reads the requests of one connection, one after the other: their bytes as HTTP/1.1. Internal to this folder.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "common/httpd/server.hpp"

namespace common::httpd {

/// What the head of a request says.
struct RequestHead {
    Request request;  ///< without body, addresses and parameters of a route
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;  ///< the client waits for "100 Continue" before it sends the body
    int refusal = 0;                ///< the status that answers what must not be handled; 0 for what may be
};

/// All that waits ends with the stream's own deadline, which its owner sets. Not thread-safe: used on the stream's strand.
class RequestReader {
  public:
    /// Hears how a wait ended; it keeps the reader alive until then.
    using Done = std::function<void(boost::system::error_code)>;

    /// Both outlive the reader.
    RequestReader(boost::beast::tcp_stream& stream, const ServerOptions& options);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Forgets the request before and makes ready for the next.
    void next();
    /// Whether bytes were received that are not read yet.
    [[nodiscard]] bool has_received() const;
    void wait_for_bytes(Done done);
    void drop_received();

    void read_head(Done done);
    /// After read_head(); once for each request.
    [[nodiscard]] RequestHead take_head();
    /// Whether head and body have been read to the end.
    [[nodiscard]] bool complete() const;
    /// The announced length of the body, where there is one.
    [[nodiscard]] std::optional<std::uint64_t> body_length() const;
    /// Fills a part of `piece`, which must live until `done` was called.
    void read_body(std::span<char> piece, Done done);
    /// How much of the piece was filled.
    [[nodiscard]] std::size_t filled() const;

    /// The status that answers a request which could not be read; 0 where nobody is left to hear one (after a timeout,
    /// which closes the socket, too).
    [[nodiscard]] static int status_of(boost::system::error_code error);

  private:
    struct Parts;  // Beast's parser takes long to compile
    std::unique_ptr<Parts> parts_;
};

}  // namespace common::httpd
