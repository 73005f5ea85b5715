// One broker for all tests of a program, and the programs of the application around it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/testkit/rabbit_mq.hpp"
#include "faafo/queue/rabbitmq/connection.hpp"
#include "faafo/tests/application.hpp"
#include "faafo/tests/programs.hpp"

namespace faafo::tests {

/// Each test has a database of its own, and finds the queues empty.
class BrokerTest : public testing::Test {
  protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void SetUp() override;

    [[nodiscard]] std::string log(const std::string& name) const {
        return (files.path() / (name + ".log")).string();
    }
    [[nodiscard]] std::string log_text(const std::string& name) const;

    /// A connection of the test's own, with everything declared.
    [[nodiscard]] static std::unique_ptr<queue::rabbitmq::Connection> connect();
    /// What is in a queue now, taken out of it.
    static std::vector<queue::rabbitmq::Delivery> drain(const std::string& queue);
    static std::uint32_t ready(const std::string& queue);

    /// faafo-api on the broker, without workers. `fault` is one of queue/fault_point.hpp.
    [[nodiscard]] ApiProgram start_api(const std::string& name, const std::string& fault = {},
                                       std::vector<std::string> flags = {}) const;
    /// faafo-worker on the broker; its database_url leads nowhere.
    [[nodiscard]] common::process::Child start_worker(const std::string& name, const ApiProgram& api,
                                                      const std::string& fault = {},
                                                      std::vector<std::string> flags = {}) const;

    /// The row of a fractal, as the API shows it.
    static boost::json::object row(const ApiProgram& api, const std::string& uuid);
    static bool becomes(const ApiProgram& api, const std::string& uuid, const std::string& state);
    /// Takes seconds to draw.
    static std::string slow_request(const std::string& uuid);
    /// Minutes.
    static std::string endless_request(const std::string& uuid);
    /// Asks for one and deletes it while a worker is at it.
    static void delete_while_it_is_drawn(const ApiProgram& api, const std::string& uuid);

    static std::unique_ptr<common::testkit::RabbitMq> broker;
    Files files;
};

}  // namespace faafo::tests
