#include "localcloud/host/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace localcloud::host {

void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) fail("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const std::filesystem::path& file, std::string_view content) {
    auto draft = file;
    draft += ".new";
    const Descriptor out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) fail("cannot write " + draft.string());
    while (!content.empty()) {
        const auto count = ::write(out.get(), content.data(), content.size());
        if (count < 0 && errno != EINTR) fail("cannot write " + draft.string());
        if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::rename(draft.c_str(), file.c_str()) != 0) fail("cannot write " + file.string());
}

bool write_setting(const char* file, std::string_view value) {
    const Descriptor out(::open(file, O_WRONLY | O_CLOEXEC));
    return out && ::write(out.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

Descriptor lock_file(const std::filesystem::path& file, std::chrono::milliseconds timeout) {
    Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) fail("cannot open the lock " + file.string());
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    // flock() has no timeout of its own; the holders of our locks are few and brief.
    while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) fail("cannot lock " + file.string());
        if (std::chrono::steady_clock::now() >= deadline)
            throw std::runtime_error("another process holds " + file.string() +
                                     "; wait for it to end, then try again");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return lock;
}

Descriptor open_folder(const std::filesystem::path& folder) {
    Descriptor descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor) fail("cannot open the folder " + folder.string());
    return descriptor;
}

bool is_removed(const Descriptor& folder) {
    struct stat status{};
    return ::fstat(folder.get(), &status) == 0 && status.st_nlink == 0;
}

}  // namespace localcloud::host
