// fractals: everything on one instance, the guide's first chapter.
#include "deploy/cli/program.hpp"
#include "deploy/plan/marks.hpp"

namespace {

constexpr std::string_view program_name = "fractals";

std::string name_or(const std::string& given, const deploy::Options& options, std::string_view usual) {
    return given.empty() ? deploy::scoped_name(options.deployment, program_name, usual) : given;
}

deploy::Topology topology(const deploy::Options& options) {
    return deploy::all_in_one({.deployment = options.deployment,
                               .instance = name_or(options.instance_name, options, "all-in-one"),
                               .security_group = name_or(options.security_group, options, "all-in-one")},
                              options.first_fractals);
}

}  // namespace

int main(int argc, char** argv) {
    return deploy::run_program(
        {.name = std::string(program_name),
         .description = "Deploys the Fractals application on one instance of an OpenStack cloud.",
         .topology = topology},
        argc, argv);
}
