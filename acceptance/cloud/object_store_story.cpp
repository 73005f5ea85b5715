// Swift, which carries the package to the instances: containers, objects, temporary URLs.
#include <openstack/object_store.hpp>

#include "acceptance/cloud/fetch.hpp"
#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using ::testing::HasSubstr;

class ObjectStore : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        if (IsSkipped()) return;
        if (const auto reason =
                why_not("object storage", [] { (void)cloud().object_store().get_account(call()); });
            !reason.empty())
            GTEST_SKIP() << reason << "; deployments need --package-url here";
    }
    static openstack::ObjectStoreService store() { return cloud().object_store(); }
    static std::string container() { return name("container"); }
};

TEST_F(ObjectStore, AContainerKeepsItsMetadata) {
    store().create_container(container(), {.metadata = {{"Deployment", "blue"}}}, call());
    store().create_container(container(), {}, call());  // no error when it exists
    store().update_container(container(), {.metadata = {{"Colour", "deep green"}}}, call());
    auto found = store().find_container_or_null(container(), call());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->metadata["Deployment"], "blue");
    EXPECT_EQ(found->metadata["Colour"], "deep green");
    bool listed = false;
    for (const auto& each : store().containers({.prefix = container()}, call()))
        listed = listed || each.name == container();
    EXPECT_TRUE(listed);
    EXPECT_EQ(store().find_container_or_null(name("none"), call()), std::nullopt);
    EXPECT_TRUE(store().delete_container(container(), call()));
    EXPECT_FALSE(store().delete_container(container(), call()));
}

TEST_F(ObjectStore, AnObjectComesBackAsItWas) {
    store().create_container(container(), {}, call());
    std::string data(std::size_t{3} << 20U, '\0');
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<char>(i * 2654435761U >> 13U);
    const auto etag = store().upload_object(container(), "a name/with ünusual %20 characters", data,
                                            {.content_type = "application/x-test"}, call());
    EXPECT_EQ(etag.size(), 32U);
    EXPECT_TRUE(store().download_object(container(), "a name/with ünusual %20 characters", call()) == data);
    const auto object =
        store().get_object_metadata(container(), "a name/with ünusual %20 characters", call());
    EXPECT_EQ(object.size, static_cast<std::int64_t>(data.size()));
    EXPECT_EQ(object.content_type, "application/x-test");

    (void)refused<openstack::PreconditionFailed>([&] {
        store().upload_object(container(), "a name/with ünusual %20 characters", "other",
                              {.must_not_exist = true}, call());
    });
    (void)refused<openstack::Conflict>([&] { store().delete_container(container(), call()); });
    EXPECT_TRUE(store().delete_object(container(), "a name/with ünusual %20 characters", call()));
    EXPECT_FALSE(store().delete_object(container(), "a name/with ünusual %20 characters", call()));
    (void)refused<openstack::NotFound>([&] { (void)store().download_object(container(), "none", call()); });
    EXPECT_TRUE(store().objects(container(), {}, call()).to_vector().empty());
    EXPECT_TRUE(store().delete_container(container(), call()));
}

TEST_F(ObjectStore, ATemporaryURLOpensOneObjectToEverybody) {
    (void)store().ensure_account_temp_url_key(call());
    store().create_container(container(), {}, call());
    store().upload_object(container(), "package.tar.gz", "what guests fetch", {}, call());
    store().upload_object(container(), "other", "not this", {}, call());
    const auto url =
        store().generate_temp_url({.container = container(), .object = "package.tar.gz"}, call());
    const auto& config = cloud().config();
    const auto opened = fetch(url, config);
    EXPECT_EQ(opened.status, 200);
    EXPECT_EQ(opened.body, "what guests fetch");

    auto forged = url;
    const auto signature = forged.find("temp_url_sig=") + std::string("temp_url_sig=").size();
    forged[signature] = forged[signature] == '0' ? '1' : '0';
    EXPECT_EQ(fetch(forged, config).status, 401);
    auto elsewhere = url;
    elsewhere.replace(elsewhere.find("package.tar.gz"), std::string("package.tar.gz").size(), "other");
    EXPECT_EQ(fetch(elsewhere, config).status, 401);
    const auto expired =
        store().generate_temp_url({.container = container(),
                                   .object = "package.tar.gz",
                                   .expires = std::chrono::time_point_cast<std::chrono::microseconds>(
                                       std::chrono::system_clock::now() - std::chrono::minutes(10))},
                                  call());
    EXPECT_EQ(fetch(expired, config).status, 401);

    for (const std::string object : {"package.tar.gz", "other"})
        EXPECT_TRUE(store().delete_object(container(), object, call()));
    EXPECT_TRUE(store().delete_container(container(), call()));
}

}  // namespace
}  // namespace acceptance::cloud
