// The holder of a cloud's namespaces when its state folder is removed under it: nothing may be left that nobody finds.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <unistd.h>

#include "common/process/process.hpp"
#include "localcloud/host/holder.hpp"

namespace localcloud::host {
namespace {

TEST(Holder, EndsWithItsInstancesWhenTheStateIsRemoved) {
    const common::process::TemporaryDirectory folder("localcloud-holder");
    const Options options{.state = folder.path() / "state",
                          .cache = folder.path() / "cache",
                          .holder = {BUILD_DIR "/bin/localcloud", "hold"}};
    std::shared_ptr<Host> host;
    try {
        host = enter(options);
    } catch (const Unavailable& error) {
        GTEST_SKIP() << error.what();
    }
    const auto holder = find_holder(host->options());
    ASSERT_TRUE(holder);
    const auto network = host->make_network_namespace("instance-1");
    const Descriptor inside(::open(network.c_str(), O_RDONLY | O_CLOEXEC));
    common::process::Child instance({.command = {.arguments = {"sleep", "600"}, .in_child = [&] {
                                                     return ::setns(inside.get(), CLONE_NEWNET) == 0;
                                                 }}});
    common::process::Child bystander({.command = {.arguments = {"sleep", "600"}}});

    EXPECT_FALSE(holder->process.wait(std::chrono::seconds(3))) << "while the state is there";
    EXPECT_FALSE(instance.poll());

    std::filesystem::remove_all(options.state);
    EXPECT_TRUE(holder->process.wait(std::chrono::seconds(20)));
    EXPECT_EQ(instance.wait(std::chrono::seconds(20)), 128 + SIGKILL);
    EXPECT_FALSE(bystander.poll()) << "not one of the cloud's";
}

}  // namespace
}  // namespace localcloud::host
