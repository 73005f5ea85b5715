#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "common/testkit/database_server.hpp"

namespace common::testkit {
namespace {

/// Debian keeps the server's programs of each version in a folder of their own.
std::filesystem::path programs() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        if (std::filesystem::exists(version.path() / "bin" / "initdb"))
            found.push_back(version.path() / "bin");
    }
    return found.empty() ? std::filesystem::path{} : *std::max_element(found.begin(), found.end());
}

/// The server refuses to run as root; then it runs as this user.
const passwd& other_user() {
    static const passwd user = [] {
        const passwd* found = ::getpwnam("postgres");
        if (found == nullptr) found = ::getpwnam("nobody");
        if (found == nullptr) throw std::runtime_error("there is no user postgres, and no user nobody");
        return *found;
    }();
    return user;
}

class PostgreSql : public DatabaseServer {
  public:
    PostgreSql() : DatabaseServer("postgresql") {
        if (::geteuid() == 0 && ::chown(folder().c_str(), other_user().pw_uid, other_user().pw_gid) != 0) {
            throw std::runtime_error("cannot give " + folder().string() + " to the user of PostgreSQL");
        }
        process::check(
            as_user({.arguments = {(programs() / "initdb").string(), "--pgdata=" + data(), "--no-sync",
                                   "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                                   "--auth-local=trust", "--auth-host=scram-sha-256"}}));
        start();
        std::string quoted;
        for (const char c : std::string(password))
            quoted.append(c == '\'' ? "''" : std::string(1, c));
        sql("CREATE ROLE faafo LOGIN PASSWORD '" + quoted + "';\n");
    }

  protected:
    std::string execute(const std::string& statements, const std::string& database) const override {
        return process::check({.arguments = client(database), .input = statements});
    }
    bool answers() const override {
        return process::run({.arguments = client({}), .input = "SELECT 1;\n"}).ok();
    }
    process::Command command() const override {
        // Fast: what is committed outlives the process, not a power failure.
        return as_user({.arguments = {(programs() / "postgres").string(), "-D", data(), "-p",
                                      std::to_string(port()), "-c", "listen_addresses=127.0.0.1", "-c",
                                      "unix_socket_directories=" + folder().string(), "-c", "fsync=off", "-c",
                                      "shared_buffers=32MB", "-c", "max_connections=60"}});
    }
    std::string scheme() const override { return "postgresql+psycopg2"; }
    std::string creation_of(const std::string& database) const override {
        return "CREATE DATABASE " + database + " OWNER faafo;\n";
    }
    int stop_signal() const override { return SIGINT; }

  private:
    std::vector<std::string> client(const std::string& database) const {
        return {(programs() / "psql").string(),
                "-X",
                "-q",
                "-A",
                "-t",
                "-F",
                "\t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                folder().string(),
                "-p",
                std::to_string(port()),
                "-U",
                "postgres",
                "-d",
                database.empty() ? "postgres" : database};
    }
    static process::Command as_user(process::Command command) {
        if (::geteuid() != 0) return command;
        command.directory = "/";
        command.in_child = [user = other_user().pw_uid, group = other_user().pw_gid] {
            return ::setgroups(0, nullptr) == 0 && ::setgid(group) == 0 && ::setuid(user) == 0;
        };
        return command;
    }
    std::string data() const { return (folder() / "data").string(); }
};

}  // namespace

std::string missing_for_postgresql() {
    return programs().empty() ? "the server of PostgreSQL is not installed" : std::string{};
}

std::unique_ptr<DatabaseServer> start_postgresql() {
    return std::make_unique<PostgreSql>();
}

}  // namespace common::testkit
