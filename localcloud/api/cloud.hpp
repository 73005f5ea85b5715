// What all services of one cloud share: where it is, its state, what runs its instances and its networks.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "localcloud/balancer/balancer.hpp"
#include "localcloud/compute/driver.hpp"
#include "localcloud/dns_server/dns_server.hpp"
#include "localcloud/fabric/fabric.hpp"
#include "localcloud/state/store.hpp"

namespace localcloud::api {

struct Cloud {
    std::string name;
    std::string endpoint;        ///< "http://127.31.7.1:7774", the same inside of instances
    std::string floating_range;  ///< "127.31.7.0/24"
    std::string region = "RegionOne";
    std::filesystem::path directory;  ///< images/ and objects/ are in it
    state::Store& store;
    localcloud::compute::Driver& driver;
    localcloud::fabric::Fabric& fabric;
    std::chrono::seconds boot_delay{0};                    ///< a new server is BUILD at least that long
    localcloud::balancer::Balancers* balancers = nullptr;  ///< nullptr: load balancers are states only
    localcloud::dns_server::Server* dns_server = nullptr;  ///< nullptr: zones are states only
    std::chrono::milliseconds pending_delay{0};  ///< load balancers and zones are PENDING at least that long
    std::mutex fabric_mutex;                     ///< changes of the fabric come one after the other
};

}  // namespace localcloud::api
