# MariaDB and RabbitMQ from the distribution, for install.sh, which reads this file. No password is ever an argument
# of a program: SQL, and what rabbitmqctl asks for, go through standard input.

mariadb_configuration=/etc/mysql/mariadb.conf.d/90-faafo.cnf
rabbitmq_configuration=/etc/rabbitmq/conf.d/90-faafo.conf
rabbitmq_environment=/etc/rabbitmq/rabbitmq-env.conf

# --- packages -----------------------------------------------------------------------------------

is_package_installed() { [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]; }

# Services are not started by the way: they would listen where the distribution wants.
install_package() {
  is_package_installed "$1" && return 0
  if [ -n "$packages" ]; then open_packages; fi
  say "installing $1${packages:+ from $packages}"
  policy=/usr/sbin/policy-rc.d
  made_policy=''
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    made_policy=yes
  fi
  status=0
  apt_install "$1" || status=$?
  if [ -n "$made_policy" ]; then rm -f $policy; fi
  [ "$status" != 0 ] || return 0
  if [ -n "$packages" ]; then
    die "cannot install $1 from $packages (the last words of apt-get are above). What it names is missing there, or older than on this machine: run collect-services.sh again, on a machine whose package lists are up to date"
  fi
  die "cannot install $1: no package source has it or answers (the last words of apt-get are above). Give this machine a way to a Debian mirror; or use an image in which it is installed already; or bring the packages along: collect-services.sh collects them, --packages FILE installs them"
}

# Debian's timers use apt when a machine boots; their turn is waited for. Nothing else is restarted by the way.
apt_do() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

apt_install() {
  apt_log=$(mktemp)
  set -- -y --no-install-recommends -o Dpkg::Options::=--force-confold install "$1"
  apt_status=0
  if [ -n "$packages" ]; then
    apt_from_packages "$@" >"$apt_log" 2>&1 || apt_status=$?
  else
    set -- -o Acquire::Retries=2 -o Acquire::http::Timeout=20 "$@"
    apt_do "$@" >"$apt_log" 2>&1 || {
      apt_do -o Acquire::http::Timeout=20 update >"$apt_log" 2>&1 || true
      apt_do "$@" >>"$apt_log" 2>&1 || apt_status=$?
    }
  fi
  if [ "$apt_status" != 0 ]; then tail -n 8 "$apt_log" >&2; fi
  rm -f "$apt_log"
  return "$apt_status"
}

# --- packages that were brought along: an archive of collect-services.sh -----------------------

packages_folder=''

# Unpacks and checks it, once. Only its own index is asked then: no other package source, and so no network.
open_packages() {
  [ -z "$packages_folder" ] || return 0
  packages_folder=$(mktemp -d /var/tmp/faafo-services.XXXXXX)
  trap 'rm -rf "$packages_folder"' EXIT
  trap 'exit 1' HUP INT TERM
  chmod 755 "$packages_folder" # apt reads it as its own user
  tar --no-same-owner -xf "$packages" -C "$packages_folder" --strip-components=1 2>"$packages_folder.log" || {
    tail -n 3 "$packages_folder.log" >&2
    rm -f "$packages_folder.log"
    die "$packages (--packages) cannot be unpacked in /var/tmp (tar's words are above)"
  }
  rm -f "$packages_folder.log"
  [ "$(release_says format)" = 1 ] || die "$packages (--packages) is no archive of this version's collect-services.sh"
  (cd "$packages_folder" && sha256sum --quiet --strict --check SHA256SUMS) >&2 ||
    die "$packages (--packages) is damaged: SHA-256 sums differ"
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -z "$suite" ] || [ "$(release_says suite)" = "$suite" ] ||
    die "$packages (--packages) is for $(release_says distribution) $(release_says suite), and this machine runs $suite: run collect-services.sh with --suite $suite"
  [ "$(release_says architecture)" = "$(dpkg --print-architecture)" ] ||
    die "$packages (--packages) is for $(release_says architecture), and this machine is $(dpkg --print-architecture): run collect-services.sh with --architecture $(dpkg --print-architecture)"
  mkdir -p "$packages_folder/lists/partial" "$packages_folder/parts"
  # What apt would otherwise ask a signature for is checked already.
  echo "deb [trusted=yes] file:$packages_folder ./" >"$packages_folder/sources.list"
  apt_from_packages update >"$packages_folder/update.log" 2>&1 || {
    tail -n 5 "$packages_folder/update.log" >&2
    die "the index in $packages (--packages) cannot be read (the last words of apt-get are above)"
  }
}
release_says() { sed -n "s/^$1=//p" "$packages_folder/RELEASE" 2>/dev/null | head -n 1; }

apt_from_packages() {
  apt_do -o "Dir::Etc::sourcelist=$packages_folder/sources.list" -o "Dir::Etc::sourceparts=$packages_folder/parts" \
    -o "Dir::State::lists=$packages_folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# --- the distribution's services ---------------------------------------------------------------

service_do() { # NAME start|stop|restart
  if has_systemd; then
    systemctl "$2" "$1"
  else
    "/etc/init.d/$1" "$2" >/dev/null 2>&1
  fi
}
enable_service() {
  if has_systemd; then
    systemctl --quiet enable "$1" 2>/dev/null
  elif command -v update-rc.d >/dev/null; then
    update-rc.d "$1" defaults >/dev/null 2>&1 || true
    update-rc.d "$1" enable >/dev/null 2>&1 || true
  fi
}

# Standard input becomes the file, unless it is that already; sets `changed` when it was not.
put_file() {
  new=$1.new
  mkdir -p "$(dirname "$1")"
  cat >"$new"
  if [ -e "$1" ] && cmp -s "$new" "$1"; then
    rm -f "$new"
  else
    chmod 644 "$new"
    mv "$new" "$1"
    changed=yes
  fi
}

wait_for() { # WHAT COMMAND…
  what=$1; shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 120 ] || die "$what does not answer after two minutes and more; its log is in /var/log"
    sleep 1
  done
}

# This machine's own programs come in at 127.0.0.1 in any case.
listen_addresses() {
  case $listen in
    127.0.0.1|0.0.0.0|::) echo "$listen" ;;
    *) echo "127.0.0.1 $listen" ;;
  esac
}

# --- MariaDB -----------------------------------------------------------------------------------

sql() { mariadb --protocol=socket --user=root --batch --skip-column-names; }

setup_database() {
  changed=''
  # For a machine of 1 GiB that has more to do than this. Pictures are sent in one piece.
  put_file "$mariadb_configuration" <<END
# Written by faafo's install.sh, which writes it anew. Your own settings belong into a file that comes after this one.
[mariadbd]
bind-address = $(listen_addresses | tr ' ' ',')
port = 3306
skip-name-resolve
performance-schema = off
innodb-buffer-pool-size = 128M
aria-pagecache-buffer-size = 16M
key-buffer-size = 8M
max-connections = 200
max-allowed-packet = 256M
END
  install_package mariadb-server
  enable_service mariadb
  if [ -n "$changed" ] || ! echo 'SELECT 1;' | sql >/dev/null 2>&1; then
    service_do mariadb restart || true
  fi
  wait_for MariaDB sh -c "echo 'SELECT 1;' | mariadb --protocol=socket --user=root"
  quoted=$(printf %s "$database_password" | sed "s/['\\\\]/\\\\&/g")
  sql <<END || die "MariaDB refused to create the database and its user (its words are above)"
CREATE DATABASE IF NOT EXISTS faafo CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS 'faafo'@'%' IDENTIFIED BY '$quoted';
ALTER USER 'faafo'@'%' IDENTIFIED BY '$quoted';
GRANT ALL PRIVILEGES ON faafo.* TO 'faafo'@'%';
DROP USER IF EXISTS ''@'localhost';
DROP USER IF EXISTS ''@'$(uname -n | tr -cd 'A-Za-z0-9.-')';
END
  say "MariaDB runs on $(listen_addresses | sed 's/ / and /'), port 3306: database faafo, user faafo"
}

# --- RabbitMQ ----------------------------------------------------------------------------------

# Between its marks, so that what somebody else wrote into the file stays.
put_environment() {
  [ -e "$rabbitmq_environment" ] || : >"$rabbitmq_environment"
  sed '/^# faafo: begin$/,/^# faafo: end$/d' "$rabbitmq_environment" >"$rabbitmq_environment.kept"
  cat >>"$rabbitmq_environment.kept" <<'END'
# faafo: begin
# The node's own traffic stays on this machine, whatever its name is, and idle processors stay idle.
NODENAME=rabbit@localhost
export ERL_EPMD_ADDRESS=127.0.0.1
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
# faafo: end
END
  put_file "$rabbitmq_environment" <"$rabbitmq_environment.kept"
  rm -f "$rabbitmq_environment.kept"
}

put_rabbitmq_configuration() {
  listeners='' number=0
  for address in $(listen_addresses); do
    number=$((number + 1))
    listeners="${listeners}listeners.tcp.$number = $address:5672
"
  done
  # A container sees the memory of its host: the limit is a number for a machine of 1 GiB.
  put_file "$rabbitmq_configuration" <<END
# Written by faafo's install.sh, which writes it anew.
${listeners}vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 100MB
END
  if has_systemd; then # the name service of Erlang's nodes
    put_file /etc/systemd/system/epmd.socket.d/faafo.conf <<END
[Socket]
ListenStream=
ListenStream=127.0.0.1:4369
END
  fi
}

# The name service of Erlang's nodes knows; rabbitmqctl itself would wait long for a node that is not there.
rabbitmq_runs() { epmd -names 2>/dev/null | grep -q '^name rabbit at '; }
rabbitmq_answers() { rabbitmq_runs && timeout 180 rabbitmqctl --quiet await_startup --timeout 150; }

# The user as a file of definitions: one call of rabbitmqctl instead of four, each of which starts a whole virtual
# machine, and that takes a minute where the processor is emulated. Also right when the user is there already.
put_rabbitmq_user() {
  rabbitmq_runs || return 1
  quoted=$(printf %s "$messaging_password" | sed 's/["\\]/\\&/g')
  timeout 180 rabbitmqctl --quiet import_definitions <<END
{"users": [{"name": "faafo", "password": "$quoted", "tags": ""}],
 "permissions": [{"user": "faafo", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]}
END
}

setup_messaging() {
  # The node is called rabbit@localhost, and its tools look for it under this machine's name, too.
  for name in localhost "$(uname -n)"; do
    getent hosts "$name" >/dev/null || echo "127.0.0.1 $name" >>/etc/hosts
  done
  changed=''
  put_rabbitmq_configuration
  install_package rabbitmq-server
  # A node that runs under the name it had must be stopped under that name.
  before=$changed
  changed=''
  cp "$rabbitmq_environment" "$rabbitmq_environment.before" 2>/dev/null || : >"$rabbitmq_environment.before"
  put_environment
  if [ -n "$changed" ]; then
    cp "$rabbitmq_environment" "$rabbitmq_environment.after"
    cp "$rabbitmq_environment.before" "$rabbitmq_environment"
    if rabbitmq_runs; then service_do rabbitmq-server stop || true; fi
    mv "$rabbitmq_environment.after" "$rabbitmq_environment"
    stop_epmd
  fi
  rm -f "$rabbitmq_environment.before"
  changed=$before$changed
  enable_service rabbitmq-server
  if [ -n "$changed" ] || ! rabbitmq_answers >/dev/null 2>&1; then
    if has_systemd; then systemctl daemon-reload; systemctl try-restart epmd.socket || true; fi
    if rabbitmq_runs; then service_do rabbitmq-server stop || true; fi
    service_do rabbitmq-server start || true
  fi
  wait_for RabbitMQ put_rabbitmq_user
  gone=0
  rabbitmqctl --quiet delete_user guest >/dev/null 2>&1 || gone=$?
  case $gone in
    0|67) ;; # 67: there is none
    *) die "RabbitMQ keeps its user guest, whom everybody knows (rabbitmqctl delete_user guest ended with status $gone)" ;;
  esac
  say "RabbitMQ runs on $(listen_addresses | sed 's/ / and /'), port 5672: vhost /, user faafo"
}

# It may have been started on all addresses. With no node registered, it goes.
stop_epmd() {
  if has_systemd; then systemctl stop epmd.service epmd.socket 2>/dev/null || true; fi
  if command -v epmd >/dev/null; then epmd -kill >/dev/null 2>&1 || true; fi
}
