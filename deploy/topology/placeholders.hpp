// "{address:app-services}" in texts of a topology: what is known only when it is deployed.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace deploy {

/// The names in all placeholders of that kind: of "http://{address:a}/", "address" gives {"a"}.
[[nodiscard]] std::set<std::string> placeholders(std::string_view text, std::string_view kind);

/// The text with every placeholder of that kind replaced by what `value_of` gives for its name.
/// Throws std::invalid_argument for one that is not closed, and lets pass what `value_of` throws.
[[nodiscard]] std::string fill_in(std::string_view text, std::string_view kind,
                                  const std::function<std::string(const std::string& name)>& value_of);

/// How a topology writes them.
[[nodiscard]] std::string address_of(std::string_view instance);
[[nodiscard]] std::string secret_for(std::string_view purpose);

}  // namespace deploy
