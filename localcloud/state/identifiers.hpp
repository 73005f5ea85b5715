// What a cloud makes up: IDs, secrets, hashes, time stamps in the services' spellings.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace localcloud::state {

/// "0c4eaa79-f685-4a77-970a-fe896611b8fd", random (version 4).
[[nodiscard]] std::string uuid();
/// The same without dashes, as Keystone's IDs are.
[[nodiscard]] std::string hex_id();
/// Whether `text` has the form of a UUID (with dashes).
[[nodiscard]] bool is_uuid(std::string_view text);
/// A secret of `bytes` random bytes, in the URL-safe alphabet of Base64.
[[nodiscard]] std::string secret(std::size_t bytes = 32);
/// "fa:16:3e:" and three random bytes.
[[nodiscard]] std::string mac_address();
/// Letters and digits, for generated passwords and reservation IDs.
[[nodiscard]] std::string random_word(std::size_t length);

enum class Hash { md5, sha1, sha256, sha512 };
[[nodiscard]] std::string hash_hex(Hash algorithm, std::string_view data);
[[nodiscard]] std::string hmac_hex(Hash algorithm, std::string_view key, std::string_view data);
/// Several digests of one file in one pass; throws std::runtime_error when it cannot be read.
[[nodiscard]] std::vector<std::string> hash_file(const std::filesystem::path& file,
                                                 const std::vector<Hash>& algorithms);
/// Without telling by its duration where they differ.
[[nodiscard]] bool equal_secrets(std::string_view left, std::string_view right);

/// "pbkdf2$rounds$salt$hash".
[[nodiscard]] std::string hash_password(std::string_view password);
[[nodiscard]] bool check_password(std::string_view password, std::string_view hashed);

[[nodiscard]] std::string base64_encode(std::string_view bytes, bool url_safe = false);
/// Lenient as Python's decoder: letters outside the alphabet are skipped. False when the rest is no Base64.
[[nodiscard]] bool base64_decode(std::string_view text, std::string& bytes);

using Time = std::chrono::sys_time<std::chrono::microseconds>;
[[nodiscard]] Time now();
/// "2026-11-22T10:54:21Z"
[[nodiscard]] std::string iso_seconds(Time time);
/// "2026-11-22T10:54:21.000000"; whole seconds, as the services' databases keep them.
[[nodiscard]] std::string iso_whole_microseconds(Time time);
/// "2026-11-22T10:31:11.814460"
[[nodiscard]] std::string iso_microseconds(Time time);
/// "Sun, 22 Nov 2026 10:31:12 GMT"
[[nodiscard]] std::string http_date(Time time);
/// "1795343469.62173"
[[nodiscard]] std::string unix_timestamp(Time time);
/// Reads "YYYY-MM-DDThh:mm:ss" with or without fraction and "Z"; false for anything else.
[[nodiscard]] bool parse_iso(std::string_view text, Time& time);

}  // namespace localcloud::state
