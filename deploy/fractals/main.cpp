// fractals: everything on one instance, the guide's first chapter.
#include "deploy/cli/program.hpp"

int main(int argc, char** argv) {
    return deploy::run_program(
        {.name = "fractals",
         .description = "Deploys the Fractals application on one instance of an OpenStack cloud.",
         .names = {{"instance-name", "all-in-one", "name of the instance"},
                   {"security-group", "all-in-one", "security group; made when it does not exist"}},
         .topology =
             [](const deploy::Options& options) {
                 return deploy::all_in_one({.deployment = options.deployment,
                                            .instance = options.names.at("instance-name"),
                                            .security_group = options.names.at("security-group")},
                                           options.first_fractals);
             }},
        argc, argv);
}
