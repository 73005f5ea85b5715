#include "faafo/store/schema.hpp"

#include <array>

namespace faafo::store {
namespace {

// fractal        one row per request. Pictures are elsewhere, so that no list ever reads one.
// fractal_image  the pictures' files.
// task           what is still to be drawn: the queue itself, or what is to be published to one elsewhere.
//                A task is free when visible_at has passed; a worker that takes it moves that into the future.
// dead_letter    tasks given up, with the reason.
// outbox         what is to be published to a message broker (outbox.hpp): due when due_at has passed. Instead of task.
// Times are milliseconds since 1970.
constexpr std::array sqlite_migrations{
    common::db::Migration{1, R"(CREATE TABLE fractal (
    uuid VARCHAR(36) NOT NULL PRIMARY KEY,
    checksum VARCHAR(256),
    url VARCHAR(256),
    duration DOUBLE,
    size BIGINT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    iterations INTEGER NOT NULL,
    xa DOUBLE NOT NULL,
    xb DOUBLE NOT NULL,
    ya DOUBLE NOT NULL,
    yb DOUBLE NOT NULL,
    generated_by VARCHAR(256),
    c_re DOUBLE,
    c_im DOUBLE,
    state VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failure_reason VARCHAR(1024),
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
) WITHOUT ROWID;
CREATE INDEX fractal_by_age ON fractal (state, created_at, uuid);
CREATE TABLE fractal_image (
    uuid VARCHAR(36) NOT NULL PRIMARY KEY REFERENCES fractal (uuid) ON DELETE CASCADE,
    checksum VARCHAR(64) NOT NULL,
    picture BLOB NOT NULL,
    thumbnail BLOB
);
CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid VARCHAR(36) NOT NULL UNIQUE REFERENCES fractal (uuid) ON DELETE CASCADE,
    visible_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36) UNIQUE,
    worker VARCHAR(256)
);
CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid VARCHAR(36) NOT NULL REFERENCES fractal (uuid) ON DELETE CASCADE,
    attempts INTEGER NOT NULL,
    reason VARCHAR(1024) NOT NULL,
    died_at BIGINT NOT NULL
);
CREATE INDEX dead_letter_of ON dead_letter (uuid);
)"},
    common::db::Migration{2, R"(CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid VARCHAR(36) NOT NULL UNIQUE REFERENCES fractal (uuid) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    publications INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36)
);
CREATE INDEX outbox_due ON outbox (due_at, id);
)"},
};

}  // namespace

std::span<const common::db::Migration> migrations(common::db::Backend backend) {
    switch (backend) {
        case common::db::Backend::mysql:
            return mysql_migrations();
        case common::db::Backend::postgresql:
            return postgresql_migrations();
        case common::db::Backend::sqlite:
            break;
    }
    return sqlite_migrations;
}

}  // namespace faafo::store
