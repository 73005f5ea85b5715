// -i database and -i messaging, in a guest with the distribution's packages and without systemd.
#include <gmock/gmock.h>

#include "faafo/package/tests/guest.hpp"

namespace faafo::package::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// Every process that runs is asked for its arguments again and again, as anybody on the machine could. The secrets
// are put together by the script, whose own text is an argument.
constexpr const char* unpack_and_watch = R"sh(
mkdir /var/tmp/faafo && tar -xzf /package.tar.gz -C /var/tmp/faafo --strip-components=1
install() { sh /var/tmp/faafo/install.sh "$@"; }
(while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -o 's3[c]ret[^ ]*' && echo "LEAK"; sleep 0.05; done >/tmp/leaks) &
watcher=$!
settings() { (umask 077; printf 'database_password=%s\nmessaging_password=%s\n' "$1" "$1" >/tmp/settings); }
# The password goes through a file for the client's part, too.
sql_as_faafo() {
  (umask 077; printf '[client]\nhost=127.0.0.1\nuser=faafo\npassword="%s"\n' "$1" >/tmp/client)
  echo 'SELECT CONCAT("in as ", CURRENT_USER());' | mariadb --defaults-file=/tmp/client -N faafo 2>&1 | cut -c 1-40
}
amqp_as_faafo() { printf '%s\n' "$1" | rabbitmqctl --quiet authenticate_user faafo 2>&1 | tail -n 1; }
# Local addresses of listening sockets, in hexadecimal.
listening() { cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == "0A" { print "listens: " $2 }' | sort -u; }
wait_until() {
  n=0
  until "$@"; do
    n=$((n + 1))
    [ $n -lt 600 ] || { echo "never: $*"; tail -n 20 /var/log/faafo/*; exit 1; }
    sleep 0.1
  done
}
)sh";

TEST(Services, AreInstalledWithPasswordsAndListenWhereTheyAreTold) {
    if (const std::string missing = missing_for_guests(Tree::services); !missing.empty())
        GTEST_SKIP() << missing;
    const auto result = run_in_guest(std::string(unpack_and_watch) + R"sh(
one="$(printf 's3%s' cret)'one\\" two="$(printf 's3%s' cret)-two" wrong="$(printf 's3%s' cret)"
settings "$one"
install -i faafo -i database -i messaging -r api -r worker --settings /tmp/settings
wait_until sh -c '/opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 create --tasks 2 >/tmp/created 2>&1'
wait_until sh -c '/opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 list | grep -c " 0 bytes" | grep -qx 0'
echo "drawn"
stat -c 'mode: %a %U:%G' /etc/faafo/faafo.conf
listening
echo "right: $(sql_as_faafo "$one\\") $(amqp_as_faafo "$one")"
echo "wrong: $(sql_as_faafo "$wrong") $(amqp_as_faafo "$wrong")"
echo "users: $(rabbitmqctl --quiet list_users --no-table-headers | cut -f 1 | tr '\n' ' ')."

md5sum /etc/faafo/faafo.conf /etc/mysql/mariadb.conf.d/90-faafo.cnf /etc/rabbitmq/rabbitmq-env.conf /etc/rabbitmq/conf.d/* >/tmp/sums
servers="$(cat /run/mysqld/mysqld.pid) $(cat /run/rabbitmq/pid)"
install -i faafo -i database -i messaging -r api -r worker --settings /tmp/settings >/dev/null
md5sum --quiet -c /tmp/sums && [ "$servers" = "$(cat /run/mysqld/mysqld.pid) $(cat /run/rabbitmq/pid)" ] && echo "a second run changed nothing"

settings "$two"
install -i database -i messaging -r api -r worker --settings /tmp/settings --listen 127.0.0.2 >/dev/null
echo "new: $(sql_as_faafo "$two") $(amqp_as_faafo "$two")"
listening | sed 's/^/moved /'
wait_until sh -c '/opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 list >/tmp/list 2>&1'
echo "fractals kept: $(grep -c pixels /tmp/list)"
install --uninstall
kill $watcher
echo "leaks: $(cat /tmp/leaks | sort -u | tr '\n' ' ')."
find / -xdev -type f -perm /004 -newer /package.tar.gz -not -path '/proc/*' -exec grep -l "$wrong" {} + 2>/dev/null | sed 's/^/world-readable: /'
/etc/init.d/rabbitmq-server stop >/dev/null 2>&1; /etc/init.d/mariadb stop >/dev/null 2>&1
true
)sh",
                                     Tree::services);
    const std::string& output = result.output;
    ASSERT_TRUE(result.ok()) << "status " << result.exit_status << "\n" << output << result.error;
    EXPECT_THAT(output, HasSubstr("drawn\n"));
    EXPECT_THAT(output, HasSubstr("mode: 640 root:faafo\n"));
    EXPECT_THAT(output, HasSubstr("right: in as faafo@% Success\n"));
    EXPECT_THAT(output, ContainsRegex("wrong: ERROR 1045 .*invalid credentials"));
    EXPECT_THAT(output, HasSubstr("users: faafo .\n"));
    EXPECT_THAT(output, HasSubstr("a second run changed nothing"));
    EXPECT_THAT(output, HasSubstr("new: in as faafo@% Success\n"));
    for (const char* port : {"0CEA", "1628"}) {  // 3306, 5672
        EXPECT_THAT(output, ContainsRegex(std::string("\nlistens: 0100007F:") + port));
        EXPECT_THAT(output, Not(ContainsRegex(std::string("\nlistens: 00000000[0-9A-F]*:") + port)));
        EXPECT_THAT(output, ContainsRegex(std::string("moved listens: 0200007F:") + port));
    }
    // The API alone is for everybody: port 80.
    EXPECT_THAT(output, Not(ContainsRegex("listens: 0+:(0[1-9A-F]|[1-9A-F])")));
    EXPECT_THAT(output, HasSubstr("fractals kept: 2"));
    EXPECT_THAT(output, HasSubstr("MariaDB stays"));
    EXPECT_THAT(output, HasSubstr("RabbitMQ stays"));
    EXPECT_THAT(output, HasSubstr("leaks: .\n"));
    EXPECT_THAT(output, Not(HasSubstr("world-readable")));
    EXPECT_THAT(output + result.error, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace faafo::package::test
