// scaling_fractals: database and broker, any number of APIs and workers; the guide's chapter on scaling out.
#include "deploy/cli/program.hpp"

int main(int argc, char** argv) {
    return deploy::run_program(
        {.name = "scaling_fractals",
         .description =
             "Deploys the Fractals application on an OpenStack cloud so that it can grow: one instance "
             "with database and message broker, any number of APIs and workers.",
         .names = {{"services-name", "app-services", "name of the instance with database and broker"},
                   {"api-name", "app-api", "name of the APIs, \"-1\", \"-2\" … follow"},
                   {"worker-name", "app-worker", "name of the workers, \"-1\", \"-2\" … follow"},
                   {"balancer-name", "app-balancer", "name of the load balancer with --balance octavia"},
                   {"services-group", "services", "security group of database and broker"},
                   {"api-group", "api", "security group of the APIs"},
                   {"worker-group", "worker", "security group of the workers"},
                   {"control-group", "control", "security group for control nodes"}},
         .has_services = true,
         .usual_counts = deploy::usual_counts,
         .topology =
             [](const deploy::Options& options) {
                 return deploy::scaling(
                     {.deployment = options.deployment,
                      .services = options.names.at("services-name"),
                      .api = options.names.at("api-name"),
                      .worker = options.names.at("worker-name"),
                      .services_group = options.names.at("services-group"),
                      .api_group = options.names.at("api-group"),
                      .worker_group = options.names.at("worker-group"),
                      .control_group = options.names.at("control-group"),
                      .balancer = options.names.at("balancer-name")},
                     {.apis = options.apis.value(), .workers = options.workers.value()},
                     options.first_fractals,
                     {.method = options.balance.value_or(deploy::BalanceMethod::none), .zone = options.zone});
             }},
        argc, argv);
}
