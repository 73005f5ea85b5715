#include <array>

#include "common/db/backend.hpp"

namespace common::db {

std::span<const BackendTraits* const> all_backends() {
    static const std::array backends{&sqlite_traits(), &mysql_traits(), &postgresql_traits()};
    return backends;
}

}  // namespace common::db
