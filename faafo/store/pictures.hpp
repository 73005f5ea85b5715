// Rows of the table `fractal_image`: bytes, which every database takes in its own way. Only .cpp files of store/ use it.
#pragma once

#include <optional>
#include <string>

#include "common/db/database.hpp"
#include "faafo/store/store.hpp"

namespace faafo::store {

/// `uuid`: of the fractal's row. Throws TooLarge, before anything is sent.
void insert_pictures(soci::session& session, common::db::Backend backend, const std::string& uuid,
                     const Result& result);
/// `sql` selects checksum and bytes of the :uuid.
[[nodiscard]] std::optional<Image> read_picture(soci::session& session, common::db::Backend backend,
                                                const char* sql, const std::string& uuid);

}  // namespace faafo::store
