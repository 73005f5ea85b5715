#include "deploy/topology/topology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deploy/topology/placeholders.hpp"

namespace deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const GroupSpec& group(const Topology& topology, const std::string& name) {
    return *std::ranges::find(topology.groups, name, &GroupSpec::name);
}

std::vector<std::string> names(const Topology& topology) {
    std::vector<std::string> list;
    for (const auto& instance : topology.instances)
        list.push_back(instance.name);
    return list;
}

TEST(Micro, HasTheGuidesGroups) {
    const auto topology = micro({}, true);
    EXPECT_THAT(group(topology, "worker").ingress, ElementsAre(IngressRule{.port = 22}));
    EXPECT_THAT(group(topology, "control").ingress,
                UnorderedElementsAre(IngressRule{.port = 22}, IngressRule{.port = 80},
                                     IngressRule{.port = 5672, .from_group = "worker"}));
}

TEST(Micro, HasAControllerAndAWorkerThatIsToldPrivateAddresses) {
    const auto topology = micro({}, true);
    EXPECT_THAT(names(topology), ElementsAre("app-controller", "app-worker-1"));
    EXPECT_EQ(topology.services(), topology.find("app-controller"));
    EXPECT_EQ(topology.entrance, "app-controller");
    const auto& worker = *topology.find("app-worker-1");
    EXPECT_EQ(worker.install.endpoint_url, "http://{address:app-controller}");
    EXPECT_THAT(addresses_in(worker.install), ElementsAre("app-controller"));
    for (const auto& instance : topology.instances) {
        EXPECT_TRUE(instance.floating_ip) << instance.name;
        EXPECT_TRUE(uses_secrets(instance.install)) << instance.name;
    }
}

TEST(Scaling, HasTheGuidesGroups) {
    const auto topology = scaling({}, usual_counts, true);
    EXPECT_THAT(group(topology, "api").ingress,
                UnorderedElementsAre(IngressRule{.port = 22}, IngressRule{.port = 80}));
    EXPECT_THAT(group(topology, "worker").ingress, ElementsAre(IngressRule{.port = 22}));
    EXPECT_THAT(group(topology, "control").ingress,
                UnorderedElementsAre(IngressRule{.port = 22}, IngressRule{.port = 80},
                                     IngressRule{.port = 5672, .from_group = "worker"}));
    EXPECT_THAT(group(topology, "services").ingress,
                UnorderedElementsAre(IngressRule{.port = 22}, IngressRule{.port = 3306, .from_group = "api"},
                                     IngressRule{.port = 5672, .from_group = "worker"},
                                     IngressRule{.port = 5672, .from_group = "api"}));
}

TEST(Scaling, HasAsManyAsAreAskedFor) {
    EXPECT_THAT(names(scaling({}, usual_counts, true)),
                ElementsAre("app-services", "app-api-1", "app-api-2", "app-worker-1", "app-worker-2",
                            "app-worker-3"));
    EXPECT_THAT(names(scaling({}, {.apis = 1, .workers = 0}, true)),
                ElementsAre("app-services", "app-api-1"));
}

TEST(Scaling, SpreadsWorkersOverApis) {
    const auto topology = scaling({}, usual_counts, true);
    EXPECT_EQ(topology.find("app-worker-1")->endpoint_instance, "app-api-1");
    EXPECT_EQ(topology.find("app-worker-2")->endpoint_instance, "app-api-2");
    EXPECT_EQ(topology.find("app-worker-3")->endpoint_instance, "app-api-1");
    EXPECT_EQ(topology.find("app-worker-2")->install.endpoint_url, "http://{address:app-api-2}");
}

TEST(Scaling, OnlyApisHaveFloatingIPsAndOnlyOneAsksForTheFirstFractals) {
    int asking = 0;
    for (const auto& instance : scaling({}, usual_counts, true).instances) {
        EXPECT_EQ(instance.floating_ip, instance.role == Role::api) << instance.name;
        asking += static_cast<int>(std::ranges::count(instance.install.roles, "demo"));
    }
    EXPECT_EQ(asking, 1);
    for (const auto& instance : scaling({}, usual_counts, false).instances)
        EXPECT_EQ(std::ranges::count(instance.install.roles, "demo"), 0) << instance.name;
}

TEST(Scaling, AddressesThatOthersAreToldAreKnownBeforehand) {
    const auto topology = scaling({}, usual_counts, true);
    EXPECT_TRUE(topology.needs_port(*topology.find("app-services")));
    EXPECT_TRUE(topology.needs_port(*topology.find("app-api-2")));
    EXPECT_FALSE(topology.needs_port(*topology.find("app-worker-1")));
}

TEST(Scaling, TheDatabasesPasswordGoesToNoWorker) {
    for (const auto& instance : scaling({}, usual_counts, true).instances)
        for (const auto& setting : instance.install.settings)
            if (instance.role == Role::worker) {
                EXPECT_EQ(placeholders(setting.value, "secret"), (std::set<std::string>{"messaging"}))
                    << setting.key;
            }
}

TEST(Placeholders, AreFoundAndFilledIn) {
    EXPECT_THAT(placeholders("http://{address:a}/{address:b}?{secret:c}", "address"),
                UnorderedElementsAre("a", "b"));
    EXPECT_EQ(fill_in("<{x:1}{x:2}>", "x", [](const std::string& name) { return name + name; }), "<1122>");
    EXPECT_EQ(fill_in("{x:{x:", "y", [](const std::string&) { return ""; }), "{x:{x:");
    EXPECT_THROW((void)placeholders("http://{address:a", "address"), std::invalid_argument);
}

}  // namespace
}  // namespace deploy
