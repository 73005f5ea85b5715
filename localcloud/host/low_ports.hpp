// Which TCP ports of this machine are closed to a cloud: those of the system, and those that the host itself uses.
#pragma once

namespace localcloud::host {

/// The first port that everybody may listen at.
[[nodiscard]] int first_open_port_of_users();
/// 0, or the same as for users when a program of this machine listens on every address at port 22 or 80: all low
/// ports move together then, because clients are told of one offset for the cloud, not of one for each port.
[[nodiscard]] int first_open_port_of_root();

}  // namespace localcloud::host
