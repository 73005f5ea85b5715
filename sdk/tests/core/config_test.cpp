// clouds.yaml and its relatives, by openstacksdk's rules.
#include "openstack/config.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "openstack/error.hpp"

namespace openstack {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Settings = std::vector<std::pair<std::string, std::string>>;

/// Folders with configuration files, and an environment.
class Config : public ::testing::Test {
  protected:
    Config() {
        std::string pattern = (fs::temp_directory_path() / "openstack-config-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        for (const char* folder : {"here", "home", "etc"})
            fs::create_directory(root_ / folder);
    }
    ~Config() override { fs::remove_all(root_); }

    std::string write(const std::string& name, const std::string& text) {
        const auto path = root_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path.string();
    }
    ConfigOptions options() const {
        return {.environment = environment_,
                .folders = std::vector<std::string>{root_ / "here", root_ / "home", root_ / "etc"}};
    }
    CloudConfig load(const std::string& cloud = {}, const Settings& settings = {},
                     const std::string& region = {}) const {
        auto chosen = options();
        chosen.cloud = cloud;
        chosen.settings = settings;
        chosen.region_name = region;
        return CloudConfig::load(chosen);
    }
    template <typename Expected = ConfigError>
    std::string error(const std::string& cloud = {}, const std::string& region = {}) const {
        try {
            static_cast<void>(load(cloud, {}, region));
        } catch (const Expected& error) {
            return error.what();
        }
        ADD_FAILURE() << "no error";
        return {};
    }

    fs::path root_;
    std::map<std::string, std::string> environment_;
};

constexpr const char* two_clouds = R"(clouds:
  one:
    auth: {auth_url: http://one/v3, username: ann, password: "007"}
    region_name: R1
  two:
    auth: {auth_url: http://two/v3}
)";

TEST_F(Config, TheFirstFolderWithAFileWins) {
    write("etc/clouds.yaml", "clouds: {etc: {auth: {auth_url: http://etc}}}");
    EXPECT_EQ(load().name(), "etc");
    write("home/clouds.yml", "clouds: {home: {auth: {auth_url: http://home}}}");
    EXPECT_EQ(load().name(), "home");
    write("here/clouds.json", R"({"clouds": {"here": {"auth": {"auth_url": "http://here"}}}})");
    EXPECT_EQ(load().name(), "here");
    write("here/clouds.yaml", "clouds: {yaml: {}}");
    EXPECT_EQ(load().name(), "yaml");
    environment_["OS_CLIENT_CONFIG_FILE"] = write("other.yaml", "clouds: {named: {}}");
    EXPECT_EQ(load().name(), "named");
    environment_["OS_CLIENT_CONFIG_FILE"] = "/nowhere/clouds.yaml";
    EXPECT_EQ(load().name(), "yaml") << "the variable comes first, it does not replace the search";
}

TEST_F(Config, AnExplicitFileMustBeThere) {
    auto chosen = options();
    chosen.config_file = write("mine.yaml", "clouds: {mine: {region_name: R}}");
    EXPECT_EQ(CloudConfig::load(chosen).name(), "mine");
    write("secure.yaml", "clouds: {mine: {auth: {password: pw}}}");
    EXPECT_EQ(CloudConfig::load(chosen).get("auth.password"), "pw") << "the secure.yaml beside it counts";
    chosen.config_file = "/nowhere/clouds.yaml";
    EXPECT_THROW(static_cast<void>(CloudConfig::load(chosen)), ConfigError);
}

TEST_F(Config, WhichCloud) {
    write("here/clouds.yaml", two_clouds);
    EXPECT_THAT(error(), HasSubstr("set OS_CLOUD to one of: one, two"));
    EXPECT_EQ(load("two").name(), "two");
    environment_["OS_CLOUD"] = "one";
    EXPECT_EQ(load().name(), "one");
    EXPECT_EQ(load("two").name(), "two") << "the argument wins";
    EXPECT_THAT(error("three"), HasSubstr("no cloud named \"three\"; there are: one, two"));
    EXPECT_THAT(CloudConfig::names(options()), UnorderedElementsAre("one", "two"));
}

TEST_F(Config, NothingConfiguredIsAnErrorOfItsOwn) {
    EXPECT_THAT(error<CloudNotConfigured>(), HasSubstr((root_ / "here/clouds.yaml").string()));
    EXPECT_TRUE(CloudConfig::names(options()).empty());
    EXPECT_THAT(error("x"), HasSubstr("no clouds.yaml that could describe the cloud \"x\""));
}

TEST_F(Config, TheEnvironmentIsACloudOfItsOwn) {
    environment_ = {{"OS_AUTH_URL", "http://env/v3"},
                    {"OS_USERNAME", "eve"},
                    {"OS_PASSWORD", "pw"},
                    {"OS_TENANT_NAME", "demo"},
                    {"OS_COMPUTE_API_VERSION", "2.1"},
                    {"OS_EMPTY", ""},
                    {"PATH", "/bin"}};
    const auto config = load();
    EXPECT_EQ(config.name(), "envvars");
    EXPECT_EQ(config.get("auth.username"), "eve");
    EXPECT_EQ(config.get("auth.project_name"), "demo");
    EXPECT_EQ(config.service_setting("compute", "api_version"), "2.1");
    EXPECT_EQ(config.origin("auth.username"), "environment OS_USERNAME");
    write("here/clouds.yaml", two_clouds);
    EXPECT_EQ(load().name(), "envvars") << "and the default one";
    EXPECT_EQ(load("one").get("auth.username"), "ann") << "a named cloud takes nothing from it";
    environment_["OS_CLOUD_NAME"] = "shell";
    EXPECT_EQ(load("shell").get("auth.username"), "eve");
    environment_["OS_CLOUD_NAME"] = "one";
    EXPECT_THAT(error(), HasSubstr("OS_CLOUD_NAME"));
}

TEST_F(Config, SelectorsAndStrayVariablesAreNoCloud) {
    write("here/clouds.yaml", "clouds: {only: {}}");
    environment_ = {{"OS_REGION_NAME", "R9"}, {"OS_LOG_LEVEL", "x"}, {"OS_CACERT", "/ca.pem"}};
    EXPECT_EQ(load().name(), "only");
    EXPECT_EQ(load().region_name(), "R9");
}

TEST_F(Config, SecureFileIsMergedOverFromItsOwnSearch) {
    write("here/clouds.yaml", two_clouds);
    write("etc/secure.yaml", "clouds:\n  two:\n    auth:\n      password: secret\n      username: bob\n");
    const auto config = load("two");
    EXPECT_EQ(config.get("auth.password"), "secret");
    EXPECT_EQ(config.get("auth.auth_url"), "http://two/v3");
    EXPECT_EQ(config.origin("auth.username"), (root_ / "etc/secure.yaml").string() + ":5");
}

TEST_F(Config, ProfilesRegionsAndArgumentsInTheirOrder) {
    write("etc/clouds-public.yaml", R"(public-clouds:
  vendor:
    auth: {auth_url: "http://{region_name}.vendor/v3", user_domain_name: V}
    interface: internal
    image_format: raw
    regions:
    - name: north
      values: {image_format: qcow2, network_endpoint_override: http://north/net}
    - south
)");
    write("here/clouds.yaml", "clouds: {mine: {profile: vendor, interface: admin, auth: {username: ann}}}");
    const auto north = load();
    EXPECT_EQ(north.region_name(), "north") << "the first one";
    EXPECT_EQ(north.get("auth.auth_url"), "http://north.vendor/v3") << "templates";
    EXPECT_EQ(north.get("auth.user_domain_name"), "V");
    EXPECT_EQ(north.interfaces("compute"), std::vector<std::string>{"admin"}) << "the entry over the profile";
    EXPECT_EQ(north.get("image_format"), "qcow2") << "the region over both";
    EXPECT_EQ(north.service_setting("network", "endpoint_override"), "http://north/net");
    const auto south = load({}, {}, "south");
    EXPECT_EQ(south.get("image_format"), "raw");
    EXPECT_EQ(south.get("auth.auth_url"), "http://south.vendor/v3");
    EXPECT_THAT(error({}, "west"), HasSubstr("no region named \"west\"; there are: north, south"));
    environment_["OS_REGION_NAME"] = "south";
    EXPECT_EQ(load().region_name(), "south");
    EXPECT_EQ(load({}, {{"interface", "public"}, {"username", "eve"}}).get("auth.username"), "eve");
    EXPECT_EQ(load({}, {{"auth.username", "eve"}}).origin("auth.username"), "argument");
    EXPECT_EQ(load({}, {{"username", ""}}).get("auth.username"), "ann") << "an empty argument is none";
    write("here/clouds.yaml", "clouds: {mine: {profile: nobody}}");
    EXPECT_THAT(error(), HasSubstr("no profile named \"nobody\" in clouds-public.yaml; there are: vendor"));
}

TEST_F(Config, ACloudsOwnRegionIsNotTheEnvironments) {
    write("here/clouds.yaml", R"(clouds:
  eu: {region_name: eu-west, auth: {auth_url: http://a}}
  none: {auth: {auth_url: http://a}}
  several: {region_name: "A,B", auth: {auth_url: http://a}}
  own: {profile: vendor, region_name: own-region}
  listed: {profile: vendor, region_name: south}
  open: {profile: vendor}
  wrong: {regions: [north], region_name: west}
)");
    write("etc/clouds-public.yaml", R"(public-clouds:
  vendor:
    auth: {auth_url: http://v}
    image_format: raw
    regions: [north, {name: south, values: {image_format: qcow2}}]
)");
    environment_["OS_REGION_NAME"] = "us-east";
    EXPECT_EQ(load("eu").region_name(), "eu-west");
    EXPECT_EQ(load("eu", {}, "us-east").region_name(), "us-east") << "an argument is somebody's wish";
    EXPECT_EQ(load("none").region_name(), "us-east");
    EXPECT_EQ(load("several").region_name(), "A");
    EXPECT_EQ(load("open").region_name(), "north");
    EXPECT_EQ(load("own").region_name(), "own-region") << "a profile may not know all regions";
    EXPECT_EQ(load("own").get("image_format"), "raw");
    EXPECT_EQ(load("listed").region_name(), "south");
    EXPECT_EQ(load("listed").get("image_format"), "qcow2");
    EXPECT_THAT(error("own", "us-east"), HasSubstr("no region named \"us-east\"; there are: north, south"));
    EXPECT_THAT(error("wrong"), HasSubstr("no region named \"west\""));
    environment_["OS_REGION_NAME"] = "B";
    EXPECT_EQ(load("several").region_name(), "B");
    EXPECT_EQ(load("eu").origin("region_name"), (root_ / "here/clouds.yaml").string() + ":2");
    environment_["OS_AUTH_URL"] = "http://e";
    EXPECT_EQ(load().region_name(), "B") << "the environment's cloud";
}

TEST_F(Config, AnArgumentReplacesItsRival) {
    write("here/clouds.yaml", "clouds: {c: {auth: {project_id: p1, user_id: u1, username: ann}}}");
    const auto config = load({}, {{"project_name", "demo"}});
    EXPECT_EQ(config.get("auth.project_name"), "demo");
    EXPECT_FALSE(config.get("auth.project_id"));
    EXPECT_EQ(config.get("auth.user_id"), "u1");
}

TEST_F(Config, OldSpellings) {
    write("here/clouds.yaml", R"(clouds:
  old:
    auth-plugin: V3Password
    tenant_id: t1
    project_domain_name: Top
    auth: {user-name: ann, project_domain_name: Below, auth_url: http://a, password: "{region_name}"}
    auth_url: http://b
    endpoint_type: internalURL
    volume_endpoint_type: adminURL
    block-storage-api-version: 3
    insecure: yes
    region_name: [A, B]
)");
    const auto config = load();
    EXPECT_EQ(config.auth_type(), "v3password");
    EXPECT_EQ(config.get("auth.project_id"), "t1");
    EXPECT_EQ(config.get("auth.username"), "ann");
    EXPECT_EQ(config.get("auth.project_domain_name"), "Top") << "of project and domains the top level wins";
    EXPECT_EQ(config.get("auth.auth_url"), "http://a") << "of the others the auth section";
    EXPECT_EQ(config.get("auth.password"), "{region_name}") << "passwords are no templates";
    EXPECT_THAT(config.interfaces("compute"), ElementsAre("internal"));
    EXPECT_THAT(config.interfaces("block-storage"), ElementsAre("admin"));
    EXPECT_EQ(config.service_setting("volumev3", "api_version"), "3");
    EXPECT_FALSE(config.verify());
    EXPECT_EQ(config.region_name(), "A");
}

TEST_F(Config, FilesTimeoutsAndDefaults) {
    environment_["HOME"] = "/home/ann";
    write("here/clouds.yaml",
          "clouds: {c: {cacert: ~/ca.pem, cert: ~/c.pem, key: /k.pem, api_timeout: 2.5, interface: "
          "[internal, public]}}");
    const auto config = load();
    EXPECT_EQ(config.cacert(), "/home/ann/ca.pem");
    EXPECT_EQ(config.cert(), "/home/ann/c.pem");
    EXPECT_EQ(config.key(), "/k.pem");
    EXPECT_EQ(config.api_timeout(), std::chrono::milliseconds(2500));
    EXPECT_THAT(config.interfaces("image"), ElementsAre("internal", "public"));
    EXPECT_TRUE(config.verify());
    EXPECT_EQ(config.auth_type(), "password");
    for (const char* bad : {"-1", "soon", "0", "nan", "1e99"}) {
        EXPECT_THROW(static_cast<void>(load({}, {{"api_timeout", bad}}).api_timeout()), ConfigError) << bad;
    }
    write("here/clouds.yaml", "clouds: {c: {verify: /ca.pem}}");
    EXPECT_THAT(error(), HasSubstr("belongs to `cacert`"));
}

TEST_F(Config, UnknownKeysAreKept) {
    write("here/clouds.yaml", R"(clouds:
  c:
    floating_ip_port_offset: 8000
    networks:
    - {name: public, routes_externally: true}
    - {name: private}
    tags: [a, b]
    empty: ""
    nothing: ~
)");
    const auto config = load();
    EXPECT_EQ(config.extra("floating_ip_port_offset"), "8000");
    EXPECT_EQ(config.extra("floating-ip-port-offset"), "8000");
    EXPECT_EQ(config.extra("networks.1.name"), "private");
    EXPECT_THAT(config.list("tags"), ElementsAre("a", "b"));
    for (const char* key :
         {"empty", "nothing", "networks", "networks.7.name", "networks.x", "tags.a.b", "", "."}) {
        EXPECT_FALSE(config.extra(key)) << key;
    }
}

TEST_F(Config, NamesOfCloudsAreKeptAsTheyAreWritten) {
    write("here/clouds.yaml", "clouds: {my-cloud: {region-name: A}, my_cloud: {region-name: B}}");
    EXPECT_EQ(load("my-cloud").region_name(), "A");
    EXPECT_EQ(load("my_cloud").region_name(), "B");
}

TEST_F(Config, MergeKeysAreExpanded) {
    write("here/clouds.yaml", R"(base: &base
  region_name: R
  auth: &auth {auth_url: http://base, username: ann}
more: &more {interface: internal, region_name: M}
clouds:
  one:
    <<: *base
    auth: {<<: *auth, username: bob}
  two:
    <<: [*more, *base]
)");
    EXPECT_EQ(load("one").region_name(), "R");
    EXPECT_EQ(load("one").get("auth.auth_url"), "http://base");
    EXPECT_EQ(load("one").get("auth.username"), "bob");
    EXPECT_EQ(load("two").region_name(), "M");
    EXPECT_EQ(load("two").get("auth.username"), "ann");
}

TEST_F(Config, ErrorsNameFileLineAndRemedy) {
    const auto file = (root_ / "here/clouds.yaml").string();
    const auto expect = [&](const std::string& text, const std::string& line, const std::string& said) {
        write("here/clouds.yaml", text);
        const auto what = error("c");
        EXPECT_THAT(what, HasSubstr(file + ":" + line + ": "));
        EXPECT_THAT(what, HasSubstr(said));
    };
    expect("clouds:\n  c:\n    auth: {a: 1\n", "4", "not YAML");
    expect("clouds:\n  c:\n    region_name: a\n    region_name: b\n", "4",
           "second time (the first is at " + file + ":3)");
    expect("clouds:\n  c:\n    region-name: a\n    region_name: b\n", "4", "second time");
    expect("clouds:\n  c: text\n", "2", "has to be a map");
    expect("clouds:\n  - c\n", "2", "map of names");
    expect("clouds:\n  c:\n    auth: text\n", "3", "`auth` has to be a map");
    expect("- a\n", "1", "begin with `clouds:`");
    expect("clouds:\n  c:\n    ? [a, b]\n    : c\n", "3", "plain word");
    expect("clouds:\n  c:\n    <<: 7\n", "3", "name a map");
    expect("clouds:\n  c:\n    regions: [{values: {}}]\n", "3", "region needs a name");
    expect("clouds:\n  c:\n    insecure: maybe\n", "3", "true or false");
    expect("clouds:\n  c: &c\n    self: *c\n", "2", "refers to itself");
}

TEST_F(Config, HostileFilesEnd) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 10; ++k)
            bomb += (k > 0 ? ",*a" : "*a") + std::to_string(i - 1);
        bomb += "]\n";
    }
    write("here/clouds.yaml", bomb + "clouds: {c: {}}");
    EXPECT_THROW(static_cast<void>(load()), ConfigError);
    write("here/clouds.yaml", std::string(100000, '['));
    EXPECT_THROW(static_cast<void>(load()), ConfigError);
    write("here/clouds.yaml", std::string(5U << 20U, ' '));
    EXPECT_THROW(static_cast<void>(load()), ConfigError);
    fs::remove(root_ / "here/clouds.yaml");
    fs::create_directory(root_ / "here/clouds.yaml");
    EXPECT_THROW(static_cast<void>(load()), CloudNotConfigured) << "a folder is no file";
}

TEST_F(Config, ExplainsWhereEverythingComesFrom) {
    write("here/clouds.yaml", two_clouds);
    std::map<std::string, std::pair<std::string, std::string>> all;
    for (const auto& [key, value, origin] : load("one", {{"project_name", "demo"}}).explain())
        all[key] = {value, origin};
    const auto file = (root_ / "here/clouds.yaml").string();
    EXPECT_EQ(all.at("auth.username"), std::pair(std::string("ann"), file + ":3"));
    EXPECT_EQ(all.at("auth.password").first, "***");
    EXPECT_EQ(all.at("region_name"), std::pair(std::string("R1"), file + ":4"));
    EXPECT_EQ(all.at("auth.project_name"), std::pair(std::string("demo"), std::string("argument")));
    EXPECT_EQ(all.at("interface"), std::pair(std::string("public"), std::string("default")));
}

TEST_F(Config, ArgumentsAloneAreACloud) {
    EXPECT_EQ(load({}, {{"auth_url", "http://a/v3"}}).name(), "defaults");
    write("here/clouds.yaml", two_clouds);
    EXPECT_EQ(load({}, {{"auth_url", "http://a/v3"}}).get("auth.auth_url"), "http://a/v3");
    EXPECT_EQ(load("one", {{"auth_url", "http://a/v3"}}).get("auth.username"), "ann");
}

}  // namespace
}  // namespace openstack
