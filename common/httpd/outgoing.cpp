#include "common/httpd/outgoing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "common/httpd/body_sink.hpp"

namespace common::httpd {
namespace {

constexpr std::string_view token_punctuation = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view name) {
    for (const char c : name) {
        const bool letter_or_digit =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter_or_digit && token_punctuation.find(c) == std::string_view::npos) return false;
    }
    return !name.empty();
}

bool is_field_value(std::string_view value) {
    for (const char c : value) {
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{};
    // Not strftime's %a and %b: a locale must not reach the wire.
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                     months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                     parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(length)};
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

// Opens the response's file and settles which part of it goes out.
void open_file(const Response& response, Outgoing& outgoing) {
    const std::string& path = response.file->native();
    const auto refuse = [&path](const std::string& why) {
        throw std::runtime_error("cannot answer with the file " + path + ": " + why);
    };
    outgoing.file = FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!outgoing.file.open()) refuse(std::strerror(errno));
    struct stat status{};
    if (::fstat(outgoing.file.number(), &status) != 0) refuse(std::strerror(errno));
    if (!S_ISREG(status.st_mode)) refuse("it is not a regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (response.file_offset > size) refuse("it ends before the offset asked for");
    const std::uint64_t rest = size - response.file_offset;
    if (response.file_length && *response.file_length > rest) refuse("it is shorter than the part asked for");
    outgoing.file_offset = response.file_offset;
    outgoing.file_remaining = response.file_length.value_or(rest);
}

}  // namespace

FileHandle::~FileHandle() {
    if (number_ >= 0) ::close(number_);
}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

void keep_in_file(Outgoing& outgoing, const std::filesystem::path& directory) {
    const std::uint64_t size = outgoing.body.size();
    BodySink sink(0, directory, size);
    sink.append(std::exchange(outgoing.body, {}));
    const Body kept = sink.finish();
    outgoing.file = FileHandle(::open(kept.file().c_str(), O_RDONLY | O_CLOEXEC));
    if (!outgoing.file.open()) {
        throw std::system_error(errno, std::generic_category(), "cannot open " + kept.file().string());
    }
    outgoing.file_remaining = size;
}

Response plain_response(int status, std::string_view why) {
    std::string text = std::to_string(status) + " " + std::string(reason_phrase(status));
    if (!why.empty()) text.append(": ").append(why);
    return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = text + "\n"};
}

Outgoing make_outgoing(Response response, const AnswerTo& to) {
    Outgoing outgoing;
    outgoing.reset = response.reset_connection;
    outgoing.close = !to.keep_alive || response.reset_connection;
    if (outgoing.reset) return outgoing;
    if (response.status < 200 || response.status > 999) {
        throw std::runtime_error("no answer can have the status " + std::to_string(response.status));
    }

    std::uint64_t length = response.body.size();
    if (response.file) {
        open_file(response, outgoing);
        length = outgoing.file_remaining;
    }
    const bool no_content = response.status == 204 || response.status == 304;

    std::string& head = outgoing.head;
    head.reserve(512);
    head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    head.append(reason_phrase(response.status)).append("\r\n");
    std::optional<std::string> own_length;
    bool has_date = false;
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name) || !is_field_value(value)) {
            throw std::runtime_error("the response's header field '" + (is_token(name) ? name : "?") +
                                     "' holds characters that would break the message");
        }
        std::string lower = name;
        for (char& c : lower)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (lower == "content-length") {
            own_length = value;
        } else if (lower == "connection") {
            outgoing.close = outgoing.close || value == "close";
        } else if (lower != "transfer-encoding") {
            has_date = has_date || lower == "date";
            add_field(head, name, value);
        }
    }
    if (!has_date) add_field(head, "Date", http_date());
    if (!to.server_name.empty()) add_field(head, "Server", to.server_name);
    if (to.head_only && own_length && length == 0) {
        add_field(head, "Content-Length", *own_length);
    } else if (!no_content) {
        add_field(head, "Content-Length", std::to_string(length));
    }
    if (outgoing.close) {
        add_field(head, "Connection", "close");
    } else if (to.http_1_0) {
        add_field(head, "Connection", "keep-alive");
    }
    head.append("\r\n");

    if (to.head_only || no_content) {
        outgoing.file = FileHandle();
        outgoing.file_remaining = 0;
    } else if (!response.file) {
        outgoing.body = std::move(response.body);
    }
    return outgoing;
}

}  // namespace common::httpd
