// What the user said on the command line, the same for all three programs.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "deploy/topology/topology.hpp"

namespace deploy {

/// A name in the cloud that an option of the program's own chooses.
struct NameOption {
    std::string key;  ///< "worker-group" for --worker-group
    std::string
        usual;  ///< the guide's own name, with the deployment's before it if that is not the program's
    std::string help;
};

struct Options {
    std::string program;  ///< "fractals", as it is typed
    std::string cloud;    ///< of clouds.yaml; OS_CLOUD and OS_* when empty
    std::string deployment;

    // Found by itself when empty and there is exactly one candidate.
    std::string image, flavor, network, external_network;
    // Of instances with the database server and the broker; services_flavor is as flavor when empty.
    std::string services_image, services_flavor;

    std::string keypair;
    bool keypair_is_chosen = false;  ///< by the user, and not the usual one
    /// What the program's NameOptions came to, by their keys.
    std::map<std::string, std::string> names;

    // As they are, or the program's usual ones, when absent.
    std::optional<int> apis, workers;
    std::optional<BalanceMethod> balance;
    std::string zone;  ///< for balance `dns`; with the final dot

    std::filesystem::path public_key;  ///< imported as the keypair; a key is made when empty
    std::filesystem::path identity;    ///< the private key for `ssh`; found by itself when empty
    std::string floating_ip;           ///< an address of the project's to use; reused or created when empty

    std::filesystem::path package;  ///< faafo's package; the one beside the program when empty
    std::string package_url;        ///< where instances fetch it; our own object storage when empty
    std::string package_sha256;     ///< needed with package_url unless `package` is the same file

    // An archive of collect-services.sh for the instance with database and broker; its distribution when all are empty.
    std::filesystem::path services_packages;  ///< put into our own object storage
    std::string services_packages_url;        ///< or fetched from here
    std::string services_packages_sha256;     ///< needed with the URL unless the file is given, too

    std::chrono::seconds timeout{1800};  ///< for all that a command waits for
    /// For what should pass by itself: an API that fails, something that is still in use.
    std::chrono::seconds patience{300};
    int retry_errors = 0;  ///< how often a server that goes to ERROR is made again, elsewhere if possible
    std::chrono::milliseconds poll_interval{1000};  ///< between questions while servers boot, at the most
    bool first_fractals = true;
    bool wait_for_application = true;
    bool json = false;
    bool yes = false;
    bool rollback = false;  ///< a first deployment that fails leaves nothing
};

}  // namespace deploy
