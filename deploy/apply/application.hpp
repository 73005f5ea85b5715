// Waiting for what runs inside an instance.
#pragma once

#include <stop_token>
#include <string>

#include "deploy/apply/steps.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// Asks url + path until it answers with 200; says meanwhile what the instance's console says. False: it answered at
/// the first question. Throws openstack::ResourceFailed with the console's last lines when the installation failed there
/// or the server went down, openstack::Timeout at the deadline.
bool wait_for_application(const Context& context, const std::string& server_id, const std::string& url,
                          const std::string& path, const StepReport& report, std::stop_token stop);

}  // namespace deploy
