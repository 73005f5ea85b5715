// What the steps of one deployment share: what they were told, and what they tell one another.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <openstack/network/router.hpp>
#include <optional>
#include <string>

#include "deploy/apply/deployment.hpp"
#include "deploy/apply/server_watch.hpp"
#include "deploy/topology/secrets.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {

/// A step writes before those that wait for it run, so reading needs the lock only because others write beside it.
class Board {
  public:
    std::map<std::string, std::string> group_ids, port_ids, server_ids;  ///< by name
    std::string balancer_id, zone_id;
    /// An address at which an API answers when it is up, whatever balances them.
    std::string api_url;
    PackageSource package;
    std::string package_url;  ///< if the package is fetched from one of the user's
    std::optional<Secrets> secrets;
    Deployed result;

    template <class Work>
    auto with(Work work) {
        const std::scoped_lock lock(mutex_);
        return work(*this);
    }

  private:
    std::mutex mutex_;
};

/// Belongs to apply(), outlives every step.
struct Work {
    const Context& context;
    const Target& target;
    const Observed& observed;
    const Plan& plan;
    Board& board;
    ServerWatch& watch;
    /// Says something that is worth a line of its own.
    std::function<void(const std::string& line)> note;
};

}  // namespace deploy
