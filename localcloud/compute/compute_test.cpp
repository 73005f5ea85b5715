// What the container driver does without containers: descriptions, consoles, images unpacked, metadata answered.
#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <future>

#include "common/process/process.hpp"
#include "localcloud/compute/container_config.hpp"
#include "localcloud/compute/exit_watch.hpp"
#include "localcloud/compute/instance_store.hpp"
#include "localcloud/compute/metadata_service.hpp"
#include "localcloud/compute/root_tree.hpp"
#include "localcloud/host/files.hpp"

using namespace localcloud::compute;
using ::testing::HasSubstr;

namespace {

common::httpd::Response ask(const common::httpd::Handler& handler, const std::string& path,
                            const std::string& tag = "metadata:i1", const std::string& method = "GET") {
    common::httpd::Request request;
    request.method = method;
    request.path = path;
    request.params["listener"] = tag;
    return handler(request);
}

TEST(ExitWatches, OutliveWhatTheirCallbacksThrow) {
    std::promise<std::string> last;
    std::atomic<bool> first = true;
    ExitWatch watch(
        [&](const std::string& id) {
            if (first.exchange(false)) throw std::runtime_error("the disk is full");
            last.set_value(id);
        },
        [] { throw std::runtime_error("the disk is full"); }, std::chrono::milliseconds(1));
    for (const char* id : {"one", "two"}) {
        common::process::Child child({.command = {.arguments = {"sleep", "60"}}});
        watch.add(id, localcloud::host::ProcessIdentity::of(child.pid()).value());
    }
    auto ended = last.get_future();
    ASSERT_EQ(ended.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_THAT(ended.get(), ::testing::AnyOf("one", "two"));
}

TEST(MetadataService, AnswersTheInstanceThatAsks) {
    const auto handler =
        metadata_handler([](const std::string& id) -> std::optional<std::map<std::string, std::string>> {
            if (id != "i1") return std::nullopt;
            return std::map<std::string, std::string>{
                {"openstack/latest/meta_data.json", "{}"},
                {"openstack/latest/user_data", "#!"},
                {"openstack/2018-08-27/vendor_data.json", "v"},
                {"ec2/latest/meta-data/public-keys/0/openssh-key", "ssh"},
                {"ec2/latest/meta-data/hostname", "web"}};
        });
    EXPECT_EQ(ask(handler, "/openstack/latest/meta_data.json").body, "{}");
    EXPECT_EQ(ask(handler, "/openstack/latest/meta_data.json").headers.get("content-type"),
              "application/json");
    EXPECT_EQ(ask(handler, "/openstack/2012-08-10/user_data").body, "#!")
        << "every date has what the latest has";
    EXPECT_EQ(ask(handler, "/latest/meta-data/hostname").body, "web");
    EXPECT_EQ(ask(handler, "/2009-04-04/meta-data/").body, "hostname\npublic-keys/");
    EXPECT_EQ(ask(handler, "/openstack").body, "2018-08-27/\nlatest/");
    EXPECT_EQ(ask(handler, "/").body, "latest\nopenstack");
    EXPECT_EQ(ask(handler, "/openstack/latest/nothing").status, 404);
    EXPECT_EQ(ask(handler, "/openstack/latest/user_data", "metadata:i2").status, 404);
    EXPECT_EQ(ask(handler, "/openstack/latest/user_data", "endpoint:i1").status, 404);
    EXPECT_EQ(ask(handler, "/openstack/latest/user_data", "metadata:i1", "PUT").status, 405);
}

TEST(InstanceStores, KeepAllOfADescriptionWhateverItsBytes) {
    const common::process::TemporaryDirectory folder;
    const InstanceStore store(folder.path());
    InstanceSpec spec{.id = "a-1",
                      .hostname = "web",
                      .image_file = "/images/x.tar.zst",
                      .image_checksum = "00ff",
                      .vcpus = 3,
                      .memory_mib = 7,
                      .disk_gib = 2,
                      .interfaces = {{.port_id = "p",
                                      .network_id = "n",
                                      .mac_address = "m",
                                      .ip_address = "10.0.0.3",
                                      .prefix_length = 26,
                                      .gateway = "g",
                                      .mtu = 1400}},
                      .metadata = {{"user_data", std::string("\x1f\x8b\0\xff", 4)}}};
    std::filesystem::create_directory(store.files("a-1").folder);
    store.save(spec);
    const auto read = store.load("a-1");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->metadata, spec.metadata);
    EXPECT_EQ(read->interfaces[0].prefix_length, 26);
    EXPECT_EQ(read->vcpus, 3);
    EXPECT_EQ(store.ids(), std::vector<std::string>{"a-1"});
    std::ofstream(store.files("a-1").spec()) << "{\"id\": ";
    EXPECT_FALSE(store.load("a-1"));
    for (const char* wrong : {"", "..", "a/b", "../../etc"})
        EXPECT_THROW((void)store.files(wrong), std::runtime_error);
}

TEST(Consoles, AreReadFromTheirEndAndKeptShort) {
    const common::process::TemporaryDirectory folder;
    const auto console = folder.path() / "console.log";
    EXPECT_EQ(console_tail(console, 5), "");
    std::ofstream(console) << "one\ntwo\n\nfour\n";
    EXPECT_EQ(console_tail(console, std::nullopt), "one\ntwo\n\nfour\n");
    EXPECT_EQ(console_tail(console, 1), "four\n");
    EXPECT_EQ(console_tail(console, 3), "two\n\nfour\n");
    EXPECT_EQ(console_tail(console, 100), "one\ntwo\n\nfour\n");
    EXPECT_EQ(console_tail(console, 0), "");
    std::ofstream(console, std::ios::app) << "no newline";
    EXPECT_EQ(console_tail(console, 2), "four\nno newline");

    std::ofstream(console) << std::string(3 << 20, 'x') << "\nlast\n";
    trim_console(console, 8 << 20);
    EXPECT_GT(std::filesystem::file_size(console), 3U << 20);
    trim_console(console, 1 << 20);
    EXPECT_LT(std::filesystem::file_size(console), 1U << 20);
}

/// A tar file with whatever entries a hostile person likes.
class HostileTar {
  public:
    explicit HostileTar(const std::filesystem::path& file) : archive_(::archive_write_new()) {
        ::archive_write_set_format_pax(archive_);
        ::archive_write_open_filename(archive_, file.c_str());
    }
    ~HostileTar() { ::archive_write_free(archive_); }
    HostileTar(const HostileTar&) = delete;
    HostileTar& operator=(const HostileTar&) = delete;
    void add(const char* path, unsigned type, const std::string& content, const char* link = nullptr) {
        struct archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, path);
        ::archive_entry_set_filetype(entry, type);
        ::archive_entry_set_perm(entry, type == AE_IFDIR ? 0755 : 04755);
        ::archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        ::archive_entry_set_uid(entry, 5);
        if (type == AE_IFLNK) ::archive_entry_set_symlink(entry, link);
        ::archive_write_header(archive_, entry);
        ::archive_write_data(archive_, content.data(), content.size());
        ::archive_entry_free(entry);
    }

  private:
    struct archive* archive_;
};

class Unpacking : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "giving files to other uids is root's";
        std::filesystem::create_directory(target_);
    }
    common::process::TemporaryDirectory folder_;
    std::filesystem::path target_ = folder_.path() / "target";
    std::filesystem::path tar_ = folder_.path() / "image.tar";
};

TEST_F(Unpacking, ShiftsOwnersAndLeavesDevicesOut) {
    {
        HostileTar tar(tar_);
        tar.add("./etc", AE_IFDIR, "");
        tar.add("./etc/file", AE_IFREG, "content");
        tar.add("/absolute", AE_IFREG, "inside");
        tar.add("disk", AE_IFBLK, "");
    }
    unpack(tar_, target_, 1'000'000);
    struct stat status{};
    ASSERT_EQ(::stat((target_ / "etc/file").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 1'000'005U);
    EXPECT_EQ(status.st_mode & 07777, 04755U);
    EXPECT_TRUE(std::filesystem::exists(target_ / "absolute"));
    EXPECT_FALSE(std::filesystem::exists(target_ / "disk"));
    ASSERT_EQ(::stat(target_.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 1'000'000U);
}

TEST_F(Unpacking, NeverLeavesTheFolder) {
    std::filesystem::create_directory(folder_.path() / "outside");
    {
        HostileTar tar(tar_);
        tar.add("out", AE_IFLNK, "", (folder_.path() / "outside").c_str());
        tar.add("out/file", AE_IFREG, "escaped");
    }
    EXPECT_ANY_THROW(unpack(tar_, target_, 1'000'000));
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "outside"));
    {
        HostileTar tar(tar_);
        tar.add("../escaped", AE_IFREG, "escaped");
    }
    EXPECT_ANY_THROW(unpack(tar_, target_, 1'000'000));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "escaped"));
}

TEST_F(Unpacking, WhatIsNoArchiveIsSaidToBeNone) {
    std::ofstream(tar_) << "<html>not found</html>";
    try {
        unpack(tar_, target_, 1'000'000);
        FAIL() << "that was no archive";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("image.tar cannot be unpacked"));
    }
    EXPECT_ANY_THROW((void)ensure_tree(folder_.path(), tar_, "../../etc", 1, folder_.path()));
}

TEST_F(Unpacking, TreesStayForAsLongAsSomebodyNeedsThem) {
    {
        HostileTar tar(tar_);
        tar.add("file", AE_IFREG, "content");
    }
    const auto cache = folder_.path() / "cache";
    const InstanceStore instances(folder_.path() / "instances");
    const auto tree_for = [&](const std::string& id, const std::string& checksum, std::uint32_t uid) {
        std::filesystem::create_directories(instances.files(id).folder);
        return ensure_tree(cache, tar_, checksum, uid, instances.files(id).folder);
    };
    const auto describe = [&](const std::string& id, const std::string& checksum) {
        InstanceSpec spec{.id = id};
        spec.image_checksum = checksum;
        instances.save(spec);
    };
    const auto current = tree_for("current", "aa", 100'000);
    const auto used = tree_for("used", "bb", 200'000);
    const auto starting = tree_for("starting", "bb", 300'000);
    const auto rebuilt = tree_for("rebuilt", "bb", 400'000);
    const auto left = tree_for("deleted", "bb", 500'000);
    describe("used", "bb");
    describe("rebuilt", "aa");
    for (const char* id : {"current", "deleted"})
        std::filesystem::remove_all(instances.files(id).folder);

    const auto aside = put_unused_trees_aside(cache, {"aa"});
    EXPECT_THAT(aside,
                ::testing::UnorderedElementsAre(rebuilt.string() + ".unused", left.string() + ".unused"));
    for (const auto& tree : {current, used, starting})
        EXPECT_TRUE(std::filesystem::exists(tree / "file")) << tree;
    EXPECT_EQ(put_unused_trees_aside(cache, {"aa"}), aside) << "those that nobody has removed yet";
    EXPECT_EQ(tree_for("again", "bb", 500'000), left);
    EXPECT_TRUE(std::filesystem::exists(left / "file"));
}

TEST(ContainerConfigs, KeepTheInstanceInItsOwnNamespaces) {
    const auto config =
        boost::json::parse(container_config({.id = "i", .hostname = "web", .vcpus = 2, .memory_mib = 64},
                                            {.root = "/r",
                                             .system = "",
                                             .config_drive = "/c",
                                             .network_namespace = "/n",
                                             .first_uid = 4'000'000,
                                             .control_group = "/localcloud-i"}))
            .as_object();
    const auto text = boost::json::serialize(config);
    for (const char* kind : {"pid", "ipc", "uts", "mount", "user", "cgroup"})
        EXPECT_THAT(text, HasSubstr(R"({"type":")" + std::string(kind) + "\"}"));
    EXPECT_THAT(text, HasSubstr(R"("hostID":4000000)"));
    EXPECT_THAT(text, HasSubstr(R"("limit":67108864)"));
    EXPECT_THAT(text, HasSubstr(R"("quota":200000)"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("CAP_SYS_ADMIN")));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("CAP_NET_ADMIN")));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("CAP_NET_RAW")));
}

}  // namespace
