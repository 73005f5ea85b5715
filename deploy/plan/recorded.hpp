// What a deployment remembers of itself, in the metadata of its instances, most of it in that of the one with database
// and broker.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "deploy/plan/observed.hpp"
#include "deploy/topology/secrets.hpp"

namespace deploy {

struct Recorded {
    std::string server_id;           ///< of the instance; empty while there is none
    std::optional<Secrets> secrets;  ///< what all passwords are made of
    std::optional<Counts> counts;    ///< how many of what there shall be
    std::optional<Balance> balance;  ///< absent: nothing but `none` was ever wanted
};

[[nodiscard]] Recorded recorded_in(const ObservedInstances& instances);

struct InstalledPackage {
    std::string mark;    ///< as package_mark() makes it
    std::string sha256;  ///< lower-case hexadecimal
    std::string url;     ///< where it was fetched, if that was not our object storage
};

/// The package that instances get which are made later: the one on the instance with database and broker, which is
/// upgraded first, or else on any other, but none whose installation failed. Nothing when the user names a package, or none is installed yet.
[[nodiscard]] std::optional<InstalledPackage> installed_package(const Options& options,
                                                                const Topology& topology,
                                                                const ObservedInstances& instances);
/// What an instance remembers of a package that is fetched from a URL of the user's: nothing where that has credentials
/// in it or is too long.
[[nodiscard]] std::map<std::string, std::string> url_metadata(const std::string& url);

/// Why an installation failed; as much of it as Nova takes.
[[nodiscard]] std::map<std::string, std::string> failure_metadata(std::string reason);

/// As metadata.
[[nodiscard]] std::map<std::string, std::string> to_metadata(const Counts& counts);
[[nodiscard]] std::map<std::string, std::string> to_metadata(const Balance& balance);

}  // namespace deploy
