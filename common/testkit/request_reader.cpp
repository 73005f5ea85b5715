#include "common/testkit/request_reader.hpp"

#include <charconv>

namespace common::testkit {
namespace {

// As long as a test may leave a connection idle.
constexpr std::chrono::minutes patience{5};

std::optional<std::size_t> parse_number(std::string_view text, int base) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return number;
}

}  // namespace

bool RequestReader::more() {
    const std::string piece = socket_.receive(patience);
    buffer_ += piece;
    return !piece.empty();
}

bool RequestReader::take_line(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!more()) return false;
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
}

bool RequestReader::take(std::size_t count, std::string& into) {
    while (buffer_.size() < count) {
        if (!more()) return false;
    }
    into += buffer_.substr(0, count);
    buffer_.erase(0, count);
    return true;
}

bool RequestReader::take_chunks(std::string& into) {
    std::string line;
    while (take_line(line)) {
        const auto size = parse_number(line, 16);
        if (!size) return false;
        if (*size == 0) {
            while (take_line(line)) {  // trailers
                if (line.empty()) return true;
            }
            return false;
        }
        if (!take(*size, into) || !take_line(line)) return false;
    }
    return false;
}

std::optional<common::httpd::Request> RequestReader::next() {
    common::httpd::Request request;
    std::string line;
    if (!take_line(line)) return std::nullopt;
    const std::size_t first = line.find(' ');
    const std::size_t second = line.rfind(' ');
    if (first == std::string::npos || second <= first) return std::nullopt;
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, second - first - 1);
    const std::string_view target = request.target;
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = common::httpd::percent_decode(target.substr(0, question));
    request.query = common::httpd::parse_query(target.substr(std::min(question + 1, target.size())));

    while (take_line(line) && !line.empty()) {
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::size_t start = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
        request.headers.add(line.substr(0, colon), line.substr(start));
    }
    if (request.headers.contains("Expect") && buffer_.empty()) socket_.send("HTTP/1.1 100 Continue\r\n\r\n");
    std::string body;
    if (request.headers.get("Transfer-Encoding") == "chunked") {
        if (!take_chunks(body)) return std::nullopt;
    } else if (const auto length = parse_number(request.headers.get("Content-Length"), 10)) {
        if (!take(*length, body)) return std::nullopt;
    }
    request.body = common::httpd::Body(std::move(body));
    return request;
}

}  // namespace common::testkit
