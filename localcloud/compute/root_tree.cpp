#include "localcloud/compute/root_tree.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>

#include "localcloud/compute/instance_store.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::compute {
namespace {

constexpr std::chrono::minutes unpack_timeout{10};
constexpr std::uint32_t nobody = 65534;

using Reader = std::unique_ptr<struct archive, int (*)(struct archive*)>;

[[noreturn]] void give_up(struct archive* archive, const std::filesystem::path& file) {
    const char* reason = ::archive_error_string(archive);
    throw std::runtime_error("the image " + file.filename().string() +
                             " cannot be unpacked: " + (reason != nullptr ? reason : "unknown format") +
                             "; images for containers are tar archives of a root tree");
}

std::uint32_t shifted(la_int64_t id, std::uint32_t first) {
    return first + (id >= 0 && id < host::UidRange::size ? static_cast<std::uint32_t>(id) : nobody);
}

/// "./usr/bin/" as "usr/bin"; libarchive itself refuses what leads out of the folder.
std::string relative(std::string_view path) {
    while (path.starts_with("./") || path.starts_with("/"))
        path.remove_prefix(path.starts_with("./") ? 2 : 1);
    while (path.ends_with("/"))
        path.remove_suffix(1);
    return path == "." ? std::string() : std::string(path);
}

/// Relative to the thread's working folder.
void unpack_here(const std::filesystem::path& file, std::uint32_t first_uid) {
    const Reader reader(::archive_read_new(), ::archive_read_free);
    ::archive_read_support_filter_all(reader.get());
    ::archive_read_support_format_tar(reader.get());
    if (::archive_read_open_filename(reader.get(), file.c_str(), std::size_t{1} << 20) != ARCHIVE_OK)
        give_up(reader.get(), file);
    const Reader writer(::archive_write_disk_new(), ::archive_write_free);
    ::archive_write_disk_set_options(writer.get(),
                                     ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                         ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                         ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
    struct archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = ::archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN) {
        const char* name = ::archive_entry_pathname(entry);
        const std::string path = relative(name != nullptr ? name : "");
        const auto type = ::archive_entry_filetype(entry);
        // Devices come from the runtime; an image's own could be the host's disk.
        if (path.empty() || type == AE_IFBLK || type == AE_IFCHR) continue;
        ::archive_entry_set_pathname(entry, path.c_str());
        if (const char* link = ::archive_entry_hardlink(entry))
            ::archive_entry_set_hardlink(entry, relative(link).c_str());
        ::archive_entry_set_uid(entry, shifted(::archive_entry_uid(entry), first_uid));
        ::archive_entry_set_gid(entry, shifted(::archive_entry_gid(entry), first_uid));
        ::archive_entry_xattr_clear(entry);
        ::archive_entry_acl_clear(entry);
        if (::archive_write_header(writer.get(), entry) < ARCHIVE_WARN) give_up(writer.get(), file);
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        while ((status = ::archive_read_data_block(reader.get(), &block, &size, &offset)) == ARCHIVE_OK)
            if (::archive_write_data_block(writer.get(), block, size, offset) < ARCHIVE_WARN)
                give_up(writer.get(), file);
        if (status != ARCHIVE_EOF && status != ARCHIVE_WARN) give_up(reader.get(), file);
        if (::archive_write_finish_entry(writer.get()) < ARCHIVE_WARN) give_up(writer.get(), file);
    }
    if (status != ARCHIVE_EOF || ::archive_write_close(writer.get()) != ARCHIVE_OK)
        give_up(reader.get(), file);
}

/// Beside a tree: the folder of the instance that has its uids, or had them last.
std::filesystem::path instance_record(const std::filesystem::path& tree) {
    return tree.string() + ".instance";
}

/// An instance that is just being made has a folder but no description yet.
bool needed(const std::filesystem::path& tree, const std::string& checksum) {
    if (!std::filesystem::exists(instance_record(tree))) return false;
    const std::filesystem::path instance = host::read_file(instance_record(tree));
    if (!std::filesystem::exists(instance)) return false;
    const auto spec = InstanceStore(instance.parent_path()).load(instance.filename());
    return !spec || spec->image_checksum == checksum;
}

}  // namespace

void unpack(const std::filesystem::path& archive, const std::filesystem::path& target,
            std::uint32_t first_uid) {
    std::exception_ptr error;
    // A thread with a working folder and a umask of its own: relative paths are what libarchive can keep inside.
    std::thread thread([&] {
        try {
            if (::unshare(CLONE_FS) != 0 || ::chdir(target.c_str()) != 0)
                host::fail("cannot enter " + target.string());
            ::umask(0);
            unpack_here(std::filesystem::absolute(archive), first_uid);
            if (::chown(target.c_str(), first_uid, first_uid) != 0 || ::chmod(target.c_str(), 0755) != 0)
                host::fail("cannot give " + target.string() + " to the instance's root");
        } catch (...) {
            error = std::current_exception();
        }
    });
    thread.join();
    if (error) std::rethrow_exception(error);
}

std::filesystem::path ensure_tree(const std::filesystem::path& cache, const std::filesystem::path& archive,
                                  const std::string& checksum, std::uint32_t first_uid,
                                  const std::filesystem::path& instance) {
    const bool plain = !checksum.empty() &&
                       std::ranges::all_of(checksum, [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (!plain) throw std::runtime_error("'" + checksum + "' is not an image's checksum");
    const auto folder = cache / "trees" / checksum;
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(cache / "trees", std::filesystem::perms::owner_all);
    const auto tree = folder / std::to_string(first_uid);
    const auto lock = host::lock_file(tree.string() + ".lock", unpack_timeout);
    host::write_file(instance_record(tree), instance.string());
    // The owner tells a tree made for other ids, of a time when /etc/subuid said something else.
    struct stat status{};
    if (::stat(tree.c_str(), &status) == 0 && status.st_uid == first_uid) return tree;
    const std::filesystem::path draft = tree.string() + ".new";
    std::filesystem::remove_all(tree);
    std::filesystem::remove_all(draft);
    std::filesystem::create_directory(draft);
    try {
        unpack(archive, draft, first_uid);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(draft, ignored);
        throw;
    }
    std::filesystem::rename(draft, tree);
    return tree;
}

std::vector<std::filesystem::path> put_unused_trees_aside(const std::filesystem::path& cache,
                                                          const std::vector<std::string>& current) {
    std::vector<std::filesystem::path> aside;
    std::error_code none;
    for (const auto& image : std::filesystem::directory_iterator(cache / "trees", none)) {
        const std::string checksum = image.path().filename();
        if (std::ranges::find(current, checksum) != current.end()) continue;
        for (const auto& entry : std::filesystem::directory_iterator(image.path())) {
            const std::string name = entry.path().filename();
            if (!entry.is_directory()) continue;
            // What an unpacking or a removal that was killed has left, which nobody looks for, has a dot in its name.
            const bool is_tree = name.find('.') == std::string::npos;
            const std::string tree = image.path() / name.substr(0, name.find('.'));
            const auto lock = host::lock_file(tree + ".lock", unpack_timeout);
            if (!is_tree) {
                if (std::filesystem::exists(entry.path())) aside.push_back(entry.path());
                continue;
            }
            if (needed(tree, checksum)) continue;
            const std::filesystem::path unused = tree + ".unused";
            if (!std::filesystem::exists(unused)) std::filesystem::rename(tree, unused);
            aside.push_back(unused);
        }
    }
    std::ranges::sort(aside);
    aside.erase(std::ranges::unique(aside).begin(), aside.end());
    return aside;
}

}  // namespace localcloud::compute
