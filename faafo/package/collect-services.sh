#!/bin/sh
# Collects MariaDB and RabbitMQ from the distribution, for machines without a way to the internet. See --help.
set -eu
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

usage() {
  cat <<'END'
usage: collect-services.sh [--suite NAME] [--architecture NAME] [--mirror URL] [--output FILE]

Writes one archive with the packages mariadb-server and rabbitmq-server and everything that they need, with an index and
SHA-256 sums, from the distribution's signed package lists. Runs on Debian 12 and Ubuntu 24.04 as any user; installs
nothing and changes nothing on this machine. The instances' `install.sh --packages FILE` installs from it.

  --suite NAME         release of the instances, by its code name: bookworm (Debian 12), noble (Ubuntu 24.04);
                       this machine's, when left out
  --architecture NAME  of the instances: amd64, arm64 …; this machine's, when left out
  --mirror URL         where to fetch from; when left out, this machine's own package sources for its own release,
                       else the distribution's. Proxies are those of apt
  --output FILE        the archive (faafo-services-SUITE-ARCHITECTURE.tar in this folder)
END
}
say() { echo "$*" >&2; }
die() { echo "collect-services.sh: $*" >&2; exit 1; }
misused() { echo "collect-services.sh: $* (--help shows all options)" >&2; exit 2; }

services='mariadb-server rabbitmq-server'
suite='' architecture='' mirror='' output=''
while [ $# -gt 0 ]; do
  option=$1
  case $option in
    --suite|--architecture|--mirror|--output)
      [ $# -ge 2 ] && [ -n "$2" ] || misused "$option needs a value"; value=$2; shift ;;
  esac
  case $option in
    --suite) case $value in *[!a-z]*) misused "--suite '$value' is no code name like bookworm" ;; esac; suite=$value ;;
    --architecture) case $value in *[!a-z0-9]*) misused "--architecture '$value' is no name like amd64" ;; esac
        architecture=$value ;;
    --mirror) case $value in
          *[[:space:]]*) misused "--mirror cannot contain spaces" ;;
          http://?*|https://?*|file:/?*|copy:/?*) mirror=${value%/} ;;
          *) misused "--mirror '$value' is not an address like http://deb.debian.org/debian" ;;
        esac ;;
    --output) output=$value ;;
    -h|--help) usage; exit 0 ;;
    *) misused "'$option' is not an option" ;;
  esac
  shift
done

for program in apt-get apt-config dpkg dpkg-deb sha256sum tar; do
  command -v "$program" >/dev/null || die "$program is missing: this has to run on Debian or Ubuntu"
done
own_suite=$( (. /etc/os-release && echo "${VERSION_CODENAME:-}") 2>/dev/null || true)
own_architecture=$(dpkg --print-architecture)
suite=${suite:-$own_suite}
architecture=${architecture:-$own_architecture}
[ -n "$suite" ] || die "this machine's release has no code name; say --suite bookworm (Debian 12) or --suite noble (Ubuntu 24.04)"
output=${output:-faafo-services-$suite-$architecture.tar}
case $output in /*) ;; *) output=$PWD/$output ;; esac
[ -d "$(dirname "$output")" ] && [ -w "$(dirname "$output")" ] || die "the folder of $output does not exist or cannot be written"

work=$(mktemp -d "${TMPDIR:-/tmp}/collect-services.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# --- where from --------------------------------------------------------------------------------

# Of a release that is not this machine's: whose it is, where it is, who signs it.
use_known_suite() {
  case $suite in
    bullseye|bookworm|trixie|forky)
      distribution=debian components=main keyring=/usr/share/keyrings/debian-archive-keyring.gpg
      keys=debian-archive-keyring
      base=${mirror:-http://deb.debian.org/debian}
      security="$base-security $suite-security" ;;
    jammy|noble|oracular|plucky|questing)
      distribution=ubuntu components='main universe' keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
      keys=ubuntu-keyring
      case $architecture in amd64|i386) base=http://archive.ubuntu.com/ubuntu ;; *) base=http://ports.ubuntu.com/ubuntu-ports ;; esac
      base=${mirror:-$base}
      security="$base $suite-security" ;;
    *) die "the release '$suite' is unknown here; known are Debian's bookworm and Ubuntu's noble and their neighbours, and on a machine of that release its own" ;;
  esac
}

mkdir -p "$work/etc/parts" "$work/lists/partial" "$work/archives/partial" "$work/state"
: >"$work/state/status"
if [ "$suite" = "$own_suite" ] && [ -z "$mirror" ]; then
  distribution=$(. /etc/os-release && echo "${ID:-}")
  sources='Dir::Etc::sourcelist "/etc/apt/sources.list"; Dir::Etc::sourceparts "/etc/apt/sources.list.d";'
else
  use_known_suite
  [ -r "$keyring" ] || die "the keys that sign $suite are missing here ($keyring); install the package $keys, or run this on a machine of that release"
  for source in "$base $suite" "$base $suite-updates" "$security"; do
    echo "deb [signed-by=$keyring] $source $components"
  done >"$work/etc/sources.list"
  sources="Dir::Etc::sourcelist \"$work/etc/sources.list\"; Dir::Etc::sourceparts \"$work/etc/parts\";
Dir::Etc::preferences \"$work/etc/preferences\"; Dir::Etc::preferencesparts \"$work/etc/parts\";"
fi

# How this machine reaches its mirrors, and nothing else of its configuration: hooks would act on the machine.
{
  apt-config dump | grep -E '^Acquire::(http|https|ftp|ForceIPv4|ForceIPv6)(::| )' || true
  cat <<END
$sources
Dir::State "$work/state";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/state/status";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Dir::Etc::parts "$work/etc/parts";
Dir::Etc::main "$work/etc/none";
Dir::Log "$work";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
END
  # The folder is an ordinary user's, or root's: apt's own user could not write into it.
  echo 'APT::Sandbox::User "";'
} >"$work/apt.conf"
APT_CONFIG=$work/apt.conf
DEBIAN_FRONTEND=noninteractive
export APT_CONFIG DEBIAN_FRONTEND

# --- fetch -------------------------------------------------------------------------------------

apt_do() { # WHAT ARGUMENT…
  what=$1; shift
  apt-get -qq -y "$@" >"$work/apt.log" 2>&1 </dev/null || { tail -n 8 "$work/apt.log" >&2; die "$what (the last words of apt-get are above)"; }
}
say "Reading the package lists of $suite ($architecture)"
apt_do "the package lists cannot be fetched; does this machine reach its mirror?" -o APT::Update::Error-Mode=any update
# As though nothing were installed: what one instance has, another may lack.
say "Fetching $services, and what they need"
# shellcheck disable=SC2086
apt_do "the packages cannot be fetched" --download-only install $services

# --- index, sums, archive ------------------------------------------------------------------------

name=faafo-services-$suite-$architecture
tree=$work/$name
mkdir "$tree"
count=0
for file in "$work"/archives/*.deb; do
  [ -e "$file" ] || die "apt-get fetched nothing; its words: $(tail -n 3 "$work/apt.log")"
  # "%3a" of a version's epoch would be an escape in the index.
  short=$(dpkg-deb --show --showformat '${Package}_${Version}_${Architecture}.deb' "$file" | tr -d ' ' | sed 's/_[0-9]*:/_/')
  mv "$file" "$tree/$short"
  count=$((count + 1))
done
(
  cd "$tree"
  for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
  done >Packages
  cat >RELEASE <<END
format=1
distribution=$distribution
suite=$suite
architecture=$architecture
services=$services
END
  sha256sum RELEASE Packages *.deb >SHA256SUMS
)
chmod -R u=rwX,go=rX "$tree"
# The same packages give the same bytes, so that an archive is uploaded once.
tar --sort=name --mtime=@1577836800 --owner=0 --group=0 --numeric-owner --format=ustar -C "$work" -cf "$work/archive" "$name"
cp "$work/archive" "$output.part" && mv "$output.part" "$output" || { rm -f "$output.part"; die "$output cannot be written"; }
say "$count packages, $(($(stat -c %s "$output") / 1048576)) MiB"
echo "$output"
echo "SHA-256 $(sha256sum "$output" | cut -d' ' -f1)"
