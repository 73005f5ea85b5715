// Load balancers as HAProxy processes: a master that survives this process, in the network namespace of its VIP.
#pragma once

#include <memory>

#include "localcloud/balancer/balancer.hpp"
#include "localcloud/fabric/container_fabric.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::balancer {

/// The network namespace of a load balancer; the container driver leaves such ones alone.
[[nodiscard]] std::string namespace_name(const std::string& load_balancer_id);

/// `networks` must outlive it. HAProxy is looked for when the first balancer is made.
[[nodiscard]] std::unique_ptr<Balancers> make_haproxy_balancers(std::shared_ptr<host::Host> host,
                                                                fabric::InstanceNetworks& networks);

}  // namespace localcloud::balancer
