// Nova's servers: what they are refused for, what a list is filtered by, what becomes of them in odd orders.
#include <gmock/gmock.h>

#include <future>
#include <stdexcept>

#include "localcloud/tests/api.hpp"

using namespace localcloud;
using localcloud::testing::ApiAnswer;
using localcloud::testing::ApiCloud;

namespace {

class Servers : public ::testing::Test {
  protected:
    const std::string servers = "/compute/v2.1/servers";
    ApiCloud cloud;
};

TEST_F(Servers, OneThatFailsWhileItIsDeletedIsDeleted) {
    std::promise<void> spawning;
    std::promise<void> deleted;
    cloud.driver().before_spawn = [&] {
        spawning.set_value();
        deleted.get_future().wait();
        throw std::runtime_error{"there is no room"};
    };
    json::object wanted{{"name", "one"}, {"imageRef", cloud.image()}, {"flavorRef", cloud.flavor()}};
    wanted["networks"] = json::array{json::object{{"uuid", cloud.network()}}};
    const std::string server = cloud.ask("POST", servers, {{"server", wanted}}).at("/server/id");
    spawning.get_future().wait();
    EXPECT_EQ(cloud.ask("DELETE", servers + "/" + server).status, 204);
    deleted.set_value();
    EXPECT_TRUE(cloud.gone(server));
}

}  // namespace
