// Knot DNS for real, on a loopback address: zones come, change and go.
#include <gmock/gmock.h>
#include <signal.h>

#include "common/process/process.hpp"
#include "localcloud/dns_server/knot.hpp"
#include "localcloud/dns_server/query.hpp"
#include "localcloud/host/process_identity.hpp"

using namespace localcloud;
using namespace localcloud::dns_server;

namespace {

constexpr const char* address = "127.0.53.1";

Zone zone(std::int64_t serial, std::vector<std::string> addresses) {
    return {.id = "z1",
            .name = "test.example.",
            .serial = serial,
            .record_sets = {
                {.name = "test.example.",
                 .type = "SOA",
                 .ttl = 3600,
                 .records = {"ns1.localcloud.internal. me.test.example. " + std::to_string(serial) +
                             " 3500 600 86400 3600"}},
                {.name = "test.example.", .type = "NS", .ttl = 3600, .records = {"ns1.localcloud.internal."}},
                {.name = "www.test.example.", .type = "A", .ttl = 7, .records = std::move(addresses)}}};
}

class KnotTest : public ::testing::Test {
  protected:
    KnotTest() {
        while (!is_free(address, options_.port))
            ++options_.port;
    }
    ~KnotTest() override {
        if (const auto process = host::ProcessIdentity::read(options_.process)) process->kill(SIGKILL);
    }
    [[nodiscard]] std::string dig(const std::string& name) const {
        auto answer = common::process::run(
            {.arguments = {"dig", "@" + std::string{address}, "-p", std::to_string(options_.port), "+noall",
                           "+answer", "+time=2", name, "A"}});
        std::string text = answer.output;
        std::replace(text.begin(), text.end(), '\t', ' ');
        return text;
    }

    common::process::TemporaryDirectory folder_{"knot"};
    Options options_{.folder = folder_.path() / "dns",
                     .process = folder_.path() / "processes" / "dns",
                     .address = address,
                     .port = 15353};
};

TEST_F(KnotTest, ServesWhatIsPublishedAndNothingElse) {
    const auto server = make_knot(options_);
    server->publish({zone(5, {"192.0.2.1", "192.0.2.2"})});
    EXPECT_THAT(dig("www.test.example"), ::testing::AllOf(::testing::HasSubstr("7 IN A 192.0.2.1"),
                                                          ::testing::HasSubstr("7 IN A 192.0.2.2")));
    server->publish({zone(6, {"192.0.2.3"})});
    EXPECT_THAT(dig("www.test.example"), ::testing::AllOf(::testing::HasSubstr("7 IN A 192.0.2.3"),
                                                          ::testing::Not(::testing::HasSubstr("192.0.2.1"))));
    server->publish({});
    EXPECT_EQ(dig("www.test.example"), "");
}

TEST_F(KnotTest, ALaterProcessAdoptsIt) {
    make_knot(options_)->publish({zone(5, {"192.0.2.1"})});
    const auto before = host::ProcessIdentity::read(options_.process);
    ASSERT_TRUE(before && before->alive()) << "it survives us";
    const auto server = make_knot(options_);
    server->publish({zone(6, {"192.0.2.4"})});
    EXPECT_EQ(host::ProcessIdentity::read(options_.process)->pid, before->pid);
    EXPECT_THAT(dig("www.test.example"), ::testing::HasSubstr("192.0.2.4"));
    before->kill(SIGKILL);
    ASSERT_TRUE(before->wait(std::chrono::seconds(5)));
    server->publish({zone(6, {"192.0.2.4"})});
    EXPECT_THAT(dig("www.test.example"), ::testing::HasSubstr("192.0.2.4")) << "started again";
}

TEST_F(KnotTest, AnswersWithTheZonesSerial) {
    const auto server = make_knot(options_);
    server->publish({zone(77, {"192.0.2.1"})});
    const auto answer = ask_serial(address, options_.port, "test.example.");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->serial, 77U);
    EXPECT_FALSE(ask_serial(address, options_.port, "elsewhere.example.")->served);
}

}  // namespace
