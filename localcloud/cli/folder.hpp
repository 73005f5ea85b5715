// A cloud's state folder, as the commands see it: whether somebody serves it, where, with which driver.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace localcloud::cli {

struct CloudOptions {
    std::string name = "localcloud";
    std::filesystem::path state;  ///< empty: default_state(name)
    std::string driver;           ///< "fake", "container"; empty: the cloud's, or container for a new one
    std::uint16_t port = 0;       ///< 0: the cloud's, or default_port for a new one
    bool foreground = false;
    int pending_delay = 0;        ///< milliseconds that load balancers and zones are PENDING at least
    int boot_delay = 0;           ///< seconds
    bool services_image = false;  ///< has to be there, too
    int patience = 60;            ///< seconds that `down` waits before it kills
    int lock_descriptor = -1;     ///< of the process that started us, which took the lock; -1: none
};

inline constexpr std::uint16_t default_port = 7774;

/// $XDG_STATE_HOME/localcloud/<name>, or ~/.local/state/localcloud/<name>.
[[nodiscard]] std::filesystem::path default_state(const std::string& name);

/// Held as long as the value lives. One process at a time works on a state folder.
class FolderLock {
  public:
    /// Nothing when somebody else has it.
    [[nodiscard]] static std::unique_ptr<FolderLock> try_take(const std::filesystem::path& state);
    /// The lock that the process which started us has taken and left open for us; nothing if it is none.
    [[nodiscard]] static std::unique_ptr<FolderLock> inherit(const std::filesystem::path& state,
                                                             int descriptor);
    /// Who holds it now and has signed it.
    [[nodiscard]] static std::optional<pid_t> holder(const std::filesystem::path& state);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// With this process's number, so that others can end it.
    void sign() const;

  private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

/// What a serving process writes when it is ready.
struct Running {
    pid_t pid = 0;
    std::string endpoint;
    std::string driver;
};
void write_running(const std::filesystem::path& state, const Running& running);
/// Nothing when there is no such file; it may be a dead process's.
[[nodiscard]] std::optional<Running> read_running(const std::filesystem::path& state);
void remove_running(const std::filesystem::path& state);

/// What a cloud has made in the folder, and what somebody else has there. A folder that is absent has neither.
struct FolderContents {
    std::vector<std::filesystem::path> own, foreign;
};
[[nodiscard]] FolderContents contents_of(const std::filesystem::path& state);

[[nodiscard]] std::filesystem::path database_file(const std::filesystem::path& state);
[[nodiscard]] std::filesystem::path log_file(const std::filesystem::path& state);
/// Where the cloud's DNS server answers: "127.31.7.1:53". Only there with one.
[[nodiscard]] std::filesystem::path dns_file(const std::filesystem::path& state);
[[nodiscard]] std::filesystem::path clouds_file(const std::filesystem::path& state);

}  // namespace localcloud::cli
