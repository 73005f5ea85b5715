#include "faafo/cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace faafo::cli {
namespace {

constexpr mode_t as_the_umask_says = 0666;

std::string own_path(int descriptor) {
    return fmt::format("/proc/self/fd/{}", descriptor);
}

}  // namespace

Output::Output(std::string name) : name_(std::move(name)) {
    if (std::string_view(name_) == "-") {
        descriptor_ = STDOUT_FILENO;
        return;
    }
    struct stat status{};
    const bool special = ::stat(name_.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (special) {
        descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
        temporary_ = fmt::format("{}.part-{}", name_, ::getpid());
        open_file();
    }
    if (descriptor_ < 0) fail("cannot be opened for writing");
}

void Output::open_file() {
    // Without a name there is nothing to clean up after a signal, whatever it is.
    std::filesystem::path folder = std::filesystem::path(name_).parent_path();
    if (folder.empty()) folder = ".";
    descriptor_ = ::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, as_the_umask_says);
    if (descriptor_ >= 0 && ::access(own_path(descriptor_).c_str(), F_OK) == 0) return;
    // Not every file system has such files, and without /proc they never get a name.
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, as_the_umask_says);
    has_name_ = descriptor_ >= 0;
}

Output::~Output() {
    if (name_ != "-" && descriptor_ >= 0) ::close(descriptor_);
    if (has_name_) ::unlink(temporary_.c_str());
}

void Output::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Output::finish() {
    if (name_ == "-") return;
    if (!temporary_.empty() && !has_name_) {
        ::unlink(temporary_.c_str());  // of a process that had our number, long ago
        if (::linkat(AT_FDCWD, own_path(descriptor_).c_str(), AT_FDCWD, temporary_.c_str(),
                     AT_SYMLINK_FOLLOW) != 0)
            fail("cannot be written");
        has_name_ = true;
    }
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot be written");
    if (temporary_.empty()) return;
    if (::rename(temporary_.c_str(), name_.c_str()) != 0) fail("cannot be replaced");
    has_name_ = false;
}

bool Output::is_terminal() const {
    return ::isatty(descriptor_) == 1;
}

void Output::fail(std::string_view what) const {
    const int reason = errno;
    throw std::runtime_error(
        fmt::format("{} {}: {}.", name_ == "-" ? "The standard output" : name_, what, std::strerror(reason)));
}

}  // namespace faafo::cli
