// The program `fractals`: everything on one instance.
#include "acceptance/cloud/deployment.hpp"

namespace acceptance::cloud {
namespace {

struct OneInstance {
    static constexpr DeploymentName name = one_instance;
    static std::vector<std::string> options() { return deployment_options(false); }
};
using Fractals = DeploymentStory<OneInstance>;

TEST_F(Fractals, PlanSaysWhatIsMissingAndMakesNothing) {
    deployment().plan_says_what_is_missing(1);
}

TEST_F(Fractals, DeployEndsWithAnApplicationThatAnswers) {
    deployment().deploys();
}

TEST_F(Fractals, WhatIsAskedForIsDrawnByTheInstance) {
    deployment().draws({deployment().instance("all-in-one")});
}

TEST_F(Fractals, ThePicturesAreOurRenderersToThePixel) {
    deployment().pictures_are_our_renderers();
}

TEST_F(Fractals, ASecondRunChangesNothing) {
    deployment().second_run_changes_nothing();
}

TEST_F(Fractals, StatusSaysThatItAnswers) {
    deployment().status_is_healthy();
}

TEST_F(Fractals, TheConsoleTellsWhatTheUserDataDid) {
    deployment().console_tells(deployment().instance("all-in-one"), "FRACTALS: installed");
}

TEST_F(Fractals, SshRunsACommandThere) {
    deployment().lets_one_in(deployment().instance("all-in-one"));
}

TEST_F(Fractals, DestroyLeavesTheProjectAsItWas) {
    deployment().destroy_leaves_the_project_as_it_was();
}

}  // namespace
}  // namespace acceptance::cloud
