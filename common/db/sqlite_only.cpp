// A program that needs no database server does not load their client libraries.
#include <array>

#include "common/db/backend.hpp"

namespace common::db {

std::span<const BackendTraits* const> all_backends() {
    static const std::array backends{&sqlite_traits()};
    return backends;
}

}  // namespace common::db
