#include "deploy/operations/access.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>

#include "common/process/process.hpp"
#include "deploy/apply/keypair.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {
namespace {

constexpr int ssh_port = 22;

ObservedInstance find_instance(const Context& context, const std::string& asked) {
    const auto& name = asked.empty() ? context.topology.entrance : asked;
    const auto observed = observe(context);
    const auto found = observed.instances.find(name);
    if (found != observed.instances.end()) return found->second;
    std::string there;
    for (const auto& [known, instance] : observed.instances)
        there += (there.empty() ? "" : ", ") + known;
    throw openstack::NotFound("the deployment '" + context.topology.deployment + "' has no instance '" +
                              name + "'; " +
                              (there.empty() ? "it has none: deploy first" : "there are: " + there));
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

}  // namespace

std::string logs(const Context& context, const std::string& instance, int lines) {
    const auto found = find_instance(context, instance);
    return context.cloud.compute().get_server_console_output(
        found.server.id, lines > 0 ? std::optional(lines) : std::nullopt, context.call());
}

std::vector<std::string> ssh_command(const Context& context, const std::string& instance,
                                     const std::vector<std::string>& command) {
    const auto found = find_instance(context, instance);
    if (found.floating_address.empty())
        throw openstack::NotFound("the instance '" + found.server.name +
                                  "' has no floating IP to log in at; deploy again");
    auto identity = context.options.identity;
    if (identity.empty()) {
        identity = private_key_path(found.server.key_name);
        if (!std::filesystem::exists(identity)) identity.clear();
    }
    std::vector<std::string> words{"ssh", "-p", std::to_string(reachable_port(context.cloud, ssh_port))};
    if (!identity.empty()) words.insert(words.end(), {"-i", identity.string(), "-o", "IdentitiesOnly=yes"});
    // Addresses are handed out again and again; a host key says nothing about who had the address before, so it is
    // kept under the server's ID instead.
    words.insert(words.end(),
                 {"-o", "StrictHostKeyChecking=accept-new", "-o", "HostKeyAlias=" + found.server.id});
    words.push_back(login_name(context, found.server) + "@" + found.floating_address);
    words.insert(words.end(), command.begin(), command.end());
    return words;
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
