// MariaDB and MySQL, through MariaDB's client library.
#include <mysqld_error.h>
#include <soci/mysql/soci-mysql.h>

#include <stdexcept>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

// A wait for an answer is longer than any wait for a lock, so that the server says what was wrong.
constexpr int connect_seconds = 5;
constexpr int answer_seconds = 60;
constexpr int lock_seconds = 10;
constexpr int migration_tries = 12;

std::string in_quotes(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + "'";
}

bool is_true(const std::string& value) {
    return value == "true" || value == "True" || value == "1" || value == "yes";
}

const std::string* option(const DatabaseUrl& url, const char* name) {
    const auto found = url.options.find(name);
    return found == url.options.end() ? nullptr : &found->second;
}

/// Whether the certificate is to be checked: against ssl_ca, or what the machine trusts.
bool is_checked(const DatabaseUrl& url) {
    const std::string* verify = option(url, "ssl_verify_cert");
    const std::string* identity = option(url, "ssl_verify_identity");
    if (verify != nullptr) return is_true(*verify);
    return option(url, "ssl_ca") != nullptr || (identity != nullptr && is_true(*identity));
}

bool is_encrypted(const DatabaseUrl& url) {
    const std::string* enabled = option(url, "ssl");
    return is_checked(url) || option(url, "ssl_ca") != nullptr || option(url, "ssl_cert") != nullptr ||
           (enabled != nullptr && is_true(*enabled));
}

// SOCI can name a few of the options for TLS only; the client library takes all of them where the host is.
std::string host_of(const DatabaseUrl& url) {
    // "localhost" would mean a socket file, whose place only the server knows.
    std::string host = url.host == "localhost" ? "127.0.0.1" : url.host;
    if (!is_encrypted(url)) return host;
    std::string text = "host=" + host + ";ssl-enforce=1";
    if (is_checked(url)) text += ";ssl-verify-server-cert=1";
    if (const std::string* ca = option(url, "ssl_ca")) text += ";ssl-ca=" + *ca;
    if (const std::string* certificate = option(url, "ssl_cert")) text += ";ssl-cert=" + *certificate;
    if (const std::string* key = option(url, "ssl_key")) text += ";ssl-key=" + *key;
    return text;
}

std::string connect_string(const DatabaseUrl& url) {
    std::string text = "dbname=" + in_quotes(url.name) + " port=" + std::to_string(url.port) +
                       " charset=utf8mb4 read_timeout=" + std::to_string(answer_seconds) +
                       " write_timeout=" + std::to_string(answer_seconds);
    if (const std::string* socket = option(url, "unix_socket")) {
        text += " host=localhost unix_socket=" + in_quotes(*socket);
    } else {
        text += " host=" + in_quotes(host_of(url));
    }
    const std::string* timeout = option(url, "connect_timeout");
    text +=
        " connect_timeout=" + (timeout == nullptr ? std::to_string(connect_seconds) : in_quotes(*timeout));
    if (!url.user.empty()) text += " user=" + in_quotes(url.user);
    if (!url.password.empty()) text += " password=" + in_quotes(url.password);
    return text;
}

MYSQL* connection_of(soci::session& session) {
    return static_cast<soci::mysql_session_backend*>(session.get_backend())->conn_;
}

void open_mysql(soci::session& session, const DatabaseUrl& url) {
    session.open(soci::mysql, connect_string(url));
    // The library goes on in the clear with a server that cannot do better, unless it checks certificates.
    if (is_encrypted(url) && mysql_get_ssl_cipher(connection_of(session)) == nullptr) {
        session.close();
        throw soci::mysql_soci_error("the server offers no TLS", CR_SSL_CONNECTION_ERROR);
    }
    session << "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', "
               "autocommit = 1, innodb_lock_wait_timeout = " +
                   std::to_string(lock_seconds);
    // Without the locks on gaps that the default takes, workers do not stand in each other's way.
    session << "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
    // A machine that vanishes in a transaction must not keep rows locked for hours. MySQL has no such setting.
    if (std::string_view(mysql_get_server_info(connection_of(session))).find("MariaDB") !=
        std::string_view::npos)
        session << "SET SESSION idle_transaction_timeout = 60";
}

std::optional<Failure> classify_mysql(const soci::soci_error& error) {
    const auto* failure = dynamic_cast<const soci::mysql_soci_error*>(&error);
    if (failure == nullptr) return std::nullopt;
    switch (failure->err_num_) {
        case ER_DUP_ENTRY:
            return Failure::unique;
        case ER_NO_REFERENCED_ROW:
        case ER_NO_REFERENCED_ROW_2:
        case ER_ROW_IS_REFERENCED:
        case ER_ROW_IS_REFERENCED_2:
            return Failure::foreign_key;
        case ER_BAD_NULL_ERROR:
        case ER_NO_DEFAULT_FOR_FIELD:
            return Failure::not_null;
        case ER_NET_PACKET_TOO_LARGE:
        case CR_NET_PACKET_TOO_LARGE:
            return Failure::too_large;
        case ER_LOCK_DEADLOCK:
        case ER_CHECKREAD:
            return Failure::serialization;
        case ER_LOCK_WAIT_TIMEOUT:
            return Failure::busy;
        case ER_STATEMENT_TIMEOUT:
            return Failure::interrupted;
        case ER_DISK_FULL:
        case ER_RECORD_FILE_FULL:
        case ER_ERROR_ON_WRITE:
        case ER_CRASHED_ON_USAGE:
        case ER_OPTION_PREVENTS_STATEMENT:  // read_only
        case ER_READ_ONLY_MODE:
        case ER_INNODB_READ_ONLY:
            return Failure::storage;
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
        case ER_SERVER_SHUTDOWN:
        case ER_NORMAL_SHUTDOWN:
        case ER_CONNECTION_KILLED:
        case ER_NEW_ABORTING_CONNECTION:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
        case ER_NET_ERROR_ON_WRITE:
        case ER_NET_WRITE_INTERRUPTED:
        case ER_ACCESS_DENIED_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
        case ER_BAD_DB_ERROR:
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
        case CR_COMMANDS_OUT_OF_SYNC:  // what is left of an answer that was not read to its end
            return Failure::connection;
        default:
            return Failure::other;
    }
}

Refusal refusal_of(const soci::soci_error& error) {
    const auto* failure = dynamic_cast<const soci::mysql_soci_error*>(&error);
    if (failure == nullptr) return Refusal::other;
    switch (failure->err_num_) {
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
        case CR_UNKNOWN_HOST:
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
            return Refusal::unreachable;
        case ER_ACCESS_DENIED_ERROR:
        case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
        case ER_HOST_NOT_PRIVILEGED:
            return Refusal::credentials;
        case ER_BAD_DB_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
            return Refusal::no_database;
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
            return Refusal::too_many;
        case ER_SERVER_SHUTDOWN:
            return Refusal::starting;
        case CR_SSL_CONNECTION_ERROR:
            return Refusal::encryption;
        default:
            return Refusal::other;
    }
}

// The lock is the session's, not the transaction's: CREATE TABLE ends transactions, and must not end the lock.
void begin_exclusive(soci::session& session) {
    for (int i = 0; i < migration_tries; ++i) {
        int held = 0;
        soci::indicator indicator = soci::i_null;
        session << "SELECT GET_LOCK(CONCAT('migrate_', MD5(DATABASE())), 5)", soci::into(held, indicator);
        if (indicator == soci::i_ok && held == 1) {
            session << "START TRANSACTION";
            return;
        }
    }
    throw std::runtime_error(
        "another program has been changing the database's tables for a minute; look at what "
        "it does (SHOW PROCESSLIST), then start again");
}

void end_exclusive(soci::session& session, bool commit) {
    session << (commit ? "COMMIT" : "ROLLBACK");
    int released = 0;
    soci::indicator indicator = soci::i_null;
    session << "SELECT RELEASE_LOCK(CONCAT('migrate_', MD5(DATABASE())))", soci::into(released, indicator);
}

}  // namespace

const BackendTraits& mysql_traits() {
    static const BackendTraits traits{
        .backend = Backend::mysql,
        .open = open_mysql,
        .classify = classify_mysql,
        .refusal = refusal_of,
        .begin_exclusive = begin_exclusive,
        .end_exclusive = end_exclusive,
        .socket_of = [](soci::session& session) { return mysql_get_socket(connection_of(session)); },
        .ask_whether_to_end = nullptr,
    };
    return traits;
}

}  // namespace common::db
