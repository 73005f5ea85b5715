// What the container driver keeps of an instance on disk: its description, its console, its disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "localcloud/compute/driver.hpp"

namespace localcloud::compute {

/// The files of one instance below "<state>/instances/<id>".
struct InstanceFiles {
    std::filesystem::path folder;
    [[nodiscard]] std::filesystem::path spec() const { return folder / "spec.json"; }
    [[nodiscard]] std::filesystem::path console() const { return folder / "console.log"; }
    [[nodiscard]] std::filesystem::path process() const {
        return folder / "process";
    }  ///< the first one's identity
    [[nodiscard]] std::filesystem::path bundle() const { return folder / "bundle"; }  ///< what runc reads
    [[nodiscard]] std::filesystem::path disk() const { return folder / "disk"; }  ///< what the instance wrote
    [[nodiscard]] std::filesystem::path disk_image() const {
        return folder / "disk.ext4";
    }  ///< when it is limited
};

class InstanceStore {
  public:
    explicit InstanceStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Throws if `id` cannot be a folder's name.
    [[nodiscard]] InstanceFiles files(const std::string& id) const;
    [[nodiscard]] std::vector<std::string> ids() const;
    void save(const InstanceSpec& spec) const;
    /// Nothing if there is no such instance or its description is damaged.
    [[nodiscard]] std::optional<InstanceSpec> load(const std::string& id) const;

  private:
    std::filesystem::path folder_;
};

/// The end of a console: at most `lines` lines and at most a megabyte.
[[nodiscard]] std::string console_tail(const std::filesystem::path& console, std::optional<int> lines);
/// Keeps an endless console from filling the host's disk: past `limit` bytes only the newest quarter stays.
void trim_console(const std::filesystem::path& console, std::uint64_t limit);

}  // namespace localcloud::compute
