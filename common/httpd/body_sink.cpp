#include "common/httpd/body_sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace common::httpd {
namespace {

// Removes the file with the last copy of its path; a handler that has moved it away leaves nothing to remove.
void remove_file(const std::filesystem::path* path) {
    std::error_code ignored;
    std::filesystem::remove(*path, ignored);
    delete path;
}

}  // namespace

BodySink::BodySink(std::uint64_t memory_limit, std::filesystem::path directory,
                   std::optional<std::uint64_t> expected)
    : memory_limit_(memory_limit), directory_(std::move(directory)) {
    if (expected && *expected > memory_limit_) {
        open_file();
    } else if (expected) {
        bytes_.reserve(*expected);
    }
}

BodySink::~BodySink() {
    if (file_ >= 0) ::close(file_);
}

void BodySink::append(std::string_view bytes) {
    size_ += bytes.size();
    if (file_ < 0 && size_ <= memory_limit_) {
        bytes_.append(bytes);
        return;
    }
    if (file_ < 0) open_file();
    if (!bytes_.empty()) write(std::exchange(bytes_, {}));
    write(bytes);
}

Body BodySink::finish() {
    const std::uint64_t size = std::exchange(size_, 0);
    if (file_ < 0) return Body(std::exchange(bytes_, {}));
    ::close(std::exchange(file_, -1));
    return {std::exchange(path_, nullptr), size};
}

void BodySink::open_file() {
    std::string name =
        ((directory_.empty() ? std::filesystem::temp_directory_path() : directory_) / "http-body-XXXXXX")
            .string();
    file_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file_ < 0) {
        throw std::system_error(errno, std::generic_category(), "cannot keep a body in " + name);
    }
    path_ = {new std::filesystem::path(name), remove_file};
}

void BodySink::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            throw std::system_error(errno, std::generic_category(),
                                    "cannot write a body to " + path_->string());
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace common::httpd
