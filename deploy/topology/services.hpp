// What instances are told about the database server and the broker: the same words in every split topology.
#pragma once

#include <string>
#include <vector>

#include "deploy/topology/topology.hpp"

namespace deploy {

inline constexpr int ssh_port = 22;
inline constexpr int web_port = 80;
inline constexpr int database_port = 3306;
inline constexpr int messaging_port = 5672;

/// What the passwords are for: names of secrets.
inline constexpr std::string_view database_secret = "database";
inline constexpr std::string_view messaging_secret = "messaging";

/// For the instance that runs both: the passwords to give to their users.
[[nodiscard]] std::vector<Setting> services_passwords();
/// For others: where they are on `instance`, and how to log in.
[[nodiscard]] Setting database_on(std::string_view instance);
[[nodiscard]] Setting messaging_on(std::string_view instance);

}  // namespace deploy
