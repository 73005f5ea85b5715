#include "deploy/topology/user_data.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace deploy {
namespace {

std::string with_addresses(std::string text, const std::map<std::string, std::string>& addresses) {
    constexpr std::string_view opening = "{address:";
    for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
        const auto end = text.find('}', at);
        const auto name = text.substr(at + opening.size(), end - at - opening.size());
        const auto address = addresses.find(name);
        if (end == std::string::npos || address == addresses.end())
            throw std::invalid_argument("the user data names the address of '" + name +
                                        "', which is not known");
        text.replace(at, end - at + 1, address->second);
        at += address->second.size();
    }
    return text;
}

std::string install_arguments(const InstallSpec& install,
                              const std::map<std::string, std::string>& addresses) {
    std::string arguments;
    for (const auto& item : install.install)
        arguments += " -i " + shell_quote(item);
    for (const auto& role : install.roles)
        arguments += " -r " + shell_quote(role);
    if (!install.endpoint_url.empty())
        arguments += " -e " + shell_quote(with_addresses(install.endpoint_url, addresses));
    return arguments;
}

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

std::string user_data(const InstanceSpec& instance, const PackageSource& package,
                      const std::map<std::string, std::string>& addresses) {
    return fmt::format(R"script(#!/bin/sh
# Installs faafo on {instance}.
set -u
say() {{ echo "FRACTALS: $*"; }}
fail() {{ say "failed: $*"; exit 1; }}
archive=/var/tmp/faafo.tar.gz
url={url}
sha256={sha256}

say "fetching the package"
tries=0
until curl -fsS --connect-timeout 10 --max-time 600 -o "$archive" "$url"; do
  tries=$((tries + 1))
  [ $tries -lt 30 ] || fail "the package could not be fetched in $tries tries"
  sleep 2
done
[ "$(sha256sum "$archive" | cut -d' ' -f1)" = "$sha256" ] ||
  fail "the package is not the one that was deployed: its SHA-256 differs"
folder=/var/tmp/faafo-package
rm -rf "$folder" && mkdir -p "$folder" && tar -xzf "$archive" -C "$folder" --strip-components=1 ||
  fail "the package could not be unpacked"
rm -f "$archive"
say "installing"
sh "$folder/install.sh"{arguments} || fail "install.sh ended with status $?"
rm -rf "$folder"
say "installed"
)script",
                       fmt::arg("instance", instance.name), fmt::arg("url", shell_quote(package.url)),
                       fmt::arg("sha256", shell_quote(package.sha256)),
                       fmt::arg("arguments", install_arguments(instance.install, addresses)));
}

}  // namespace deploy
