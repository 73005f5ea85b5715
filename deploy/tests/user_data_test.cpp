#include "deploy/topology/user_data.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/process/process.hpp"

namespace deploy {
namespace {

using common::process::run;
using common::process::TemporaryDirectory;

const PackageSource some_package{.url = "http://127.0.0.1:1/a?temp_url_sig=1&x='",
                                 .sha256 = std::string(64, 'a')};

TEST(UserData, IsAScriptThatAShellCanRead) {
    const auto topology = all_in_one({}, true);
    const auto script = user_data(topology.instances.front(), some_package, {});
    EXPECT_TRUE(script.starts_with("#!/bin/sh\n"));
    EXPECT_LT(script.size(), 64U * 1024);
    const auto checked = run({.arguments = {"sh", "-n"}, .input = script});
    EXPECT_TRUE(checked.ok()) << checked.error;
    EXPECT_NE(script.find("install.sh\" -i 'faafo' -i 'messaging' -r 'api' -r 'worker' -r 'demo'"),
              std::string::npos)
        << script;
}

TEST(UserData, FillsInAddressesAndRefusesUnknownOnes) {
    InstanceSpec worker{
        .name = "worker",
        .install = {.install = {"faafo"}, .roles = {"worker"}, .endpoint_url = "http://{address:api}/"}};
    EXPECT_NE(user_data(worker, some_package, {{"api", "10.0.0.7"}}).find("-e 'http://10.0.0.7/'"),
              std::string::npos);
    EXPECT_THROW((void)user_data(worker, some_package, {}), std::invalid_argument);
}

TEST(UserData, NeedsTheSecretsThatItsSettingsName) {
    const auto topology = micro({}, true);
    const std::map<std::string, std::string> addresses{{"app-controller", "10.0.0.7"}};
    EXPECT_THROW((void)user_data(topology.instances[1], some_package, addresses), std::invalid_argument);
    const Secrets secrets("a seed");
    const auto script = user_data(topology.instances[1], some_package, addresses, secrets);
    EXPECT_NE(
        script.find("\ntransport_url=amqp://faafo:" + secrets.password("messaging") + "@10.0.0.7:5672//\n"),
        std::string::npos)
        << script;
    EXPECT_EQ(script.find(secrets.seed()), std::string::npos) << "the seed is for nobody in an instance";
    EXPECT_EQ(script.find(secrets.password("database")), std::string::npos);
}

TEST(UserData, OfEveryTopologyIsReadByAShellAndFits) {
    std::map<std::string, std::string> addresses;
    const auto both = {micro({}, true), scaling({}, usual_counts, true)};
    for (const auto& topology : both)
        for (const auto& instance : topology.instances)
            addresses[instance.name] = "10.0.0.9";
    for (const auto& topology : both)
        for (const auto& instance : topology.instances) {
            const auto script = user_data(instance, some_package, addresses, Secrets::make());
            EXPECT_LT(script.size(), 16U * 1024) << instance.name;
            EXPECT_TRUE(run({.arguments = {"sh", "-n"}, .input = script}).ok()) << script;
            EXPECT_EQ(script.find('{' + std::string("address:")), std::string::npos) << script;
            EXPECT_EQ(script.find('{' + std::string("secret:")), std::string::npos) << script;
        }
}

TEST(UserData, TheServicesListenAndTheirPasswordsStandOnNoCommandLine) {
    const auto topology = scaling({}, usual_counts, true);
    const Secrets secrets("a seed");
    const auto script = user_data(*topology.services(), some_package, {}, secrets);
    EXPECT_NE(
        script.find("install.sh\" -i 'database' -i 'messaging' --listen '0.0.0.0' --settings \"$settings\""),
        std::string::npos)
        << script;
    EXPECT_NE(script.find("\ndatabase_password=" + secrets.password("database") +
                          "\nmessaging_password=" + secrets.password("messaging") + "\nSETTINGS\n"),
              std::string::npos)
        << script;
}

TEST(UserData, PackagesThatAreBroughtAlongAreForTheServicesAlone) {
    auto package = some_package;
    package.services = Download{.url = "http://127.0.0.1:1/s?temp_url_sig=2", .sha256 = std::string(64, 'b')};
    const Secrets secrets("a seed");
    const std::map<std::string, std::string> addresses{{"app-services", "10.0.0.9"},
                                                       {"app-api-1", "10.0.0.8"}};
    const auto topology = scaling({}, {.apis = 1, .workers = 1}, true);
    for (const auto& instance : topology.instances) {
        const auto script = user_data(instance, package, addresses, secrets);
        EXPECT_LT(script.size(), 16U * 1024);
        EXPECT_TRUE(run({.arguments = {"sh", "-n"}, .input = script}).ok()) << script;
        EXPECT_EQ(script.find("temp_url_sig=2") != std::string::npos, instance.runs_services) << script;
        EXPECT_EQ(script.find("--packages") != std::string::npos, instance.runs_services) << script;
        EXPECT_EQ(script.find(package.services->sha256) != std::string::npos, instance.runs_services)
            << script;
    }
}

TEST(UserData, FirstFractalsWaitForADatabaseElsewhere) {
    const auto topology = scaling({}, usual_counts, true);
    const auto script = user_data(*topology.find("app-api-1"), some_package, {{"app-services", "10.0.0.9"}},
                                  Secrets("a seed"));
    const auto installed = script.find("install.sh\" -i 'faafo' -r 'api' --settings");
    const auto asked = script.find("install.sh\" -r demo");
    ASSERT_NE(installed, std::string::npos) << script;
    ASSERT_NE(asked, std::string::npos) << script;
    EXPECT_LT(installed, script.find("/readyz"));
    EXPECT_LT(script.find("/readyz"), asked);
}

/// Runs the script with a curl that copies a file, in a folder of its own.
class RunUserData : public ::testing::Test {
  protected:
    void SetUp() override {
        write("bin/curl",
              "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ \"$1\" = -o ] && out=$2; shift; done\ncp \"$PACKAGE\" "
              "\"$out\"\n");
        std::filesystem::permissions(folder_.path() / "bin/curl", std::filesystem::perms::owner_all);
        write("faafo/install.sh", "echo installed with \"$@\" > \"$RESULT\"\n");
        common::process::check(
            {.arguments = {"tar", "-czf", path("package"), "-C", folder_.path().string(), "faafo"}});
        sha256_ = run({.arguments = {"sha256sum", path("package")}}).output.substr(0, 64);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((folder_.path() / name).parent_path());
        std::ofstream(folder_.path() / name) << text;
    }
    common::process::Result run_script(const std::string& sha256,
                                       const InstanceSpec& instance = all_in_one({}, false).instances.front(),
                                       const std::optional<Secrets>& secrets = std::nullopt) const {
        auto script =
            user_data(instance, {.url = "http://x/", .sha256 = sha256, .version = {}, .services = services_},
                      {}, secrets);
        for (const std::string place : {"/var/tmp/", "/run/"})
            for (std::size_t at = 0; (at = script.find(place, at)) != std::string::npos;)
                script.replace(at, place.size(), folder_.path().string() + "/");
        return run({.arguments = {"sh"},
                    .input = script,
                    .environment = {{"PATH", path("bin") + ":/usr/bin:/bin"},
                                    {"PACKAGE", path("package")},
                                    {"RESULT", path("result")}}});
    }
    TemporaryDirectory folder_;
    std::string sha256_;
    std::optional<Download> services_;
};

TEST_F(RunUserData, InstallsThePackageThatWasDeployed) {
    const auto result = run_script(sha256_);
    EXPECT_TRUE(result.ok()) << result.output << result.error;
    std::string installed;
    std::getline(std::ifstream(path("result")), installed);
    EXPECT_EQ(installed, "installed with -i faafo -i messaging -r api -r worker");
    EXPECT_NE(result.output.find(console_installed), std::string::npos);
}

TEST_F(RunUserData, RunsNothingOfAPackageWithOtherBytes) {
    const auto result = run_script(std::string(64, '0'));
    EXPECT_FALSE(result.ok());
    EXPECT_FALSE(std::filesystem::exists(path("result")));
    EXPECT_NE(result.output.find(console_failed), std::string::npos) << result.output;
}

TEST_F(RunUserData, SettingsAreRootsAloneAndGoneAfterwards) {
    write("faafo/install.sh",
          "while [ $# -gt 1 ]; do [ \"$1\" = --settings ] && file=$2; shift; done\n"
          "stat -c %a \"$file\" > \"$RESULT\"; cat \"$file\" >> \"$RESULT\"\n");
    common::process::check(
        {.arguments = {"tar", "-czf", path("package"), "-C", folder_.path().string(), "faafo"}});
    const auto sum = run({.arguments = {"sha256sum", path("package")}}).output.substr(0, 64);
    const Secrets secrets("a seed");
    const auto result = run_script(sum, *scaling({}, usual_counts, true).services(), secrets);
    EXPECT_TRUE(result.ok()) << result.output << result.error;
    std::stringstream seen;
    seen << std::ifstream(path("result")).rdbuf();
    EXPECT_EQ(seen.str(), "600\ndatabase_password=" + secrets.password("database") +
                              "\nmessaging_password=" + secrets.password("messaging") + "\n");
    EXPECT_FALSE(std::filesystem::exists(path("faafo-settings")));
    for (const auto* purpose : {"database", "messaging"}) {
        EXPECT_EQ(result.output.find(secrets.password(purpose)), std::string::npos);
        EXPECT_EQ(result.error.find(secrets.password(purpose)), std::string::npos);
    }
}

TEST_F(RunUserData, InstallsFromThePackagesThatWereBroughtAlong) {
    write("faafo/install.sh", "echo with \"$@\"\n");
    common::process::check(
        {.arguments = {"tar", "-czf", path("package"), "-C", folder_.path().string(), "faafo"}});
    sha256_ = run({.arguments = {"sha256sum", path("package")}}).output.substr(0, 64);
    services_ = Download{.url = "http://x/services", .sha256 = sha256_};
    const auto services = *scaling({}, usual_counts, true).services();
    write("bin/dpkg-query", "#!/bin/sh\nexit 1\n");
    std::filesystem::permissions(folder_.path() / "bin/dpkg-query", std::filesystem::perms::owner_all);
    auto result = run_script(sha256_, services, Secrets("a seed"));
    EXPECT_TRUE(result.ok()) << result.output << result.error;
    EXPECT_NE(result.output.find("--packages " + path("faafo-services.tar")), std::string::npos)
        << result.output;
    EXPECT_FALSE(std::filesystem::exists(path("faafo-services.tar"))) << "it is not kept";

    services_->sha256 = std::string(64, '0');
    result = run_script(sha256_, services, Secrets("a seed"));
    EXPECT_FALSE(result.ok());
    EXPECT_NE(result.output.find("the archive with the packages of database and broker is not the one"),
              std::string::npos)
        << result.output;

    write("bin/dpkg-query", "#!/bin/sh\necho install ok installed; echo install ok installed\n");
    result = run_script(sha256_, services, Secrets("a seed"));
    EXPECT_TRUE(result.ok()) << result.output << result.error;
    EXPECT_EQ(result.output.find("--packages"), std::string::npos) << "what is installed needs no archive";
}

TEST_F(RunUserData, AFailedInstallationLeavesNoSettings) {
    write("faafo/install.sh", "exit 7\n");
    common::process::check(
        {.arguments = {"tar", "-czf", path("package"), "-C", folder_.path().string(), "faafo"}});
    const auto sum = run({.arguments = {"sha256sum", path("package")}}).output.substr(0, 64);
    const auto result = run_script(sum, *scaling({}, usual_counts, true).services(), Secrets("a seed"));
    EXPECT_FALSE(result.ok());
    EXPECT_NE(result.output.find("status 7"), std::string::npos) << result.output;
    EXPECT_FALSE(std::filesystem::exists(path("faafo-settings")));
}

}  // namespace
}  // namespace deploy
