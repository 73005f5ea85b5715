// Which DNS resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/dns.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<dns::Zone>();
template <>
const Fields& fields_of<dns::ZoneNameserver>();
template <>
const Fields& fields_of<dns::Recordset>();
template <>
const Fields& fields_of<dns::Limits>();
template <>
const Fields& fields_of<dns::Quota>();
template <>
const Definition& definition_of<dns::Zone>();
template <>
const Definition& definition_of<dns::Recordset>();
template <>
const Definition& definition_of<dns::Quota>();

}  // namespace openstack::resource

namespace openstack::dns {

/// For find_…: IDs stay as they are, names end in a dot.
[[nodiscard]] std::string searched_name(std::string_view name_or_id);

}  // namespace openstack::dns
