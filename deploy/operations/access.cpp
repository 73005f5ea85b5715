#include "deploy/operations/access.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>

#include "common/process/process.hpp"
#include "deploy/apply/keypair.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/plan/observed.hpp"
#include "deploy/topology/services.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {
namespace {

ObservedInstance find_instance(const Context& context, const Observed& observed, const std::string& asked) {
    const auto& name = asked.empty() ? context.topology.entrance : asked;
    const auto found = observed.instances.find(name);
    if (found != observed.instances.end()) return found->second;
    std::string there;
    for (const auto& [known, instance] : observed.instances)
        there += (there.empty() ? "" : ", ") + known;
    throw openstack::NotFound("the deployment '" + context.topology.deployment + "' has no instance '" +
                              name + "'; " +
                              (there.empty() ? "it has none: deploy first" : "there are: " + there));
}

/// "ERROR: No valid host was found", "BUILD, spawning"
std::string state_of(const openstack::compute::Server& server) {
    if (server.fault) return server.status.text() + ": " + server.fault->message;
    return server.status.text() + (server.task_state.empty() ? "" : ", " + server.task_state);
}

/// The user that the image's cloud-init makes; images say it in a property of openstack's own name.
std::string login_name(const Context& context, const openstack::compute::Server& server) {
    if (!server.image.id.empty()) {
        try {
            const auto image = context.cloud.image().get_image(server.image.id, context.call());
            if (const auto user = image.properties.find("os_admin_user"); user != image.properties.end())
                return user->second;
            for (const auto* distribution : {"ubuntu", "fedora", "cirros"})
                if (image.name.find(distribution) != std::string::npos) return distribution;
        } catch (const openstack::NotFound&) {
            // The image was deleted since; its user was most likely the usual one.
        }
    }
    return "debian";
}

/// For the shell that runs a ProxyCommand, in which ssh itself replaces what follows a percent sign.
std::string quoted_for_proxy(const std::string& word) {
    std::string doubled;
    for (const char c : word) {
        doubled += c;
        if (c == '%') doubled += c;
    }
    return shell_quote(doubled);
}

struct Identity {
    std::filesystem::path file;  ///< empty when ssh should try what it has
    std::string missing;         ///< why it has to
};

/// The private key. One of the same name on this machine may be of another cloud's keypair.
Identity identity_for(const Context& context, const Observed& observed,
                      const openstack::compute::Server& server) {
    if (!context.options.identity.empty()) return {.file = context.options.identity, .missing = {}};
    if (server.key_name.empty()) return {};
    const auto file = private_key_path(server.key_name);
    auto known = observed.keypairs;
    if (observed.keypair) known.push_back(*observed.keypair);
    const auto keypair = std::ranges::find(known, server.key_name, &openstack::compute::Keypair::name);
    if (std::filesystem::exists(file) && (keypair == known.end() || is_private_key_of(file, *keypair)))
        return {.file = file, .missing = {}};
    return {.file = {},
            .missing = "'" + server.name + "' has the keypair '" + server.key_name +
                       "', whose private key is not at " + file.string() +
                       ", so ssh tries the keys that it has; name the right one with -i FILE"};
}

/// Whether there is somebody whom ssh may ask for a passphrase.
enum class Asking { yes, no };

/// Everything but the command to run there; `address` is the one that is asked.
std::vector<std::string> ssh_to(const Context& context, const ObservedInstance& instance,
                                const std::string& address, const std::filesystem::path& identity,
                                Asking asking) {
    // Below 1024 the embedded cloud may answer elsewhere, but only on floating IPs.
    const auto port =
        address == instance.floating_address ? reachable_port(context.cloud, ssh_port) : ssh_port;
    std::vector<std::string> words{"ssh", "-p", std::to_string(port)};
    if (asking == Asking::no) words.insert(words.end(), {"-o", "BatchMode=yes", "-o", "ConnectTimeout=20"});
    if (!identity.empty()) words.insert(words.end(), {"-i", identity.string(), "-o", "IdentitiesOnly=yes"});
    // Addresses are handed out again and again; a host key says nothing about who had the address before, so it is
    // kept under the server's ID instead.
    words.insert(words.end(),
                 {"-o", "StrictHostKeyChecking=accept-new", "-o", "HostKeyAlias=" + instance.server.id,
                  login_name(context, instance.server) + "@" + address});
    return words;
}

/// Without a floating IP of its own an instance is reached through one that has it. Not with -J, which would let the
/// way there forget the key and the port.
std::vector<std::string> ssh_through(const Context& context, const Observed& observed,
                                     const ObservedInstance& instance, const std::filesystem::path& identity,
                                     Asking asking) {
    for (const auto& [name, between] : observed.instances) {
        if (between.floating_address.empty() ||
            between.server.status != openstack::compute::ServerStatus::active)
            continue;
        std::string proxy;
        auto way = ssh_to(context, between, between.floating_address, identity, asking);
        way.insert(way.end() - 1, {"-W", "%h:%p"});
        for (const auto& word : way)
            proxy += (proxy.empty() ? "" : " ") + (word == "%h:%p" ? word : quoted_for_proxy(word));
        auto words = ssh_to(context, instance, instance.fixed_address, identity, asking);
        words.insert(words.end() - 1, {"-o", "ProxyCommand=" + proxy});
        return words;
    }
    throw openstack::NotFound(
        "neither '" + instance.server.name +
        "' nor any other instance of this deployment has a floating IP to log in at; deploy "
        "again");
}

Login way_to(const Context& context, const Observed& observed, const std::string& instance, Asking asking) {
    const auto found = find_instance(context, observed, instance);
    if (found.server.status != openstack::compute::ServerStatus::active)
        throw openstack::Conflict("nobody can log in to '" + found.server.name + "': it is " +
                                  state_of(found.server) + ". " + invocation(context.options, "deploy") +
                                  " brings up what is down, and replaces what is broken");
    auto [identity, missing] = identity_for(context, observed, found.server);
    return {.words = found.floating_address.empty()
                         ? ssh_through(context, observed, found, identity, asking)
                         : ssh_to(context, found, found.floating_address, identity, asking),
            .missing_key = std::move(missing)};
}

}  // namespace

Console logs(const Context& context, const std::string& instance, int lines) {
    const auto server = find_instance(context, observe(context), instance).server;
    const auto why = "; it is " + state_of(server);
    std::string text;
    try {
        text = context.cloud.compute().get_server_console_output(
            server.id, lines > 0 ? std::optional(lines) : std::nullopt, context.call());
    } catch (const openstack::Conflict& error) {
        throw openstack::Conflict(
            "the console of '" + server.name + "' cannot be read" + why + " (" + error.what() + ")",
            error.details());
    } catch (const openstack::NotFound& error) {
        throw openstack::NotFound(
            "there is no console of '" + server.name + "'" + why + " (" + error.what() + ")",
            error.details());
    }
    if (text.empty()) throw openstack::NotFound("the console of '" + server.name + "' is still empty" + why);
    return {.instance = server.name, .text = std::move(text)};
}

Login ssh_login(const Context& context, const std::string& instance,
                const std::vector<std::string>& command) {
    auto login = way_to(context, observe(context), instance, Asking::yes);
    login.words.insert(login.words.end(), command.begin(), command.end());
    return login;
}

Login batch_ssh_login(const Context& context, const Observed& observed, const std::string& instance,
                      const std::string& command) {
    auto login = way_to(context, observed, instance, Asking::no);
    login.words.push_back(command);
    return login;
}

void run_ssh(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    execvp(arguments.front(), arguments.data());
    throw openstack::Error(std::string("ssh could not be started: ") + std::strerror(errno) +
                           "; is openssh-client installed?");
}

bool open_in_browser(const std::string& url) {
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) return false;
    const auto opener = common::process::find_program("xdg-open");
    return opener &&
           common::process::run({.arguments = {opener->string(), url}, .timeout = std::chrono::seconds(10)})
               .ok();
}

}  // namespace deploy
