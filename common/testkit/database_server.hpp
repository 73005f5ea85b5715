// Real database servers for tests: each on loopback, a port of its own and a temporary folder, gone with its value.
// Starting one takes a second or two, so a test program starts it once (openstack_test with STORY) and gives every
// test a database of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/process/process.hpp"

namespace common::testkit {

class DatabaseServer {
  public:
    virtual ~DatabaseServer() = default;
    DatabaseServer(const DatabaseServer&) = delete;
    DatabaseServer& operator=(const DatabaseServer&) = delete;

    /// A fresh, empty database; returns the URL with which the user "faafo" comes in.
    [[nodiscard]] std::string create_database();
    /// Of a database that need not exist, with another password than the right one if there is one here.
    [[nodiscard]] std::string url(const std::string& database,
                                  const std::optional<std::string>& password = std::nullopt) const;
    /// Runs statements as the administrator; returns rows as lines of fields with tabs between them.
    std::string sql(const std::string& statements, const std::string& database = {}) const {
        return execute(statements, database);
    }

    /// As an administrator stops it: transactions that are open are rolled back, clients are thrown out.
    void stop();
    /// As the machine's power fails, but for the disk.
    void kill();
    /// After stop() or kill(), with the same port and data.
    void start();
    void restart();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }

    /// The user's; has every character that URLs, SQL and connection strings treat in some way of their own.
    static constexpr const char* password = R"(p@ss/w:rd?%'"\ ;=#&)";

  protected:
    explicit DatabaseServer(const std::string& prefix);
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    virtual std::string execute(const std::string& statements, const std::string& database) const = 0;
    /// Whether it can be used.
    [[nodiscard]] virtual bool answers() const = 0;
    [[nodiscard]] virtual process::Command command() const = 0;
    [[nodiscard]] virtual std::string scheme() const = 0;
    [[nodiscard]] virtual std::string creation_of(const std::string& database) const = 0;
    [[nodiscard]] virtual int stop_signal() const = 0;

  private:
    process::TemporaryDirectory folder_;
    std::uint16_t port_;
    std::unique_ptr<process::Child> process_;
    int databases_ = 0;
};

/// Why there can be none here; empty when there can.
[[nodiscard]] std::string missing_for_maria_db();
[[nodiscard]] std::string missing_for_postgresql();
/// Started. Throw std::runtime_error with the server's last words.
[[nodiscard]] std::unique_ptr<DatabaseServer> start_maria_db();
[[nodiscard]] std::unique_ptr<DatabaseServer> start_postgresql();

}  // namespace common::testkit
