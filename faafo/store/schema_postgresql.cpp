#include <array>

#include "faafo/store/schema.hpp"

namespace faafo::store {

// COLLATE "C": texts compare byte by byte, as in the other databases.
std::span<const common::db::Migration> postgresql_migrations() {
    static constexpr std::array steps{
        common::db::Migration{1, R"(CREATE TABLE fractal (
    uuid VARCHAR(36) COLLATE "C" NOT NULL PRIMARY KEY,
    checksum VARCHAR(256) COLLATE "C",
    url VARCHAR(256) COLLATE "C",
    duration DOUBLE PRECISION,
    size BIGINT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    iterations INTEGER NOT NULL,
    xa DOUBLE PRECISION NOT NULL,
    xb DOUBLE PRECISION NOT NULL,
    ya DOUBLE PRECISION NOT NULL,
    yb DOUBLE PRECISION NOT NULL,
    generated_by VARCHAR(256) COLLATE "C",
    c_re DOUBLE PRECISION,
    c_im DOUBLE PRECISION,
    state VARCHAR(16) COLLATE "C" NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failure_reason VARCHAR(1024) COLLATE "C",
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX fractal_by_age ON fractal (state, created_at, uuid);
CREATE TABLE fractal_image (
    uuid VARCHAR(36) COLLATE "C" NOT NULL PRIMARY KEY REFERENCES fractal (uuid) ON DELETE CASCADE,
    checksum VARCHAR(64) NOT NULL,
    picture BYTEA NOT NULL,
    thumbnail BYTEA
);
ALTER TABLE fractal_image ALTER picture SET STORAGE EXTERNAL, ALTER thumbnail SET STORAGE EXTERNAL;
CREATE TABLE task (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid VARCHAR(36) COLLATE "C" NOT NULL UNIQUE REFERENCES fractal (uuid) ON DELETE CASCADE,
    visible_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36) UNIQUE,
    worker VARCHAR(256)
);
CREATE TABLE dead_letter (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid VARCHAR(36) COLLATE "C" NOT NULL REFERENCES fractal (uuid) ON DELETE CASCADE,
    attempts INTEGER NOT NULL,
    reason VARCHAR(1024) NOT NULL,
    died_at BIGINT NOT NULL
);
CREATE INDEX dead_letter_of ON dead_letter (uuid);
)"},
        common::db::Migration{2, R"(CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid VARCHAR(36) COLLATE "C" NOT NULL UNIQUE REFERENCES fractal (uuid) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    publications INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36)
);
CREATE INDEX outbox_due ON outbox (due_at, id);
)"},
    };
    return steps;
}

}  // namespace faafo::store
