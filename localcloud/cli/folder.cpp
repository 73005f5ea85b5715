#include "localcloud/cli/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "localcloud/state/files.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::cli {

std::filesystem::path default_state(const std::string& name) {
    if (const char* base = std::getenv("XDG_STATE_HOME"); base != nullptr && *base == '/') {
        return std::filesystem::path{base} / "localcloud" / name;
    }
    const char* home = std::getenv("HOME");
    return std::filesystem::path{home != nullptr ? home : "/root"} / ".local/state/localcloud" / name;
}

std::unique_ptr<FolderLock> FolderLock::try_take(const std::filesystem::path& state) {
    const std::filesystem::path file = state / "lock";
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        throw std::system_error{errno, std::generic_category(), "cannot open " + file.string()};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return nullptr;
    }
    // Whoever had it before is not who is to be ended.
    (void)::ftruncate(descriptor, 0);
    return std::unique_ptr<FolderLock>{new FolderLock{descriptor}};
}

void FolderLock::sign() const {
    const std::string number = std::to_string(::getpid()) + "\n";
    if (::pwrite(descriptor_, number.data(), number.size(), 0) != static_cast<ssize_t>(number.size()))
        throw std::system_error{errno, std::generic_category(), "cannot write the state folder's lock"};
}

std::optional<pid_t> FolderLock::holder(const std::filesystem::path& state) {
    std::ifstream file{state / "lock"};
    pid_t number = 0;
    if (file >> number && number > 1) return number;
    return std::nullopt;
}

std::unique_ptr<FolderLock> FolderLock::inherit(const std::filesystem::path& state, int descriptor) {
    struct stat inherited{};
    struct stat file{};
    if (::fstat(descriptor, &inherited) != 0 || ::stat((state / "lock").c_str(), &file) != 0 ||
        inherited.st_dev != file.st_dev || inherited.st_ino != file.st_ino ||
        ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
        return nullptr;
    return std::unique_ptr<FolderLock>{new FolderLock{descriptor}};
}

FolderLock::~FolderLock() {
    ::close(descriptor_);
}

namespace {
std::filesystem::path running_file(const std::filesystem::path& state) {
    return state / "running.json";
}
}  // namespace

void write_running(const std::filesystem::path& state, const Running& running) {
    const json::value body{{"pid", running.pid}, {"endpoint", running.endpoint}, {"driver", running.driver}};
    state::write_file(running_file(state), json::serialize(body) + "\n");
}

std::optional<Running> read_running(const std::filesystem::path& state) {
    std::ifstream file{running_file(state)};
    if (!file) return std::nullopt;
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    const json::value body = parse_json(content);
    if (!body.is_object()) return std::nullopt;
    return Running{.pid = static_cast<pid_t>(integer(body.get_object(), "pid")),
                   .endpoint = text(body.get_object(), "endpoint"),
                   .driver = text(body.get_object(), "driver")};
}

void remove_running(const std::filesystem::path& state) {
    state::remove_file(running_file(state));
}

FolderContents contents_of(const std::filesystem::path& state) {
    static constexpr std::array<std::string_view, 14> names{"clouds.yaml",
                                                            "control-secret",
                                                            "dns",
                                                            "host",
                                                            "images",
                                                            "instances",
                                                            "localcloud.db",
                                                            "localcloud.db-shm",
                                                            "localcloud.db-wal",
                                                            "localcloud.log",
                                                            "lock",
                                                            "objects",
                                                            "running.json",
                                                            "spool"};
    FolderContents contents;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator{state, absent}) {
        const std::string name = entry.path().filename().string();
        const bool own = std::ranges::find(names, name) != names.end() || state::is_unfinished(entry.path());
        (own ? contents.own : contents.foreign).push_back(entry.path());
    }
    // Others have folders called "images", too; the lock comes before anything else.
    if (!std::filesystem::exists(state / "lock", absent) &&
        !std::filesystem::exists(database_file(state), absent))
        std::ranges::move(std::exchange(contents.own, {}), std::back_inserter(contents.foreign));
    return contents;
}

std::filesystem::path database_file(const std::filesystem::path& state) {
    return state / "localcloud.db";
}
std::filesystem::path log_file(const std::filesystem::path& state) {
    return state / "localcloud.log";
}
std::filesystem::path dns_file(const std::filesystem::path& state) {
    return state / "dns";
}
std::filesystem::path clouds_file(const std::filesystem::path& state) {
    return state / "clouds.yaml";
}

}  // namespace localcloud::cli
