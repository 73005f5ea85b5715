#include "common/db/database.hpp"

#include <array>
#include <stdexcept>

#include "common/db/backend.hpp"

namespace common::db {

std::span<const BackendTraits* const> all_backends() {
    static const std::array backends{&sqlite_traits()};
    return backends;
}

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
        if (traits->backend == url.backend) return traits->open(session, url);
    }
    throw std::runtime_error("cannot open " + url.without_password() +
                             ": this build knows SQLite only; use sqlite:////path/to/file.db");
}

std::shared_ptr<soci::connection_pool> open_pool(const DatabaseUrl& url, std::size_t size) {
    if (size == 0) throw std::invalid_argument("a pool of database sessions needs at least one");
    if (size > 1 && url.backend == Backend::sqlite && url.path == ":memory:") {
        throw std::invalid_argument(
            "each session of a database in memory sees one of its own: use a pool of one");
    }
    auto pool = std::make_shared<soci::connection_pool>(size);
    for (std::size_t i = 0; i < size; ++i)
        open(pool->at(i), url);
    return pool;
}

Failure classify(const soci::soci_error& error) {
    for (const BackendTraits* traits : all_backends()) {
        if (const auto failure = traits->classify(error)) return *failure;
    }
    return error.get_error_category() == soci::soci_error::connection_error ? Failure::connection
                                                                            : Failure::other;
}

}  // namespace common::db
