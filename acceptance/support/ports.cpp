#include "acceptance/support/ports.hpp"

#include <openstack/compute.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>

#include "common/testkit/wait.hpp"

namespace acceptance {
namespace {

std::string name_of(const Port& port) {
    return port.address + ":" + std::to_string(port.number);
}

constexpr const char* end_of_probe = "PROBE ends";

}  // namespace

std::string port_probe(const std::vector<Port>& ports) {
    // What no rule lets in is dropped without an answer; an open port answers at once, also on a busy machine.
    std::string script =
        "probe() { timeout 5 bash -c \"exec 3<>/dev/tcp/$1/$2\" 2>/dev/null && "
        "echo \"PROBE $1:$2 open\" || echo \"PROBE $1:$2 shut\"; }; ";
    for (const auto& port : ports)
        script += "probe " + port.address + " " + std::to_string(port.number) + " & ";
    return script + "wait; echo " + end_of_probe;
}

std::string probe_answer(const std::string& said, const std::vector<Port>& ports) {
    std::string answer;
    for (const auto& port : ports) {
        const auto said_that = [&](const char* state) {
            return said.find("PROBE " + name_of(port) + " " + state) != std::string::npos;
        };
        answer += said_that("open") ? 'o' : said_that("shut") ? 's' : '?';
    }
    return answer;
}

std::string probe_from_outside(const openstack::Connection& cloud, const std::vector<Port>& ports) {
    const auto compute = cloud.compute();
    const auto server =
        compute.create_server({.name = "outside",
                               .image_id = cloud.image().find_image("debian-12").id,
                               .flavor_id = compute.find_flavor("m1.small").id,
                               .networks = {{.network_id = cloud.network().find_network("private").id}},
                               .user_data = "#!/bin/bash\n" + port_probe(ports) + "\n"});
    compute.wait_for_server(server);  // before that it has no console
    std::string console;
    (void)common::testkit::wait_until(
        [&] {
            console = compute.get_server_console_output(server.id);
            return console.find(end_of_probe) != std::string::npos;
        },
        std::chrono::minutes(1));
    compute.delete_server(server.id);
    compute.wait_for_delete(server.id);
    return probe_answer(console, ports);
}

}  // namespace acceptance
