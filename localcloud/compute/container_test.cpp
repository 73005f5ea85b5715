// Instances for real: containers, networks, floating IPs, and what is left when a cloud ends.
#include <gmock/gmock.h>

#include "localcloud/compute/container_cloud.hpp"

using namespace localcloud;
using namespace localcloud::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

const fabric::SecurityRule http_from_anywhere{
    .ingress = true, .protocol = "tcp", .port_min = 80, .port_max = 80};

TEST(Containers, UserDataServesAPageThroughAFloatingIp) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {http_from_anywhere}}}));
        here.driver->spawn(
            cloud.spec(1, "#!/bin/sh\necho hello > /hello\ncd /\npython3 -m http.server 80 &\n"));
    });
    const auto page = eventually([&] { return curl("http://" + cloud.floating_ip(1) + "/hello"); },
                                 [](const std::string& text) { return text == "hello\n"; });
    EXPECT_EQ(page, "hello\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "hold") return host::holder_main({argv + 2, argv + argc});
    ::testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
