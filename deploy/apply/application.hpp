// Waiting for what runs inside instances.
#pragma once

#include <stop_token>
#include <string>

#include "deploy/apply/steps.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// What an instance says of its installation; it does nothing, and a new one has to be made.
class InstallationFailed : public openstack::ResourceFailed {
  public:
    InstallationFailed(const std::string& text, std::string reason)
        : ResourceFailed(text), reason_(std::move(reason)) {}
    [[nodiscard]] const std::string& reason() const { return reason_; }

  private:
    std::string reason_;
};

/// Why the installation failed, by the instance's console; empty when that does not say so.
[[nodiscard]] std::string failure_on_console(const Context& context, const std::string& server_id,
                                             const std::stop_token& stop);

/// Asks url + path until it answers with 200; says meanwhile what the instance's console says. False: it answered at
/// the first question. Throws InstallationFailed with the console's last lines when the installation failed there,
/// openstack::ResourceFailed when the server went down, openstack::Timeout at the deadline.
bool wait_for_application(const Context& context, const std::string& server_id, const std::string& url,
                          const std::string& path, const StepReport& report, std::stop_token stop);

/// The same for what is no instance. Throws openstack::Timeout at the deadline.
void wait_for_answer(const Context& context, const std::string& url, const std::string& path,
                     const StepReport& report, const std::stop_token& stop);

/// For instances that answer nobody outside: until the console says that everything is installed. False: it said so at
/// the first look. A console that the cloud does not keep is not waited for. Throws as above.
bool wait_for_installation(const Context& context, const std::string& server_id, const StepReport& report,
                           std::stop_token stop);

/// Until the API at `url` has its broker and fractals that were asked for have been drawn, so that workers are known
/// to be connected.
/// Returns in words what there is. Throws openstack::Timeout at the deadline.
std::string wait_for_fractals(const Context& context, const std::string& url, const StepReport& report,
                              std::stop_token stop);

}  // namespace deploy
