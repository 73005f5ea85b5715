#include <array>

#include "faafo/store/schema.hpp"

namespace faafo::store {

// Texts compare byte by byte, as in the other databases. Every statement may be repeated: see common::db::migrate().
std::span<const common::db::Migration> mysql_migrations() {
    static constexpr std::array steps{
        common::db::Migration{1, R"(CREATE TABLE IF NOT EXISTS fractal (
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
    finished_at BIGINT,
    INDEX fractal_by_age (state, created_at, uuid)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS fractal_image (
    uuid VARCHAR(36) NOT NULL PRIMARY KEY,
    checksum VARCHAR(64) NOT NULL,
    picture LONGBLOB NOT NULL,
    thumbnail LONGBLOB,
    FOREIGN KEY (uuid) REFERENCES fractal (uuid) ON DELETE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS task (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid VARCHAR(36) NOT NULL UNIQUE,
    visible_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36) UNIQUE,
    worker VARCHAR(256),
    FOREIGN KEY (uuid) REFERENCES fractal (uuid) ON DELETE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS dead_letter (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid VARCHAR(36) NOT NULL,
    attempts INTEGER NOT NULL,
    reason VARCHAR(1024) NOT NULL,
    died_at BIGINT NOT NULL,
    INDEX dead_letter_of (uuid),
    FOREIGN KEY (uuid) REFERENCES fractal (uuid) ON DELETE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
)"},
        common::db::Migration{2, R"(CREATE TABLE IF NOT EXISTS outbox (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid VARCHAR(36) NOT NULL UNIQUE,
    due_at BIGINT NOT NULL,
    publications INTEGER NOT NULL DEFAULT 0,
    lease VARCHAR(36),
    INDEX outbox_due (due_at, id),
    FOREIGN KEY (uuid) REFERENCES fractal (uuid) ON DELETE CASCADE
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
)"},
    };
    return steps;
}

}  // namespace faafo::store
