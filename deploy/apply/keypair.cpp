#include "deploy/apply/keypair.hpp"

#include <cstdlib>
#include <fstream>
#include <openstack/compute.hpp>
#include <sstream>

#include "common/process/process.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

std::string read_text(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) throw openstack::Error("the public key " + file.string() + " cannot be read");
    return text.str();
}

std::filesystem::path public_half(const std::filesystem::path& private_key) {
    return private_key.string() + ".pub";
}

void generate(const std::filesystem::path& private_key) {
    std::filesystem::create_directories(private_key.parent_path());
    std::filesystem::permissions(private_key.parent_path(), std::filesystem::perms::owner_all);
    // A half-made pair of an interrupted run: ssh-keygen would ask before it overwrites.
    std::filesystem::remove(private_key);
    common::process::check({.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "fractals",
                                          "-f", private_key.string()}});
}

}  // namespace

std::filesystem::path private_key_path(const std::string& keypair) {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    const auto base = data != nullptr && *data == '/'
                          ? std::filesystem::path(data)
                          : std::filesystem::path(home != nullptr ? home : "/root") / ".local/share";
    // The name came from the command line; it must stay a name and not become a path.
    std::string file = keypair;
    for (auto& c : file)
        if (c == '/') c = '_';
    return base / "fractals" / ("key-" + file);
}

bool is_private_key_of(const std::filesystem::path& private_key, const openstack::compute::Keypair& keypair) {
    const auto half = public_half(private_key);
    return !std::filesystem::exists(half) ||
           with_comment(read_text(half), "") == with_comment(keypair.public_key, "");
}

std::optional<std::filesystem::path> create_keypair(const Context& context, std::stop_token stop) {
    const auto& options = context.options;
    std::optional<std::filesystem::path> private_key;
    auto public_key = options.public_key;
    if (public_key.empty()) {
        private_key = private_key_path(options.keypair);
        public_key = public_half(*private_key);
        if (!std::filesystem::exists(*private_key) || !std::filesystem::exists(public_key))
            generate(*private_key);
    }
    const auto text = with_comment(read_text(public_key), key_comment(context.topology.deployment));
    const auto compute = context.cloud.compute();
    const auto call = context.call(std::move(stop));
    try {
        compute.create_keypair({.name = options.keypair, .public_key = text}, call);
    } catch (const openstack::Conflict&) {
        // An earlier run's request that was cut off before its answer, or a run beside this one, has made it.
        if (!compute.find_keypair_or_null(options.keypair, call)) throw;
    }
    return private_key;
}

}  // namespace deploy
