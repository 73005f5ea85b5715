// Asking the person at the terminal.
#pragma once

#include <unistd.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace deploy {

/// The line that is answered on `input`; nothing at its end. Throws openstack::Cancelled when stopped before.
[[nodiscard]] std::optional<std::string> ask(std::string_view question, const std::stop_token& stop,
                                             int input = STDIN_FILENO);

[[nodiscard]] bool is_yes(const std::optional<std::string>& answer);

}  // namespace deploy
