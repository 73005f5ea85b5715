// The container runtime: runc, as a program.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "localcloud/compute/instance_store.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::compute {

class Runtime {
  public:
    explicit Runtime(const host::Host& host);

    /// Whether control groups, hence limits, can be had.
    [[nodiscard]] bool limits() const { return limits_; }
    /// The control group for an instance; empty if there are none.
    [[nodiscard]] std::string control_group(const std::string& id) const;
    /// Starts the container of `config` (the text of config.json); it lives on without us. Throws with runc's words.
    [[nodiscard]] host::ProcessIdentity run(const std::string& id, const InstanceFiles& files,
                                            const std::string& config) const;
    /// Forgets a container that has ended, with its control groups; absent is fine.
    void remove(const std::string& id) const;

  private:
    [[nodiscard]] std::vector<std::string> command(std::initializer_list<std::string> words) const;

    std::filesystem::path state_;
    bool root_;
    bool limits_;
};

}  // namespace localcloud::compute
