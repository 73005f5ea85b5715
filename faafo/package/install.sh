#!/bin/sh
# Installs faafo from this unpacked package. Needs root and Debian's essential packages, nothing from the network
# (but for MariaDB and RabbitMQ, unless they are installed or come along with --packages).
# Safe to run again: what is right stays, what is given changes, running programs are started anew.
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

usage() {
  cat <<'END'
usage: install.sh [-i faafo] [-i messaging] [-i database] [-r api] [-r worker] [-r demo]
                  [-e URL] [-d URL] [-m URL] [--listen ADDRESS] [--settings FILE] [--packages FILE]
       install.sh --uninstall [--purge]

  -i faafo         install the programs
  -i messaging     what carries tasks from the API to workers: RabbitMQ if the settings have a messaging_password,
                   else a queue inside the database, for workers on the same machine
  -i database      a database server: MariaDB, with the database and the user faafo
  -r api           run the API and the gallery (port 80)
  -r worker        draw: as many pictures at once as there are cores
  -r demo          create the first fractals once the API answers
  -e URL           the API's address, for workers and the command line (http://127.0.0.1)
  -d URL           the database (sqlite:////var/lib/faafo/faafo.db), or mysql://… or postgresql://…
  -m URL           the message broker, amqp://… or amqps://…
  --listen ADDRESS where MariaDB and RabbitMQ listen (127.0.0.1: for this machine only)
  --settings FILE  lines KEY=VALUE with what must not be seen in the list of processes: database_url, transport_url,
                   database_password, messaging_password. The file is root's alone (chmod 600)
  --packages FILE  the distribution's packages for -i database and -i messaging, from this archive of
                   collect-services.sh, and nothing from the network
  --uninstall      stop and remove the programs; --purge removes their data and configuration, too
END
}
say() { echo "faafo: $*"; }
die() { echo "install.sh: $*" >&2; exit 1; }
misused() { echo "install.sh: $* (install.sh --help shows all options)" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
target=/opt/faafo
configuration=/etc/faafo/faafo.conf
data=/var/lib/faafo
logs=/var/log/faafo
default_endpoint=http://127.0.0.1
default_database=sqlite:////var/lib/faafo/faafo.db

# --- the configuration's keys --------------------------------------------------------------------

# They are those of [DEFAULT], and what is before any section; the same words in other sections are other programs'.
# Through the environment: arguments are seen by everybody, and awk would treat backslashes in them.
in_configuration() {
  awk '
    /^\[/ { elsewhere = $0 !~ /^\[[ \t]*DEFAULT[ \t]*\]/; if (elsewhere && !end) end = NR }
    { mine = !elsewhere && $0 ~ "^[ \t]*" ENVIRON["key"] "[ \t]*=" }
    '"$1" "$configuration"
}
replace_configuration() {
  cat "$configuration.new" >"$configuration"
  rm -f "$configuration.new"
}
# set_key NAME VALUE: replaces the line or adds it where [DEFAULT] ends; other lines stay as they are.
set_key() {
  last=$(key=$1 in_configuration 'mine { found = NR } END { print found + 0, end + 0 }')
  key=$1 value=$2 found=${last% *} end=${last#* } in_configuration '
    function put() { print ENVIRON["key"] " = " ENVIRON["value"] }
    NR == ENVIRON["found"] || (ENVIRON["found"] == 0 && NR == ENVIRON["end"]) { put() }
    !mine { print }
    END { if (ENVIRON["found"] == 0 && ENVIRON["end"] == 0) put() }' >"$configuration.new"
  replace_configuration
}
unset_key() {
  key=$1 in_configuration '!mine { print }' >"$configuration.new"
  replace_configuration
}
# The last one counts, as for the programs.
value_of() {
  [ ! -e "$configuration" ] ||
    key=$1 in_configuration 'mine { sub(/^[^=]*=[ \t]*/, ""); value = $0 } END { print value }'
}

# --- what is asked for -------------------------------------------------------------------------

install_faafo='' install_messaging='' install_database='' run_api='' run_worker='' run_demo=''
endpoint='' database='' broker='' listen=127.0.0.1 settings='' packages='' uninstall='' purge=''
database_password='' messaging_password=''

is_database_url() {
  case $1 in
    sqlite:///?*|mysql://?*|mysql+?*://?*|mariadb://?*|mariadb+?*://?*|postgresql://?*|postgresql+?*://?*) return 0 ;;
  esac
  return 1
}
is_broker_url() { case $1 in amqp://?*|amqps://?*|rabbit://?*|kombu://?*) return 0 ;; esac; return 1; }

while [ $# -gt 0 ]; do
  option=$1
  case $option in
    -i|-r|-e|-d|-m|--listen|--settings|--packages) [ $# -ge 2 ] || misused "$option needs a value"; value=$2; shift ;;
  esac
  case $option in
    -i) case $value in
          faafo) install_faafo=yes ;;
          messaging) install_messaging=yes ;;
          database) install_database=yes ;;
          *) misused "-i '$value' is unknown; it may be faafo, messaging or database" ;;
        esac ;;
    -r) case $value in
          api) run_api=yes ;;
          worker) run_worker=yes ;;
          demo) run_demo=yes ;;
          *) misused "-r '$value' is unknown; it may be api, worker or demo" ;;
        esac ;;
    -e) case $value in
          http://?*|https://?*) endpoint=$value ;;
          *) misused "-e '$value' is not an address like http://203.0.113.7" ;;
        esac ;;
    -d) is_database_url "$value" || misused "-d is no address of a database like $default_database or mysql://user:password@host/faafo"
        database=$value ;;
    -m) is_broker_url "$value" || misused "-m is no address of a broker like amqp://user:password@host:5672//"
        broker=$value ;;
    --listen) case $value in
          ''|*[!0-9A-Fa-f.:]*) misused "--listen '$value' is not an IP address" ;;
          *) listen=$value ;;
        esac ;;
    --settings) settings=$value ;;
    --packages) packages=$value ;;
    --uninstall) uninstall=yes ;;
    --purge) purge=yes ;;
    -h|--help) usage; exit 0 ;;
    *) misused "'$option' is not an option" ;;
  esac
  shift
done

# Nothing of a value is repeated: it may be a secret.
read_settings() {
  [ -f "$settings" ] || die "there is no file $settings (--settings)"
  case $(stat -c '%u %a' "$settings") in
    '0 600'|'0 400') ;;
    *) die "the file $settings (--settings) must be root's alone: chown root $settings; chmod 600 $settings" ;;
  esac
  while IFS= read -r line || [ -n "$line" ]; do
    value=${line#*=}
    case $line in
      ''|'#'*) ;;
      database_url=?*) is_database_url "$value" || misused "database_url in $settings is no address of a database"
        database=$value ;;
      transport_url=?*) is_broker_url "$value" || misused "transport_url in $settings is no address of a broker"
        broker=$value ;;
      database_password=?*) database_password=$value ;;
      messaging_password=?*) messaging_password=$value ;;
      *=*) misused "$settings has the key '${line%%=*}' or no value for it; it may have database_url, transport_url, database_password and messaging_password" ;;
      *) misused "$settings has a line that is not KEY=VALUE" ;;
    esac
  done <"$settings"
}

is_loopback() { case $listen in 127.*|::1) return 0 ;; esac; return 1; }

# Any password, in a URL.
url_encoded() { printf %s "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'; }

if [ -n "$uninstall" ]; then
  [ -z "$install_faafo$install_messaging$install_database$run_api$run_worker$run_demo$endpoint$database$broker$settings$packages" ] ||
    misused "--uninstall goes with nothing but --purge"
else
  [ -z "$purge" ] || misused "--purge goes with --uninstall"
  [ -n "$install_faafo$install_messaging$install_database$run_api$run_worker$run_demo" ] ||
    misused "nothing to do; usually: install.sh -i faafo -i messaging -r api -r worker -r demo"
fi
[ "$(id -u)" = 0 ] || die "must run as root: sudo $0 …"
if [ -n "$settings" ]; then read_settings; fi
case "$endpoint$database$broker" in
  *"
"*|*' '*) misused "an address cannot contain spaces or line ends" ;;
esac

# -i messaging is RabbitMQ once somebody else shall come in, or a password says so.
install_broker=''
if [ -n "$install_messaging" ]; then
  if [ -n "$messaging_password" ]; then
    install_broker=yes
  elif ! is_loopback; then
    misused "-i messaging with --listen $listen needs a messaging_password in the file of --settings"
  elif [ -z "$run_api" ]; then
    misused "-i messaging without -r api means RabbitMQ, which needs a messaging_password in the file of --settings"
  fi
fi
if [ -n "$install_database" ] && [ -z "$database_password" ]; then
  misused "-i database needs a database_password in the file of --settings"
fi
if [ -n "$packages" ]; then
  [ -n "$install_database$install_broker" ] || misused "--packages goes with -i database or with RabbitMQ (-i messaging)"
  [ -f "$packages" ] && [ -r "$packages" ] || die "there is no file $packages (--packages)"
fi
if [ -z "$uninstall" ]; then
  if [ -n "$run_api$run_worker$run_demo" ] && [ -z "$install_faafo" ] && [ ! -x "$target/bin/faafo" ]; then
    misused "faafo is not installed yet; add -i faafo"
  fi
  # What is installed here is used here.
  if [ -n "$install_database" ] && [ -z "$database" ]; then
    database="mysql://faafo:$(url_encoded "$database_password")@127.0.0.1:3306/faafo"
  fi
  if [ -n "$install_broker" ] && [ -z "$broker" ]; then
    broker="amqp://faafo:$(url_encoded "$messaging_password")@127.0.0.1:5672//"
  fi
  if [ -n "$run_worker" ] && [ -z "$run_api" ] && [ ! -e /etc/faafo/api ] && [ -z "$broker" ] &&
    ! is_broker_url "$(value_of transport_url)"; then
    misused "-r worker without -r api needs a message broker: -m, or transport_url in the file of --settings"
  fi
  if [ -n "$run_demo" ] && [ -z "$run_api" ] && [ ! -e /etc/faafo/api ]; then
    misused "-r demo goes with -r api"
  fi
fi

# --- services: systemd, or System V scripts where it is not running ------------------------------

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

install_service() {
  if has_systemd; then
    mkdir -p /etc/systemd/system
    cp "$target/units/$1.service" "/etc/systemd/system/$1.service"
    if ! systemd-detect-virt --quiet --container; then
      mkdir -p "/etc/systemd/system/$1.service.d"
      cp "$target/units/hardening.conf" "/etc/systemd/system/$1.service.d/hardening.conf"
    fi
    systemctl daemon-reload
    systemctl --quiet enable "$1.service"
    systemctl restart "$1.service"
  else
    mkdir -p /etc/init.d
    sed "s/@NAME@/$1/g" "$target/units/faafo.init" >"/etc/init.d/$1.new"
    chmod 755 "/etc/init.d/$1.new"
    mv "/etc/init.d/$1.new" "/etc/init.d/$1"
    if command -v update-rc.d >/dev/null; then update-rc.d "$1" defaults >/dev/null 2>&1 || true; fi
    "/etc/init.d/$1" restart
  fi
}

remove_service() {
  if has_systemd && [ -e "/etc/systemd/system/$1.service" ]; then
    systemctl --quiet disable --now "$1.service" || true
  fi
  rm -rf "/etc/systemd/system/$1.service" "/etc/systemd/system/$1.service.d"
  if has_systemd; then systemctl daemon-reload; fi
  if [ -x "/etc/init.d/$1" ]; then
    "/etc/init.d/$1" stop || true
    rm -f "/etc/init.d/$1"
    if command -v update-rc.d >/dev/null; then update-rc.d "$1" remove >/dev/null 2>&1 || true; fi
  fi
}

# --- the parts of an installation --------------------------------------------------------------

# Useradd belongs to no essential package; where it is missing, two lines do what it would.
create_user() {
  if ! getent group faafo >/dev/null; then
    if command -v groupadd >/dev/null; then
      groupadd --system faafo
    else
      echo "faafo:x:$(free_id group):" >>/etc/group
    fi
  fi
  getent passwd faafo >/dev/null && return 0
  if command -v useradd >/dev/null; then
    useradd --system --gid faafo --home-dir "$data" --no-create-home --shell /usr/sbin/nologin faafo
  else
    echo "faafo:x:$(free_id passwd):$(getent group faafo | cut -d: -f3):faafo:$data:/usr/sbin/nologin" >>/etc/passwd
  fi
}
free_id() {
  id=990
  while getent "$1" "$id" >/dev/null; do id=$((id - 1)); done
  echo "$id"
}

# Beside the old tree, then in its place: a run that is interrupted leaves one or the other.
copy_programs() {
  if [ "$here" = "$target" ]; then return 0; fi
  rm -rf "$target.new" "$target.old"
  mkdir -p "$target.new"
  cp -R "$here"/. "$target.new/"
  chown -R root:root "$target.new"
  chmod -R u=rwX,go=rX "$target.new"
  if [ -e "$target" ]; then mv "$target" "$target.old"; fi
  mv "$target.new" "$target"
  rm -rf "$target.old"
  mkdir -p /usr/local/bin
  ln -sf "$target/bin/faafo" /usr/local/bin/faafo
  if [ -d /etc/logrotate.d ]; then cp "$target/units/faafo.logrotate" /etc/logrotate.d/faafo; fi
}

create_folders() {
  mkdir -p "$data" "$logs" /etc/faafo
  chown faafo:faafo "$data"; chmod 750 "$data"
  chown root:faafo "$logs"; chmod 770 "$logs"
  chown root:faafo /etc/faafo; chmod 750 /etc/faafo
}

write_configuration() {
  umask 027
  if [ ! -e "$configuration" ]; then
    cat >"$configuration" <<END
# faafo's configuration. install.sh changes only what it is told; run it again after changes.
[DEFAULT]
listen_address = 0.0.0.0
bind_port = 80
database_url = ${database:-$default_database}
endpoint_url = ${endpoint:-$default_endpoint}
END
  else
    if [ -n "$database" ]; then set_key database_url "$database"; fi
    if [ -n "$endpoint" ]; then set_key endpoint_url "$endpoint"; fi
  fi
  if [ -n "$broker" ]; then set_key transport_url "$broker"; fi
  # The API draws by itself, with as many workers as there are cores, unless it shall not.
  if [ -n "$run_worker" ]; then
    if [ "$(value_of workers)" = 0 ]; then unset_key workers; fi # of the API or of faafo-worker, whichever runs here
  elif [ -n "$run_api" ]; then
    set_key workers 0
  fi
  chown root:faafo "$configuration"
  chmod 640 "$configuration"
  umask 022
}

# The gallery starts with something to see. Once: running the installer again makes no more.
create_first_fractals() {
  if [ -e "$data/first-fractals" ]; then say "the first fractals exist already"; return 0; fi
  port=$(value_of bind_port)
  url=http://127.0.0.1:${port:-80}
  tries=0
  until "$target/bin/faafo" --endpoint-url "$url" list >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -ge 60 ]; then
      tail -n 5 "$logs/faafo-api.log" >&2 2>/dev/null || true
      die "the API does not answer at $url after a minute; the last words of $logs/faafo-api.log are above"
    fi
    sleep 1
  done
  "$target/bin/faafo" --endpoint-url "$url" create || die "the first fractals could not be created at $url"
  : >"$data/first-fractals"
}

. "$here/services.sh"

# --- do it -------------------------------------------------------------------------------------

if [ -n "$uninstall" ]; then
  remove_service faafo-worker
  remove_service faafo-api
  rm -f /etc/logrotate.d/faafo /etc/faafo/api
  if [ "$(readlink /usr/local/bin/faafo 2>/dev/null)" = "$target/bin/faafo" ]; then rm -f /usr/local/bin/faafo; fi
  rm -rf "$target" "$target.new" "$target.old"
  if [ -n "$purge" ]; then
    rm -rf /etc/faafo "$data" "$logs"
    if getent passwd faafo >/dev/null && command -v userdel >/dev/null; then userdel faafo; fi
    say "uninstalled, with data and configuration"
  else
    say "uninstalled; $data and /etc/faafo stay (--purge removes them)"
  fi
  if [ -e "$mariadb_configuration" ]; then
    say "MariaDB stays, with the database faafo; 'apt-get purge mariadb-server' would remove it"
  fi
  if [ -e "$rabbitmq_configuration" ]; then
    say "RabbitMQ stays, with the user faafo; 'apt-get purge rabbitmq-server' would remove it"
  fi
  exit 0
fi

if [ -n "$install_database" ]; then setup_database; fi
if [ -n "$install_broker" ]; then setup_messaging; fi
if [ -z "$install_faafo$run_api$run_worker$run_demo" ] && [ ! -e "$configuration" ]; then exit 0; fi

before=$(cat "$target/VERSION" 2>/dev/null || true)
if [ -n "$install_faafo" ]; then
  create_user
  copy_programs
  create_folders
fi
write_configuration
if [ -n "$install_messaging" ] && [ -z "$install_broker" ]; then
  say "tasks wait in a queue inside the database; no message broker is needed on one machine"
fi
if [ -n "$run_worker" ] && [ -z "$run_api" ] && [ ! -e /etc/faafo/api ]; then
  install_service faafo-worker
  say "the workers run (log: $logs/faafo-worker.log)"
elif [ -n "$run_api$run_worker" ]; then
  : >/etc/faafo/api # this machine has the API
  install_service faafo-api
  if [ "$(value_of workers)" = 0 ]; then
    say "the API runs, without workers (log: $logs/faafo-api.log)"
  else
    say "the API runs, and workers in it (log: $logs/faafo-api.log)"
  fi
elif [ -n "$install_faafo" ]; then
  # Newer programs in the place of those that run.
  for service in faafo-api faafo-worker; do
    if [ -e "/etc/init.d/$service" ] || [ -e "/etc/systemd/system/$service.service" ]; then install_service "$service"; fi
  done
fi
if [ -n "$run_demo" ]; then create_first_fractals; fi
now=$(cat "$target/VERSION")
if [ -n "$before" ] && [ "$before" != "$now" ]; then
  say "faafo $now is installed, in place of $before"
else
  say "faafo $now is installed"
fi
