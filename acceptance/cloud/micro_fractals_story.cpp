// The program `micro_fractals`: a controller with API, database and broker, and a worker that draws.
#include "acceptance/cloud/deployment.hpp"

namespace acceptance::cloud {
namespace {

struct Micro {
    static constexpr DeploymentName name = micro;
    static std::vector<std::string> options() { return deployment_options(true); }
};
using MicroFractals = DeploymentStory<Micro>;

TEST_F(MicroFractals, PlanSaysWhatIsMissingAndMakesNothing) {
    deployment().plan_says_what_is_missing(2);
}

TEST_F(MicroFractals, DeployEndsWithAnApplicationThatAnswers) {
    deployment().deploys();
}

TEST_F(MicroFractals, WhatIsAskedForIsDrawnByTheWorker) {
    deployment().draws({deployment().instance("app-worker-1")});
}

TEST_F(MicroFractals, ThePicturesAreOurRenderersToThePixel) {
    deployment().pictures_are_our_renderers();
}

TEST_F(MicroFractals, ASecondRunChangesNothing) {
    deployment().second_run_changes_nothing();
}

TEST_F(MicroFractals, StatusSaysThatItAnswers) {
    deployment().status_is_healthy();
}

TEST_F(MicroFractals, TheWorkersConsoleTellsWhatTheUserDataDid) {
    deployment().console_tells(deployment().instance("app-worker-1"), "FRACTALS: installed");
}

TEST_F(MicroFractals, SshRunsACommandOnTheWorker) {
    deployment().lets_one_in(deployment().instance("app-worker-1"));
}

TEST_F(MicroFractals, DestroyLeavesTheProjectAsItWas) {
    deployment().destroy_leaves_the_project_as_it_was();
}

}  // namespace
}  // namespace acceptance::cloud
