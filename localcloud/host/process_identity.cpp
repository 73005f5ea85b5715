#include "localcloud/host/process_identity.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "localcloud/host/descriptor.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::host {
namespace {

const std::string& boot_id() {
    static const std::string id = [] {
        std::string text;
        std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
        return text;
    }();
    return id;
}

Descriptor open_pidfd(pid_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

std::optional<ProcessIdentity> ProcessIdentity::of(pid_t pid) {
    if (pid <= 0) return std::nullopt;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text, '\0')) return std::nullopt;
    // The name in parentheses may hold anything; the fields are counted after its end.
    const auto end = text.rfind(')');
    if (end == std::string::npos) return std::nullopt;
    std::istringstream fields(text.substr(end + 1));
    std::string field;
    fields >> field;
    if (field == "Z" || field == "X") return std::nullopt;
    constexpr int start_time_field = 22;
    for (int number = 4; number <= start_time_field; ++number)
        fields >> field;
    if (!fields) return std::nullopt;
    return ProcessIdentity{.pid = pid, .start = boot_id() + ":" + field};
}

std::optional<ProcessIdentity> ProcessIdentity::read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    ProcessIdentity identity;
    if (!(stream >> identity.pid >> identity.start)) return std::nullopt;
    return identity;
}

void ProcessIdentity::write(const std::filesystem::path& file) const {
    write_file(file, std::to_string(pid) + " " + start + "\n");
}

bool ProcessIdentity::alive() const {
    const auto now = of(pid);
    return now && now->start == start;
}

void ProcessIdentity::kill(int signal) const {
    const Descriptor descriptor = open_pidfd(pid);
    if (descriptor && alive()) ::syscall(SYS_pidfd_send_signal, descriptor.get(), signal, nullptr, 0);
}

bool ProcessIdentity::wait(std::chrono::milliseconds timeout) const {
    const Descriptor descriptor = open_pidfd(pid);
    if (!descriptor || !alive()) return true;
    pollfd event{.fd = descriptor.get(), .events = POLLIN, .revents = 0};
    return ::poll(&event, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace localcloud::host
