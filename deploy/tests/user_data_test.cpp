#include "deploy/topology/user_data.hpp"

#include <gtest/gtest.h>

#include <fstream>

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
    common::process::Result run_script(const std::string& sha256) const {
        auto script =
            user_data(all_in_one({}, false).instances.front(), {.url = "http://x/", .sha256 = sha256}, {});
        for (std::size_t at = 0; (at = script.find("/var/tmp/", at)) != std::string::npos;)
            script.replace(at, 9, folder_.path().string() + "/");
        return run({.arguments = {"sh"},
                    .input = script,
                    .environment = {{"PATH", path("bin") + ":/usr/bin:/bin"},
                                    {"PACKAGE", path("package")},
                                    {"RESULT", path("result")}}});
    }
    TemporaryDirectory folder_;
    std::string sha256_;
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

}  // namespace
}  // namespace deploy
