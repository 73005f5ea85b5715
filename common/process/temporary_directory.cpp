#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "common/process/process.hpp"

namespace common::process {
namespace {

namespace fs = std::filesystem;

void remove_tree(const fs::path& path) noexcept {
    if (path.empty()) return;
    std::error_code error;
    fs::remove_all(path, error);
    if (!error) return;
    // Folders without write permission keep their content from anybody but root.
    try {
        fs::permissions(path, fs::perms::owner_all, error);
        for (auto it = fs::recursive_directory_iterator(path); it != fs::recursive_directory_iterator();
             ++it) {
            if (it->is_directory() && !it->is_symlink())
                fs::permissions(it->path(), fs::perms::owner_all, error);
        }
    } catch (const fs::filesystem_error&) {  // what can be removed is removed below
    }
    fs::remove_all(path, error);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const std::string& prefix) {
    std::string name = (fs::temp_directory_path() / (prefix + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "cannot make a temporary folder " + name);
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    remove_tree(path_);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

}  // namespace common::process
