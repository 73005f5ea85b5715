#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "common/process/process.hpp"
#include "faafo/package/tests/guest.hpp"
#include "faafo/render/tests/vectors.hpp"

namespace faafo::package::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

std::string content(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class Guest : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string missing = missing_for_guests(); !missing.empty()) GTEST_SKIP() << missing;
    }
    /// What a script prints that must succeed.
    static std::string output_of(const std::string& script) {
        const auto result = run_in_guest(unpack + script);
        EXPECT_TRUE(result.ok()) << "status " << result.exit_status << "\n" << result.output << result.error;
        return result.output;
    }
    static constexpr const char* unpack =
        "mkdir /var/tmp/faafo && tar -xzf /package.tar.gz -C /var/tmp/faafo --strip-components=1\n";
};

TEST(Package, IsTheSameForTheSameBuildAndSmall) {
    const common::process::TemporaryDirectory folder;
    const std::string again =
        folder.path() / fmt::format("faafo-{}-{}.tar.gz", FAAFO_VERSION, FAAFO_ARCHITECTURE);
    common::process::check({.arguments = {"sh", (SOURCE_DIR "/faafo/package/build_package.sh"), FAAFO_VERSION,
                                          FAAFO_ARCHITECTURE, again, (BUILD_DIR "/bin/faafo"),
                                          (BUILD_DIR "/bin/faafo-api"), (BUILD_DIR "/bin/faafo-worker")}});
    const std::string package = content(FAAFO_PACKAGE);
    EXPECT_EQ(render::test::sha256(content(again)), render::test::sha256(package));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(package.size(), 15U << 20U) << "without a sanitizer's library in each program";
#endif
}

/// The newest version of glibc's symbols that a program or library asks for, like {2, 34}.
std::pair<int, int> newest_glibc(const std::string& file) {
    std::pair<int, int> newest;
    const std::string symbols = common::process::check({.arguments = {"objdump", "-T", file}});
    const std::regex version("GLIBC_([0-9]+)\\.([0-9]+)");
    for (std::sregex_iterator found(symbols.begin(), symbols.end(), version), end; found != end; ++found)
        newest = std::max(newest, {std::stoi((*found)[1]), std::stoi((*found)[2])});
    return newest;
}

TEST(Package, NeedsNoNewerGlibcThanDebian12Has) {
    const common::process::TemporaryDirectory folder;
    common::process::check(
        {.arguments = {"tar", "-xzf", FAAFO_PACKAGE, "-C", folder.path().string(), "--strip-components=1"}});
    int files = 0;
    for (const char* part : {"bin", "lib"}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / part)) {
            const auto newest = newest_glibc(entry.path().string());
            EXPECT_LE(newest, (std::pair{2, 36})) << entry.path().filename();
            files += newest.first == 2 ? 1 : 0;
        }
    }
    EXPECT_GT(files, 3) << "objdump shows no symbols";
}

TEST_F(Guest, ProgramsStartWithEssentialPackagesOnly) {
    const std::string output = output_of(R"sh(
for program in faafo faafo-api faafo-worker; do
  echo "$program: $(/var/tmp/faafo/bin/$program --version 2>&1)"
  /var/tmp/faafo/bin/$program --help >/dev/null
done
)sh");
    for (const char* program : {"faafo", "faafo-api", "faafo-worker"}) {
        EXPECT_THAT(output, ContainsRegex(fmt::format("{}: .*{}", program, FAAFO_VERSION)));
    }
}

TEST_F(Guest, DrawsTheGoldenPictures) {
    std::string script;
    std::string expected;
    for (const auto& vector : render::test::golden_pictures()) {
        const auto& julia = vector.julia;
        script += fmt::format(
            "/var/tmp/faafo/bin/faafo render --c {:a},{:a} --xa {:a} --xb {:a} --ya {:a} --yb {:a} --width "
            "{} --height {} "
            "--iterations {} --format rgb | sha256sum\n",
            julia.c.real(), julia.c.imag(), julia.window.xa, julia.window.xb, julia.window.ya,
            julia.window.yb, julia.width, julia.height, julia.iterations);
        expected += vector.sha256_rgb + "  -\n";
    }
    EXPECT_EQ(output_of(script), expected);
}

// Functions for the scripts below; every wait is bounded.
constexpr const char* helpers = R"sh(
install() { sh /var/tmp/faafo/install.sh "$@"; }
answers() { /opt/faafo/bin/faafo --endpoint-url http://127.0.0.1 list >/tmp/list 2>&1; }
wait_until() {
  n=0
  until "$@"; do
    n=$((n + 1))
    [ $n -lt 300 ] || { echo "never: $*"; cat /tmp/list /var/log/faafo/*; exit 1; }
    sleep 0.1
  done
}
pid_of() {
  for process in /proc/[0-9]*; do
    [ "$(cat "$process/comm" 2>/dev/null)" != "$1" ] || echo "${process#/proc/}"
  done
}
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
all_drawn() { answers && grep -q pixels /tmp/list && ! grep -q ' 0 bytes' /tmp/list; }
)sh";

TEST_F(Guest, InstallsServesDrawsAndUninstalls) {
    const std::string output = output_of(std::string(helpers) + R"sh(
install -i faafo -i messaging -r api -r worker -r demo -e http://127.0.0.1
wait_until all_drawn
echo "fractals: $(grep -c pixels /tmp/list)"
cp /tmp/list /tmp/list-before; cp /etc/faafo/faafo.conf /tmp/conf-before
stat -c 'mode: %a %U:%G %n' /etc/faafo/faafo.conf /var/lib/faafo

api=$(pid_of faafo-api)
echo "user: $(field "$api" Uid | cut -f2) $(getent passwd faafo | cut -d: -f3)"
echo "capabilities: $(field "$api" CapEff) $(field "$api" CapBnd) no new: $(field "$api" NoNewPrivs)"

kill -KILL "$api"
wait_until answers
cmp /tmp/list /tmp/list-before && echo "the same after a crash"

install -i faafo -i messaging -r api -r worker -r demo
wait_until answers
cmp /tmp/list /tmp/list-before && cmp /etc/faafo/faafo.conf /tmp/conf-before && echo "the same after a second run"

install -i faafo -r api -e http://127.0.0.2
grep -E '^(endpoint_url|workers)' /etc/faafo/faafo.conf
/etc/init.d/faafo-api status

install --uninstall
echo "left: $(pid_of faafo-api) $(pid_of faafo-supervise) $(ls /opt /etc/init.d /usr/local/bin | grep faafo)."
ls /var/lib/faafo
install --uninstall --purge
echo "left after purge: $(ls /var/lib /var/log /etc | grep faafo)."
)sh");
    EXPECT_THAT(output, ContainsRegex("fractals: [1-9]"));
    EXPECT_THAT(output, HasSubstr("mode: 640 root:faafo /etc/faafo/faafo.conf"));
    EXPECT_THAT(output, HasSubstr("mode: 750 faafo:faafo /var/lib/faafo"));
    EXPECT_THAT(output, ContainsRegex("user: ([1-9][0-9]*) "));
    EXPECT_THAT(output, HasSubstr("capabilities: 0000000000000400 0000000000000400 no new: 1"));
    EXPECT_THAT(output, HasSubstr("a queue inside the database"));
    EXPECT_THAT(output, HasSubstr("the same after a crash"));
    EXPECT_THAT(output, HasSubstr("the same after a second run"));
    EXPECT_THAT(output, HasSubstr("endpoint_url = http://127.0.0.2\n"));
    EXPECT_THAT(output, HasSubstr("workers = 0\n"));
    EXPECT_THAT(output, HasSubstr("faafo-api is running"));
    EXPECT_THAT(output, HasSubstr("left:   .\n"));
    EXPECT_THAT(output, HasSubstr("faafo.db"));
    EXPECT_THAT(output, HasSubstr("left after purge: .\n"));
}

TEST_F(Guest, ChangesTheConfigurationsOwnSectionAndNoOther) {
    const std::string output = output_of(R"sh(
install() { sh /var/tmp/faafo/install.sh "$@" >/dev/null; }
install -i faafo
printf '[oslo_messaging_rabbit]\ntransport_url = of others\nworkers = 7\n' >>/etc/faafo/faafo.conf
install -i faafo -r worker -m amqp://user:pass@127.0.0.1:5672//
install -i faafo -e http://127.0.0.2
install -i faafo -r worker -m 'amqp://user:a\b@127.0.0.1:5672//'
cat /etc/faafo/faafo.conf
)sh");
    EXPECT_THAT(output, testing::EndsWith("[DEFAULT]\n"
                                          "listen_address = 0.0.0.0\n"
                                          "bind_port = 80\n"
                                          "database_url = sqlite:////var/lib/faafo/faafo.db\n"
                                          "endpoint_url = http://127.0.0.2\n"
                                          "transport_url = amqp://user:a\\b@127.0.0.1:5672//\n"
                                          "[oslo_messaging_rabbit]\n"
                                          "transport_url = of others\n"
                                          "workers = 7\n"));
}

TEST_F(Guest, ANewerPackageTakesThePlaceOfAnOlderOne) {
    const std::string output = output_of(std::string(helpers) + R"sh(
new=$(cat /var/tmp/faafo/VERSION)
cp -R /var/tmp/faafo /var/tmp/older; echo 0.0.9 >/var/tmp/older/VERSION; : >/var/tmp/older/bin/only-in-the-older
sh /var/tmp/older/install.sh -i faafo -i messaging -r api -r worker -r demo
wait_until all_drawn
cp /tmp/list /tmp/list-before; cp /etc/faafo/faafo.conf /tmp/conf-before
before=$(pid_of faafo-api)
install -i faafo
wait_until answers
cmp /tmp/list /tmp/list-before && cmp /etc/faafo/faafo.conf /tmp/conf-before && echo "fractals and configuration are kept"
[ "$(cat /opt/faafo/VERSION)" = "$new" ] && [ ! -e /opt/faafo/bin/only-in-the-older ] && echo "the new tree"
after=$(pid_of faafo-api)
[ "$before" != "$after" ] && readlink "/proc/$after/exe"
install -i faafo
)sh");
    EXPECT_THAT(output, HasSubstr("faafo 0.0.9 is installed\n"));
    EXPECT_THAT(output, HasSubstr(fmt::format("faafo {} is installed, in place of 0.0.9\n", FAAFO_VERSION)));
    EXPECT_THAT(output, HasSubstr("fractals and configuration are kept\n"));
    EXPECT_THAT(output, HasSubstr("the new tree\n"));
    EXPECT_THAT(output, HasSubstr("\n/opt/faafo/bin/faafo-api\n")) << "and not a deleted file";
    EXPECT_THAT(output, testing::EndsWith(fmt::format("faafo {} is installed\n", FAAFO_VERSION)));
}

TEST_F(Guest, RefusesWhatItDoesNotKnowWithASentence) {
    const auto result = run_in_guest(std::string(unpack) + R"sh(
set +e
try() { said=$(sh /var/tmp/faafo/install.sh "$@" 2>&1); echo "status $?: $said"; }
try
try -i apache
try -i
try -x
try -i faafo -r web
try -r api
try -i faafo -e ftp://there
try -i database
try -i faafo -i messaging
try -i messaging --listen 0.0.0.0
try -i faafo -r worker
try -i faafo -r api -m http://guest:secret@there//
try -i faafo -d oracle://root:secret@there/faafo
try -i database --listen everywhere
echo database_password=secret >/tmp/settings; chmod 644 /tmp/settings
try -i database --settings /tmp/settings
chmod 600 /tmp/settings
echo root_password=secret >/tmp/settings
try -i database --settings /tmp/settings
try -i database --settings /tmp/none
echo database_password=secret >/tmp/settings
try -i faafo --packages /tmp/none
try -i database --settings /tmp/settings --packages /tmp/none
try --uninstall -r api
try -i faafo --purge
echo "installed: $(ls /opt)."
)sh");
    EXPECT_TRUE(result.ok()) << result.error;
    std::istringstream lines(result.output);
    for (const char* expected :
         {"status 2: install.sh: nothing to do; usually: ",
          "status 2: install.sh: -i 'apache' is unknown; it may be faafo, messaging or database",
          "status 2: install.sh: -i needs a value",
          "status 2: install.sh: '-x' is not an option",
          "status 2: install.sh: -r 'web' is unknown; it may be api, worker or demo",
          "status 2: install.sh: faafo is not installed yet; add -i faafo",
          "status 2: install.sh: -e 'ftp://there' is not an address",
          "status 2: install.sh: -i database needs a database_password",
          "status 2: install.sh: -i messaging without -r api means RabbitMQ",
          "status 2: install.sh: -i messaging with --listen 0.0.0.0 needs a messaging_password",
          "status 2: install.sh: -r worker without -r api needs a message broker",
          "status 2: install.sh: -m is no address of a broker",
          "status 2: install.sh: -d is no address of a database",
          "status 2: install.sh: --listen 'everywhere' is not an IP address",
          "status 1: install.sh: the file /tmp/settings (--settings) must be root's alone",
          "status 2: install.sh: /tmp/settings has the key 'root_password'",
          "status 1: install.sh: there is no file /tmp/none",
          "status 2: install.sh: --packages goes with -i database",
          "status 1: install.sh: there is no file /tmp/none (--packages)",
          "status 2: install.sh: --uninstall goes with nothing",
          "status 2: install.sh: --purge goes with --uninstall",
          "installed: ."}) {
        std::string said;
        std::getline(lines, said);
        EXPECT_THAT(said, testing::StartsWith(expected));
        EXPECT_THAT(said, testing::Not(HasSubstr("secret")));
    }
}

}  // namespace
}  // namespace faafo::package::test
