#include <soci/postgresql/soci-postgresql.h>

#include <array>
#include <string_view>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

std::string in_quotes(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + "'";
}

std::string settings() {
    std::string text;
    for (const char* setting :
         {"client_min_messages=warning", "timezone=UTC", "bytea_output=hex", "extra_float_digits=3",
          "statement_timeout=50000", "lock_timeout=10000",
          // A machine that vanishes in a transaction must not keep rows locked for hours.
          "idle_in_transaction_session_timeout=60000", "default_transaction_isolation=read\\ committed"})
        text += std::string(text.empty() ? "-c " : " -c ") + setting;
    return text;
}

std::string connect_string(const DatabaseUrl& url) {
    std::string text = "host=" + in_quotes(url.host) + " port=" + std::to_string(url.port) +
                       " dbname=" + in_quotes(url.name) +
                       // A server whose machine vanished is noticed within half a minute.
                       " keepalives_idle=15 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=30000";
    // Part of logging in, so connect_timeout bounds it, too. Before the password, whose quotes SOCI takes for its own end.
    text += " options=" + in_quotes(settings());
    if (!url.user.empty()) text += " user=" + in_quotes(url.user);
    if (!url.password.empty()) text += " password=" + in_quotes(url.password);
    if (!url.options.contains("connect_timeout")) text += " connect_timeout=5";
    for (const auto& [name, value] : url.options) {
        if (name != "client_encoding") text += " " + name + "=" + in_quotes(value);
    }
    return text + " client_encoding=UTF8";
}

void open_postgresql(soci::session& session, const DatabaseUrl& url) {
    session.open(soci::postgresql, connect_string(url));
}

std::optional<Failure> classify_postgresql(const soci::soci_error& error) {
    const auto* failure = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    if (failure == nullptr) return std::nullopt;
    const std::string state = failure->sqlstate();
    if (state == "23505") return Failure::unique;
    if (state == "23503") return Failure::foreign_key;
    if (state == "23502") return Failure::not_null;
    if (state == "40001" || state == "40P01") return Failure::serialization;
    if (state == "55P03") return Failure::busy;
    if (state == "57014") return Failure::interrupted;
    // Full, broken, or a server that only follows another one.
    if (state == "53100" || state == "58030" || state == "25006" || state.starts_with("XX00"))
        return Failure::storage;
    // The client library's own failures have no state: the server did not say anything.
    const bool said_nothing = state.find_first_not_of(' ') == std::string::npos;
    const bool gone = state.starts_with("08") || state.starts_with("57P") || state == "53300" ||
                      state == "25P03" || state.starts_with("28") || state == "3D000";
    return said_nothing || gone ? Failure::connection : Failure::other;
}

// The library tells no codes here, only what the server said.
Refusal refusal_of(const soci::soci_error& error) {
    const std::string text = error.get_error_message();
    constexpr std::array<std::pair<std::string_view, Refusal>, 16> words{{
        {"SSL", Refusal::encryption},
        {"certificate", Refusal::encryption},
        {"authentication failed", Refusal::credentials},
        {"no password supplied", Refusal::credentials},
        {"role \"", Refusal::credentials},
        {"pg_hba.conf", Refusal::credentials},
        {"permission denied for database", Refusal::no_database},
        {"database \"", Refusal::no_database},
        {"too many", Refusal::too_many},
        {"remaining connection slots", Refusal::too_many},
        {"starting up", Refusal::starting},
        {"shutting down", Refusal::starting},
        {"Connection refused", Refusal::unreachable},
        {"timeout expired", Refusal::unreachable},
        {"could not translate host name", Refusal::unreachable},
        {"could not connect", Refusal::unreachable},
    }};
    for (const auto& [word, refusal] : words) {
        if (text.find(word) != std::string::npos) return refusal;
    }
    const bool lost = text.find("closed the connection") != std::string::npos ||
                      text.find("No route") != std::string::npos ||
                      text.find("unreachable") != std::string::npos ||
                      text.find("reset by peer") != std::string::npos;
    return lost ? Refusal::unreachable : Refusal::other;
}

// An arbitrary number; locks of this kind are each database's own, and end with the transaction.
void begin_exclusive(soci::session& session) {
    session << "BEGIN";
    session << "SET LOCAL lock_timeout = 60000";
    session << "SET LOCAL statement_timeout = 300000";
    session << "SELECT pg_advisory_xact_lock(7061651301)";
}

}  // namespace

const BackendTraits& postgresql_traits() {
    static const BackendTraits traits{
        .backend = Backend::postgresql,
        .open = open_postgresql,
        .classify = classify_postgresql,
        .refusal = refusal_of,
        .begin_exclusive = begin_exclusive,
        .end_exclusive = [](soci::session& session,
                            bool commit) { session << (commit ? "COMMIT" : "ROLLBACK"); },
        .socket_of =
            [](soci::session& session) {
                return PQsocket(static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_);
            },
        .ask_whether_to_end = nullptr,
    };
    return traits;
}

}  // namespace common::db
