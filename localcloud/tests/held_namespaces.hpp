// What a test knows a cloud's processes by once they should be gone: the namespaces that they were in.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <array>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::testing {

/// Namespaces of processes, except those that the test itself is in. They are held open: the kernel gives the number of
/// a namespace that is gone to the next one, which may be another cloud's.
class HeldNamespaces {
  public:
    /// Throws std::runtime_error when there is no such process.
    void hold(pid_t pid) {
        for (const char* kind : kinds) {
            const auto link = std::filesystem::path("/proc") / std::to_string(pid) / "ns" / kind;
            host::Descriptor opened(::open(link.c_str(), O_RDONLY | O_CLOEXEC));
            if (!opened) throw std::runtime_error("cannot hold " + link.string());
            const auto number = std::filesystem::read_symlink(link).string();
            if (std::filesystem::read_symlink(std::filesystem::path("/proc/self/ns") / kind) == number)
                continue;
            numbers_.insert(number);
            held_.push_back(std::move(opened));
        }
    }

    /// One line for each process that is in any of them.
    [[nodiscard]] std::set<std::string> members() const {
        std::set<std::string> found;
        for (const auto& process : std::filesystem::directory_iterator("/proc"))
            for (const char* kind : kinds) {
                std::error_code gone;
                const auto link = std::filesystem::read_symlink(process.path() / "ns" / kind, gone);
                if (!gone && numbers_.contains(link.string()))
                    found.insert(process.path().string() + " is in " + link.string());
            }
        return found;
    }

  private:
    static constexpr std::array kinds{"net", "mnt", "pid", "uts", "user"};
    std::vector<host::Descriptor> held_;
    std::set<std::string> numbers_;
};

}  // namespace localcloud::testing
