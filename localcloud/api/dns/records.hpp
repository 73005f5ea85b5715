// What may be in a zone: names, record types and their data, e-mail addresses. All of it gets into zone files, so what
// is not certainly good is refused.
#pragma once

#include <string>
#include <string_view>

namespace localcloud::api::dns {

/// "www.example.org.", also "*.example.org." and "_http._tcp.example.org."; at most 255 characters, with a final dot.
[[nodiscard]] bool is_domain_name(std::string_view text);
[[nodiscard]] bool is_email(std::string_view text);
/// A, AAAA, CNAME …: those that a client may make.
[[nodiscard]] bool is_record_type(std::string_view type);
/// Whether `data` is what a record of that type holds.
[[nodiscard]] bool is_record(std::string_view type, const std::string& data);
/// The same data as a zone file has it.
[[nodiscard]] std::string in_zone_file(std::string_view type, const std::string& data);
/// "hostmaster@example.org" as an SOA record has it: "hostmaster.example.org."
[[nodiscard]] std::string mailbox_name(std::string_view email);
/// `name` is `zone` or below it.
[[nodiscard]] bool is_within(std::string_view name, std::string_view zone);
/// "rec-*" matches "rec-one.example."
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace localcloud::api::dns
