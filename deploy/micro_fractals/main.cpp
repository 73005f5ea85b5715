// micro_fractals: a controller and a worker, the guide's second chapter.
#include "deploy/cli/program.hpp"

int main(int argc, char** argv) {
    return deploy::run_program(
        {.name = "micro_fractals",
         .description =
             "Deploys the Fractals application on two instances of an OpenStack cloud: API, database "
             "and message broker on one, a worker on the other.",
         .names = {{"controller-name", "app-controller",
                    "name of the instance with API, database and broker"},
                   {"worker-name", "app-worker", "name of the worker, \"-1\" follows"},
                   {"control-group", "control", "security group of the controller"},
                   {"worker-group", "worker", "security group of the worker"}},
         .has_services = true,
         .topology =
             [](const deploy::Options& options) {
                 return deploy::micro({.deployment = options.deployment,
                                       .controller = options.names.at("controller-name"),
                                       .worker = options.names.at("worker-name"),
                                       .control_group = options.names.at("control-group"),
                                       .worker_group = options.names.at("worker-group")},
                                      options.first_fractals);
             }},
        argc, argv);
}
