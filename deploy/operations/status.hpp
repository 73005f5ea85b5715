// How a deployment is doing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/apply/application_status.hpp"
#include "deploy/balance/status.hpp"
#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

struct InstanceStatus {
    std::string name;
    std::string id;     ///< empty: there is none
    std::string state;  ///< Nova's status, "missing" without a server
    std::string fixed_address;
    std::string floating_address;
    std::string role;
    std::string health;   ///< "answers", the reason why not, or empty where there is nothing to ask
    std::string package;  ///< that it was made with, or upgraded to
    bool healthy = false;
};

struct Status {
    std::string deployment;
    std::vector<InstanceStatus> instances;
    std::optional<BalanceStatus> balance;
    std::string url;  ///< of the gallery; empty while it has no address
    /// An API by its address, where `url` has a name that has still to get around; else empty.
    std::string direct_url;
    /// What an API said; absent when none answered.
    std::optional<ApplicationStatus> application;
    [[nodiscard]] bool healthy() const;
};

/// Asks the cloud and the application. Throws only when the cloud does not answer.
[[nodiscard]] Status status(const Context& context);

/// What the consoles of instances that do not answer say of their installation, should no run have waited for it.
void explain_silence(const Context& context, Status& status);

}  // namespace deploy
