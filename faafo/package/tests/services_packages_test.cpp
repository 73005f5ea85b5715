// install.sh --packages: MariaDB and RabbitMQ from an archive of collect-services.sh, in a guest without a network.
#include <gmock/gmock.h>

#include "faafo/package/tests/guest.hpp"

namespace faafo::package::test {
namespace {

using testing::HasSubstr;

constexpr const char* unpack_with_settings = R"sh(
mkdir /var/tmp/faafo && tar -xzf /package.tar.gz -C /var/tmp/faafo --strip-components=1
install() { sh /var/tmp/faafo/install.sh "$@"; }
(umask 077; printf 'database_password=one\nmessaging_password=two\n' >/tmp/settings)
)sh";

class ServicesPackages : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string missing = missing_for_guests(Tree::with_apt); !missing.empty())
            GTEST_SKIP() << missing;
        archive_ = services_packages();
    }
    common::process::Result run(const std::string& script) const {
        return run_in_guest(unpack_with_settings + script, Tree::with_apt, archive_);
    }
    std::filesystem::path archive_;
};

TEST_F(ServicesPackages, AreInstalledWithoutANetwork) {
    const auto result = run(R"sh(
install -i faafo -i database -i messaging -r api -r worker --settings /tmp/settings --packages /services.tar
n=0
until /opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 create --tasks 2 >/tmp/created 2>&1; do
  n=$((n + 1)); [ $n -lt 100 ] || { cat /tmp/created; exit 1; }; sleep 0.2
done
until /opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 list >/tmp/list && ! grep -q ' 0 bytes' /tmp/list; do
  n=$((n + 1)); [ $n -lt 400 ] || { cat /tmp/list; exit 1; }; sleep 0.2
done
echo "drawn: $(grep -c pixels /tmp/list)"
# Not a word of it stays in apt's own configuration, nor a file.
echo "left: $(ls /var/tmp /etc/apt/sources.list.d | grep -c services)"
servers="$(cat /run/mysqld/mysqld.pid) $(cat /run/rabbitmq/pid)"
install -i database -i messaging --settings /tmp/settings --packages /services.tar >/tmp/second
grep -c installing /tmp/second || true
[ "$servers" = "$(cat /run/mysqld/mysqld.pid) $(cat /run/rabbitmq/pid)" ] && echo "a second run changed nothing"
install --uninstall
/etc/init.d/rabbitmq-server stop >/dev/null 2>&1; /etc/init.d/mariadb stop >/dev/null 2>&1
true
)sh");
    ASSERT_TRUE(result.ok()) << "status " << result.exit_status << "\n" << result.output << result.error;
    EXPECT_THAT(result.output, HasSubstr("installing mariadb-server from /services.tar\n"));
    EXPECT_THAT(result.output, HasSubstr("installing rabbitmq-server from /services.tar\n"));
    EXPECT_THAT(result.output, HasSubstr("drawn: 2\n"));
    EXPECT_THAT(result.output, HasSubstr("left: 0\n"));
    EXPECT_THAT(result.output, HasSubstr("0\na second run changed nothing\n"));
}

TEST_F(ServicesPackages, AreRefusedWithASentenceWhenTheyCannotBeUsed) {
    const auto result = run(R"sh(
set +e
try() { echo "$1: $(install -i database --settings /tmp/settings --packages "$2" 2>&1 | tail -n 1)"; }
head -c 100000 /services.tar >/tmp/short.tar
try short /tmp/short.tar
try package /package.tar.gz
mkdir /tmp/a && tar -xf /services.tar -C /tmp/a && cd /tmp/a/* || exit 1
again() { tar -cf /tmp/changed.tar -C /tmp/a .; tar -cf /tmp/changed.tar -C /tmp/a "$(ls /tmp/a)"; }
cp SHA256SUMS /tmp/sums; cp RELEASE /tmp/release
echo >>Packages; again; try damaged /tmp/changed.tar
sed -i 's/^suite=.*/suite=noble/' RELEASE; sha256sum RELEASE Packages *.deb >SHA256SUMS; again
try other-suite /tmp/changed.tar
cp /tmp/release RELEASE; sed -i 's/^architecture=.*/architecture=s390x/' RELEASE; sha256sum RELEASE Packages *.deb >SHA256SUMS; again
try other-architecture /tmp/changed.tar
cp /tmp/release RELEASE; rm galera-4_*; awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: galera-4\n/' Packages >p; mv p Packages
sha256sum RELEASE Packages *.deb >SHA256SUMS; again
try incomplete /tmp/changed.tar
echo "installed: $(dpkg-query -W -f '${Status}' mariadb-server 2>/dev/null)."
echo "left: $(ls /var/tmp | grep -c services)"
)sh");
    ASSERT_TRUE(result.ok()) << result.output << result.error;
    EXPECT_THAT(result.output,
                HasSubstr("short: install.sh: /tmp/short.tar (--packages) cannot be unpacked"));
    EXPECT_THAT(result.output,
                HasSubstr("package: install.sh: /package.tar.gz (--packages) is no archive of"));
    EXPECT_THAT(result.output, HasSubstr("damaged: install.sh: /tmp/changed.tar (--packages) is damaged"));
    EXPECT_THAT(result.output, HasSubstr("is for debian noble, and this machine runs bookworm: run "));
    EXPECT_THAT(result.output, HasSubstr("is for s390x, and this machine is "));
    EXPECT_THAT(result.output, HasSubstr("incomplete: install.sh: cannot install mariadb-server from "));
    EXPECT_THAT(result.output, HasSubstr("installed: .\n"));
    EXPECT_THAT(result.output, HasSubstr("left: 0\n"));
}

TEST(CollectServices, SaysWhatItDoesNotUnderstand) {
    for (const auto& [words, expected] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--suite", "../x"}, "is no code name"},
             {{"--suite", "sarge", "--mirror", "http://127.0.0.1:9/debian"},
              "the release 'sarge' is unknown"},
             {{"--mirror", "here"}, "is not an address"},
             {{"--output", "/nowhere/at/all.tar"}, "does not exist"},
             {{"--frobnicate"}, "is not an option"},
             {{"--suite"}, "needs a value"}}) {
        std::vector<std::string> arguments{"sh", SOURCE_DIR "/faafo/package/collect-services.sh"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        const auto result = common::process::run({.arguments = arguments});
        EXPECT_FALSE(result.ok());
        EXPECT_THAT(result.error, HasSubstr(expected));
    }
}

}  // namespace
}  // namespace faafo::package::test
