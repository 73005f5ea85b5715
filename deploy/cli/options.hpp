// What the user said on the command line, the same for all three programs.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace deploy {

struct Options {
    std::string cloud;  ///< of clouds.yaml; OS_CLOUD and OS_* when empty
    std::string deployment;

    // Found by itself when empty and there is exactly one candidate.
    std::string image, flavor, network, external_network;

    // The guide's own names when empty, with the deployment's before them if that is not the program's.
    std::string instance_name, security_group, keypair;

    std::filesystem::path public_key;  ///< imported as the keypair; a key is made when empty
    std::filesystem::path identity;    ///< the private key for `ssh`; found by itself when empty
    std::string floating_ip;           ///< an address of the project's to use; reused or created when empty

    std::filesystem::path package;  ///< faafo's package; the one beside the program when empty
    std::string package_url;        ///< where instances fetch it; our own object storage when empty
    std::string package_sha256;     ///< needed with package_url unless `package` is the same file

    std::chrono::seconds timeout{1800};  ///< for all that a command waits for
    bool first_fractals = true;
    bool wait_for_application = true;
    bool json = false;
    bool yes = false;
};

}  // namespace deploy
