#include "deploy/plan/belonging.hpp"

#include <gmock/gmock.h>

#include "deploy/plan/marks.hpp"
#include "deploy/tests/offline_context.hpp"

namespace deploy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What another run has made of that topology.
ObservedInstances made_of(const Topology& topology) {
    ObservedInstances instances;
    for (const auto& spec : topology.instances)
        instances.emplace(spec.name,
                          ObservedInstance{.server = {.metadata = {{std::string(role_key),
                                                                    std::string(to_string(spec.role))}}}});
    return instances;
}

/// Empty where nothing is refused.
std::string refusal(const std::string& program, const Topology& wanted, const Topology& there) {
    auto context = offline_context(wanted);
    context.options.program = program;
    context.options.deployment = wanted.deployment;
    try {
        require_belonging(context, made_of(there));
    } catch (const openstack::Conflict& error) {
        return error.what();
    }
    return {};
}

TEST(Belonging, AnotherProgramsDeploymentIsNotReplaced) {
    const auto split = micro({.deployment = "mine"}, true);
    const auto whole = all_in_one({.deployment = "mine"}, true);
    const auto many = scaling({.deployment = "mine"}, {.apis = 1, .workers = 0}, true);
    EXPECT_THAT(refusal("fractals", whole, split),
                AllOf(HasSubstr("'mine' is a deployment of micro_fractals"), HasSubstr("--name"),
                      HasSubstr("`fractals --name mine destroy`")));
    EXPECT_THAT(refusal("scaling_fractals", many, split), HasSubstr("is a deployment of micro_fractals"));
    EXPECT_THAT(refusal("micro_fractals", split, many), HasSubstr("is a deployment of scaling_fractals"));
    EXPECT_THAT(refusal("micro_fractals", split, whole), HasSubstr("is a deployment of fractals"));
    EXPECT_THAT(
        refusal("fractals", all_in_one({.deployment = "mine", .instance = "app-controller"}, true), split),
        HasSubstr("is a deployment of micro_fractals"))
        << "though the names are the same";
}

TEST(Belonging, NumbersMayChange) {
    for (const auto& there : {Counts{2, 3}, Counts{1, 0}, Counts{3, 1}})
        for (const auto& wanted : {Counts{1, 0}, Counts{2, 2}})
            EXPECT_EQ(refusal("scaling_fractals", scaling({}, wanted, true), scaling({}, there, true)), "");
}

TEST(Belonging, TheInstanceWithTheFractalsIsNotReplacedThroughItsName) {
    EXPECT_THAT(refusal("fractals", all_in_one({.instance = "web"}, true), all_in_one({}, true)),
                AllOf(HasSubstr("'all-in-one' has the fractals"), HasSubstr("'web'"),
                      HasSubstr("--instance-name all-in-one"), HasSubstr("`fractals destroy`")));
    EXPECT_THAT(refusal("micro_fractals", micro({.controller = "web"}, true), micro({}, true)),
                HasSubstr("--controller-name app-controller"));
    EXPECT_THAT(
        refusal("scaling_fractals", scaling({.services = "db"}, {2, 3}, true), scaling({}, {2, 3}, true)),
        HasSubstr("--services-name app-services"));
    EXPECT_EQ(refusal("micro_fractals", micro({.worker = "drawing"}, true), micro({}, true)), "")
        << "workers have nothing to lose";
}

}  // namespace
}  // namespace deploy
