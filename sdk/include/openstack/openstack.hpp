// All of the SDK:
//
//     openstack::Connection cloud = openstack::connect();  // OS_CLOUD, OS_*, clouds.yaml
//     auto flavor = cloud.compute().find_flavor("m1.small");
//
// Programs that use a single service may include openstack/connection.hpp and that service's header instead.
#pragma once

#include "openstack/adapter.hpp"
#include "openstack/auth.hpp"
#include "openstack/call_options.hpp"
#include "openstack/compute.hpp"
#include "openstack/config.hpp"
#include "openstack/connection.hpp"
#include "openstack/dns.hpp"
#include "openstack/error.hpp"
#include "openstack/http.hpp"
#include "openstack/identity.hpp"
#include "openstack/image.hpp"
#include "openstack/load_balancer.hpp"
#include "openstack/network.hpp"
#include "openstack/object_store.hpp"
#include "openstack/parallel.hpp"
#include "openstack/session.hpp"
