#include "common/db/database.hpp"

#include <stdexcept>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

/// A server that cannot be used; the text is for people.
class OpenFailed : public soci::soci_error {
  public:
    using soci::soci_error::soci_error;
    [[nodiscard]] error_category get_error_category() const override { return connection_error; }
};

/// In one line: some of the servers' and libraries' own texts have several.
std::string in_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (!space) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

std::string explanation(const DatabaseUrl& url, Refusal refusal, const std::string& reason) {
    const std::string where = url.host + ":" + std::to_string(url.port);
    switch (refusal) {
        case Refusal::unreachable:
            return "nothing answers at " + where + " (" + reason +
                   "); does the database server run, listen on that address, and let this machine in?";
        case Refusal::credentials:
            return "the server at " + where + " does not let the user '" + url.user + "' in (" + reason +
                   "); check the user and the password in the URL";
        case Refusal::no_database:
            return "the server at " + where + " has no database '" + url.name + "', or not for the user '" +
                   url.user + "' (" + reason + "); create it, or grant access to it";
        case Refusal::too_many:
            return "the server at " + where + " has no connection left (" + reason +
                   "); it allows too few, or too many programs use it";
        case Refusal::starting:
            return "the server at " + where + " is starting or stopping (" + reason +
                   "); try again in a moment";
        case Refusal::encryption:
            return "no encrypted connection to " + where + " came about (" + reason +
                   "); check the URL's options for TLS, and the certificates";
        case Refusal::other:
            break;
    }
    return reason;
}

}  // namespace

const BackendTraits& traits_of(soci::session& session) {
    const std::string name = session.get_backend_name();
    const Backend backend = name == "mysql"        ? Backend::mysql
                            : name == "postgresql" ? Backend::postgresql
                                                   : Backend::sqlite;
    for (const BackendTraits* traits : all_backends()) {
        if (traits->backend == backend) return *traits;
    }
    throw std::logic_error("the database backend " + name + " is not built in");
}

void open(soci::session& session, const DatabaseUrl& url) {
    for (const BackendTraits* traits : all_backends()) {
        if (traits->backend != url.backend) continue;
        try {
            return traits->open(session, url);
        } catch (const soci::soci_error& error) {
            if (url.backend == Backend::sqlite) throw;
            throw OpenFailed(
                explanation(url, traits->refusal(error), in_one_line(error.get_error_message())));
        }
    }
    throw std::runtime_error("cannot open " + url.without_password() +
                             ": this program knows SQLite only; use sqlite:////path/to/file.db");
}

Failure classify(const soci::soci_error& error) {
    if (dynamic_cast<const OpenFailed*>(&error) != nullptr) return Failure::connection;
    for (const BackendTraits* traits : all_backends()) {
        if (const auto failure = traits->classify(error)) return *failure;
    }
    return error.get_error_category() == soci::soci_error::connection_error ? Failure::connection
                                                                            : Failure::other;
}

}  // namespace common::db
