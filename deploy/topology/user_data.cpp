#include "deploy/topology/user_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "deploy/topology/placeholders.hpp"

namespace deploy {
namespace {

using Addresses = std::map<std::string, std::string>;

std::string with_addresses(std::string_view text, const Addresses& addresses) {
    return fill_in(text, "address", [&](const std::string& name) {
        const auto address = addresses.find(name);
        if (address == addresses.end())
            throw std::invalid_argument("the user data names the address of '" + name +
                                        "', which is not known");
        return address->second;
    });
}

/// The file for --settings; empty when there is nothing to put into it.
std::string settings_text(const InstallSpec& install, const Addresses& addresses,
                          const std::optional<Secrets>& secrets) {
    std::string text;
    for (const auto& setting : install.settings)
        text += setting.key + "=" +
                fill_in(with_addresses(setting.value, addresses), "secret",
                        [&](const std::string& purpose) {
                            if (!secrets)
                                throw std::invalid_argument("the setting " + setting.key +
                                                            " needs secrets, and there are none");
                            return secrets->password(purpose);
                        }) +
                "\n";
    return text;
}

/// The first fractals go into a database that may be another instance's, which may still be booting.
bool demo_waits(const InstallSpec& install) {
    return !install.settings.empty() && std::ranges::find(install.roles, "demo") != install.roles.end();
}

std::string install_arguments(const InstallSpec& install, const Addresses& addresses, bool has_packages) {
    std::string arguments;
    for (const auto& item : install.install)
        arguments += " -i " + shell_quote(item);
    for (const auto& role : install.roles)
        if (role != "demo" || !demo_waits(install)) arguments += " -r " + shell_quote(role);
    if (!install.endpoint_url.empty())
        arguments += " -e " + shell_quote(with_addresses(install.endpoint_url, addresses));
    if (!install.listen.empty())
        arguments += " --listen " + shell_quote(with_addresses(install.listen, addresses));
    if (!install.settings.empty()) arguments += " --settings \"$settings\"";
    if (has_packages) arguments += " ${packages:+--packages \"$packages\"}";
    return arguments;
}

constexpr std::string_view settings_part =
    R"script(# Passwords: in a file that only root reads and that is gone with this script, on no command line and in no output.
settings=/run/faafo-settings
trap 'rm -f "$settings"' EXIT
trap 'exit 1' HUP INT TERM
rm -f "$settings"
(umask 077 && cat >"$settings") <<'SETTINGS' || fail "the settings could not be written"
{settings}SETTINGS
)script";

/// An image may have both services already; then nobody waits for what is not needed.
constexpr std::string_view services_part = R"script(packages=
if ! dpkg-query -W -f '${{Status}}\n' mariadb-server rabbitmq-server 2>/dev/null | grep -c '^install ok installed$' | grep -qx 2; then
  say "fetching the packages of database and broker"
  packages=/var/tmp/faafo-services.tar
  fetch {url} {sha256} "$packages" "the archive with the packages of database and broker"
fi
)script";

constexpr std::string_view demo_part = R"script(rm -f "$settings"
say "waiting for the database and the broker"
tries=0
until curl -fsS --max-time 10 -o /dev/null http://127.0.0.1/readyz 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 900 ] || fail "the API was not ready in $tries tries; is the instance with the database running?"
  sleep 2
done
say "asking for the first fractals"
sh "$folder/install.sh" -r demo || fail "install.sh ended with status $?"
)script";

}  // namespace

std::string shell_quote(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string user_data(const InstanceSpec& instance, const PackageSource& package, const Addresses& addresses,
                      const std::optional<Secrets>& secrets) {
    const auto& install = instance.install;
    const auto settings = settings_text(install, addresses, secrets);
    const auto* services = instance.runs_services && package.services ? &*package.services : nullptr;
    return fmt::format(
        R"script(#!/bin/sh
# Installs faafo on {instance}.
set -u
set +x
say() {{ echo "FRACTALS: $*"; }}
fail() {{ say "failed: $*"; exit 1; }}
# Fetches URL, whose bytes must have the SHA-256 that was deployed, into FILE.
fetch() {{ # URL SHA256 FILE WHAT
  tries=0
  until curl -fsS --connect-timeout 10 --max-time 1800 --speed-limit 1000 --speed-time 60 -o "$3" "$1"; do
    tries=$((tries + 1))
    [ $tries -lt 30 ] || fail "$4 could not be fetched in $tries tries"
    sleep 2
  done
  [ "$(sha256sum "$3" | cut -d' ' -f1)" = "$2" ] || fail "$4 is not the one that was deployed: its SHA-256 differs"
}}

say "fetching the package"
archive=/var/tmp/faafo.tar.gz
fetch {url} {sha256} "$archive" "the package"
folder=/var/tmp/faafo-package
rm -rf "$folder" && mkdir -p "$folder" && tar -xzf "$archive" -C "$folder" --strip-components=1 ||
  fail "the package could not be unpacked"
rm -f "$archive"
{services}{settings}say "installing"
sh "$folder/install.sh"{arguments} || fail "install.sh ended with status $?"
{demo}rm -rf "$folder"{leftovers}
say "installed"
)script",
        fmt::arg("instance", instance.name), fmt::arg("url", shell_quote(package.url)),
        fmt::arg("sha256", shell_quote(package.sha256)),
        fmt::arg("services", services == nullptr
                                 ? ""
                                 : fmt::format(services_part, fmt::arg("url", shell_quote(services->url)),
                                               fmt::arg("sha256", shell_quote(services->sha256)))),
        fmt::arg("leftovers", services == nullptr ? "" : " /var/tmp/faafo-services.tar"),
        fmt::arg("settings",
                 settings.empty() ? "" : fmt::format(settings_part, fmt::arg("settings", settings))),
        fmt::arg("arguments", install_arguments(install, addresses, services != nullptr)),
        fmt::arg("demo", demo_waits(install) ? demo_part : ""));
}

}  // namespace deploy
