#include "localcloud/state/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::state {

namespace {

class Descriptor {
  public:
    Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0600)
        : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
        if (number_ < 0)
            throw std::system_error{errno, std::generic_category(), "cannot open " + path.string()};
    }
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

void make_durable(const std::filesystem::path& path, int flags) {
    const Descriptor descriptor{path, flags};
    if (::fsync(descriptor.number()) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot make durable: " + path.string()};
    }
}

constexpr std::string_view unfinished_prefix = ".new-";

std::filesystem::path neighbour(const std::filesystem::path& target) {
    return target.parent_path() / (std::string{unfinished_prefix} + random_word(12));
}

void move_into_place(const std::filesystem::path& from, const std::filesystem::path& target) {
    std::filesystem::rename(from, target);
    make_durable(target.parent_path(), O_RDONLY | O_DIRECTORY);
}

}  // namespace

bool is_unfinished(const std::filesystem::path& path) {
    return path.filename().string().starts_with(unfinished_prefix);
}

void write_file(const std::filesystem::path& target, std::string_view bytes) {
    const std::filesystem::path fresh = neighbour(target);
    try {
        const Descriptor descriptor{fresh, O_WRONLY | O_CREAT | O_EXCL};
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor.number(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0)
                throw std::system_error{errno, std::generic_category(), "cannot write " + target.string()};
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor.number()) != 0) {
            throw std::system_error{errno, std::generic_category(),
                                    "cannot make durable: " + target.string()};
        }
        move_into_place(fresh, target);
    } catch (...) {
        remove_file(fresh);
        throw;
    }
}

void take_file(const std::filesystem::path& target, const std::filesystem::path& source) {
    const std::filesystem::path fresh = neighbour(target);
    std::error_code error;
    std::filesystem::rename(source, fresh, error);
    try {
        if (error) std::filesystem::copy_file(source, fresh);  // another file system
        make_durable(fresh, O_RDONLY);
        move_into_place(fresh, target);
    } catch (...) {
        remove_file(fresh);
        throw;
    }
}

void remove_file(const std::filesystem::path& file) noexcept {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
}

}  // namespace localcloud::state
