#include <unistd.h>

#include <csignal>

#include "common/testkit/database_server.hpp"

namespace common::testkit {
namespace {

class MariaDb : public DatabaseServer {
  public:
    MariaDb() : DatabaseServer("mariadb") {
        std::vector<std::string> install{"mariadb-install-db",  "--no-defaults",
                                         "--datadir=" + data(), "--auth-root-authentication-method=normal",
                                         "--skip-test-db",      "--skip-name-resolve"};
        if (::geteuid() == 0) install.emplace_back("--user=root");
        process::check({.arguments = install});
        start();
        std::string quoted;
        for (const char c : std::string(password)) {
            if (c == '\'' || c == '\\') quoted += '\\';
            quoted += c;
        }
        sql("CREATE USER faafo@'%' IDENTIFIED BY '" + quoted + "';\n");
    }

  protected:
    std::string execute(const std::string& statements, const std::string& database) const override {
        std::vector<std::string> arguments{
            "mariadb", "--no-defaults", "--socket=" + socket(), "--user=root", "-N", "-B"};
        if (!database.empty()) arguments.push_back(database);
        return process::check({.arguments = arguments, .input = statements});
    }
    bool answers() const override {
        return process::run({.arguments = {"mariadb", "--no-defaults", "--socket=" + socket(), "--user=root",
                                           "-e", "SELECT 1"}})
            .ok();
    }
    process::Command command() const override {
        // Small and fast: what is committed outlives the process, not a power failure.
        std::vector<std::string> arguments{process::find_program("mariadbd").value().string(),
                                           "--no-defaults",
                                           "--datadir=" + data(),
                                           "--socket=" + socket(),
                                           "--pid-file=" + (folder() / "pid").string(),
                                           "--tmpdir=" + folder().string(),
                                           "--port=" + std::to_string(port()),
                                           "--bind-address=127.0.0.1",
                                           "--skip-name-resolve",
                                           "--innodb-buffer-pool-size=32M",
                                           "--innodb-log-file-size=8M",
                                           "--innodb-flush-log-at-trx-commit=2",
                                           "--innodb-fast-shutdown=2",
                                           "--performance-schema=0"};
        if (::geteuid() == 0) arguments.emplace_back("--user=root");
        return {.arguments = std::move(arguments)};
    }
    std::string scheme() const override { return "mysql+pymysql"; }
    std::string creation_of(const std::string& database) const override {
        return "CREATE DATABASE " + database + " CHARACTER SET latin1; GRANT ALL ON " + database +
               ".* TO faafo@'%';\n";
    }
    int stop_signal() const override { return SIGTERM; }

  private:
    std::string data() const { return (folder() / "data").string(); }
    std::string socket() const { return (folder() / "socket").string(); }
};

}  // namespace

std::string missing_for_maria_db() {
    for (const char* program : {"mariadbd", "mariadb-install-db", "mariadb"}) {
        if (!process::find_program(program)) return std::string(program) + " is not installed";
    }
    return {};
}

std::unique_ptr<DatabaseServer> start_maria_db() {
    return std::make_unique<MariaDb>();
}

}  // namespace common::testkit
