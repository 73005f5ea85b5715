#include "faafo/tests/broker.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "common/testkit/wait.hpp"
#include "faafo/queue/rabbitmq/topology.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using common::testkit::wait_until;
namespace rabbitmq = queue::rabbitmq;

/// For the children that are started while it lives.
class FaultPoints {
  public:
    explicit FaultPoints(const std::string& names) { ::setenv("FAAFO_FAULT_POINTS", names.c_str(), 1); }
    ~FaultPoints() { ::unsetenv("FAAFO_FAULT_POINTS"); }
    FaultPoints(const FaultPoints&) = delete;
    FaultPoints& operator=(const FaultPoints&) = delete;
};

}  // namespace

std::unique_ptr<common::testkit::RabbitMq> BrokerTest::broker;

void BrokerTest::SetUpTestSuite() {
    if (broker) return;
    if (const std::string missing = common::testkit::RabbitMq::missing(); !missing.empty())
        GTEST_SKIP() << missing;
    broker = std::make_unique<common::testkit::RabbitMq>();
}

void BrokerTest::TearDownTestSuite() {
    broker.reset();
}

void BrokerTest::SetUp() {
    if (!broker) GTEST_SKIP() << common::testkit::RabbitMq::missing();
    drain(rabbitmq::task_queue);
    drain(rabbitmq::dead_letter_queue);
}

std::string BrokerTest::log_text(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(log(name)).rdbuf();
    return text.str();
}

std::unique_ptr<rabbitmq::Connection> BrokerTest::connect() {
    auto connection =
        std::make_unique<rabbitmq::Connection>(rabbitmq::BrokerUrl::parse(broker->url()), "the test");
    declare_topology(*connection);
    connection->confirm_publishes();
    return connection;
}

std::vector<rabbitmq::Delivery> BrokerTest::drain(const std::string& queue) {
    const auto connection = connect();
    const std::uint32_t count = connection->ready_messages(queue);
    std::vector<rabbitmq::Delivery> deliveries;
    if (count == 0) return deliveries;
    connection->consume(queue, static_cast<std::uint16_t>(count));
    while (deliveries.size() < count) {
        auto incoming = connection->receive(5s);
        if (!incoming) throw std::runtime_error("the broker does not deliver");
        deliveries.push_back(std::get<rabbitmq::Delivery>(*std::move(incoming)));
        connection->acknowledge(deliveries.back().tag);
    }
    return deliveries;
}

std::uint32_t BrokerTest::ready(const std::string& queue) {
    return connect()->ready_messages(queue);
}

ApiProgram BrokerTest::start_api(const std::string& name, const std::string& fault,
                                 std::vector<std::string> flags) const {
    const FaultPoints points(fault);
    flags.insert(flags.begin(), {"--transport-url", broker->url(), "--workers", "0"});
    return {files.database_url(), log(name), std::move(flags)};
}

common::process::Child BrokerTest::start_worker(const std::string& name, const ApiProgram& api,
                                                const std::string& fault,
                                                std::vector<std::string> flags) const {
    const FaultPoints points(fault);
    flags.insert(flags.begin(), {"--transport-url", broker->url()});
    return tests::start_worker("sqlite:////proc/nowhere/faafo.db", api.url(), log(name), flags);
}

boost::json::object BrokerTest::row(const ApiProgram& api, const std::string& uuid) {
    return boost::json::parse(api.client().get("/v1/fractal/" + uuid).body).as_object();
}

bool BrokerTest::becomes(const ApiProgram& api, const std::string& uuid, const std::string& state) {
    return wait_until([&] { return row(api, uuid).at("state").as_string() == state; }, 40s);
}

std::string BrokerTest::slow_request(const std::string& uuid) {
    return R"({"uuid":")" + uuid +
           R"(","c_re":-0.7269,"c_im":0.1889,"width":2500,"height":2500,"iterations":20000,)"
           R"("xa":-0.3,"xb":0.3,"ya":-0.3,"yb":0.3})";
}

void BrokerTest::delete_while_it_is_drawn(const ApiProgram& api, const std::string& uuid) {
    auto client = api.client();
    ASSERT_EQ(client.post("/v1/fractal", endless_request(uuid)).status, 201);
    ASSERT_TRUE(becomes(api, uuid, "drawing"));
    ASSERT_EQ(client.del("/v1/fractal/" + uuid).status, 204);
}

std::string BrokerTest::endless_request(const std::string& uuid) {
    return R"({"uuid":")" + uuid +
           R"(","c_re":-0.7269,"c_im":0.1889,"width":9999,"height":9999,"iterations":9999,)"
           R"("xa":-0.3,"xb":0.3,"ya":-0.3,"yb":0.3})";
}

}  // namespace faafo::tests
