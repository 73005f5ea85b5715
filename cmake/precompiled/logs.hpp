// Logs and text.
#pragma once

#include <fmt/format.h>
#include <spdlog/spdlog.h>

// libfmt has it, but its header does not say so: every file that logs would compile all of fmt's formatting again.
extern template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&, fmt::string_view,
                                                   fmt::basic_format_args<fmt::buffer_context<char>>,
                                                   fmt::detail::locale_ref);
