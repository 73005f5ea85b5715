// What a request says of a server: the same words mean the same whether it is made, changed or rebuilt.
#pragma once

#include <span>
#include <string_view>

#include "localcloud/api/compute/compute_service.hpp"

namespace localcloud::api::compute {

/// A member of a body, and the microversions that have it.
struct KnownField {
    std::string_view name;
    int since = 1;
    int until = latest_microversion;
};

/// Throws 400 for any other member; `wrapper` is what the body is in: "server", "rebuild".
void check_fields(std::string_view wrapper, const Document& body, int microversion,
                  std::span<const KnownField> known);
/// Throws 400 unless each member that is there has its form. Only what is rebuilt can be without what it had.
void check_values(const Document& body, bool rebuilding = false);
/// Throws 400 unless these are short texts with plain names.
void check_metadata(std::string_view field, const json::value& metadata);
/// Throws 403 if these are too many for the caller's project.
void check_metadata_count(const state::View& view, const Call& call, const Document& metadata);
/// The caller's keypair: its name and public key; throws 400 when there is none.
[[nodiscard]] Document keypair_for(const state::View& view, const Call& call, const std::string& name);

}  // namespace localcloud::api::compute
