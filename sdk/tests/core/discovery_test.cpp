// From the catalog to the URL of a request, and microversions.
#include "sdk/src/session/discovery.hpp"

#include <gmock/gmock.h>

#include "openstack/error.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Settings = std::vector<std::pair<std::string, std::string>>;

/// Version documents as the services write them; hrefs name a host that only they know.
Answer versions(const ServerRequest& request) {
    const auto& path = request.path;
    if (path == "/compute/" || path == "/two/compute/") {
        return json_answer(
            R"({"versions":[{"id":"v2.0","status":"SUPPORTED","version":"","min_version":"","links":[{"rel":"self","href":"http://nova.internal:8774/v2/"}]},
            {"id":"v2.1","status":"CURRENT","version":"2.93","min_version":"2.1","links":[{"rel":"self","href":"http://nova.internal:8774/v2.1/"}]}]})");
    }
    if (path == "/compute/v2.1/") {
        return json_answer(
            R"({"version":{"id":"v2.1","status":"CURRENT","version":"2.93","min_version":"2.1","links":[]}})");
    }
    if (path == "/image/") {
        return json_answer(
            R"({"versions":[{"id":"v2.15","status":"CURRENT","links":[{"rel":"self","href":"http://x/image/v2/"}]},
            {"id":"v2.0","status":"SUPPORTED","links":[{"rel":"self","href":"http://x/image/v2/"}]},{"id":"v1.1","status":"DEPRECATED","links":[{"rel":"self","href":"http://x/image/v1/"}]}]})",
            300);
    }
    if (path == "/volume/") {
        return json_answer(
            R"({"versions":[{"id":"v3.0","status":"CURRENT","version":"3.70","min_version":"3.0","links":[{"rel":"self","href":"http://x/volume/v3/"}]}]})",
            300);
    }
    if (path == "/placement/") {
        return json_answer(
            R"({"versions":[{"id":"v1.0","status":"CURRENT","max_version":"1.39","min_version":"1.0","links":[{"rel":"self","href":""}]}]})");
    }
    return json_answer("{}", 404);
}

std::string endpoint_of(const char* service, const Settings& settings = {}) {
    FakeCloud cloud(versions);
    const auto url = cloud.connect(settings).adapter(service).endpoint();
    EXPECT_TRUE(url.starts_with(cloud.url())) << url;
    return url.substr(cloud.url().size());
}

TEST(Discovery, EachServiceHasItsWay) {
    EXPECT_EQ(endpoint_of("compute"), "/compute/v2.1") << "versioned in the catalog";
    EXPECT_EQ(endpoint_of("identity"), "/identity/v3");
    EXPECT_EQ(endpoint_of("network"), "/network/v2.0") << "appended without asking";
    EXPECT_EQ(endpoint_of("load-balancer"), "/balance/v2.0");
    EXPECT_EQ(endpoint_of("image"), "/image/v2") << "from the version document, at the catalog's address";
    EXPECT_EQ(endpoint_of("dns"), "/dns/v2") << "no version document, so the usual place";
    EXPECT_EQ(endpoint_of("object-store"), "/object-store/v1/AUTH_p1") << "as it is";
    EXPECT_EQ(endpoint_of("placement"), "/placement");
    EXPECT_EQ(endpoint_of("block-storage"), "/volume/v3/p1") << "under its old name in the catalog";
    EXPECT_EQ(endpoint_of("volumev3"), "/volume/v3/p1") << "and when asked for by it";
}

TEST(Discovery, InterfaceAndRegion) {
    EXPECT_EQ(endpoint_of("compute", {{"interface", "internal"}}), "/internal/compute/v2.1");
    EXPECT_EQ(endpoint_of("compute", {{"interface", "admin,internalURL,public"}}), "/internal/compute/v2.1");
    EXPECT_EQ(endpoint_of("compute", {{"region_name", "RegionTwo"}}), "/two/compute/v2.1");
    EXPECT_EQ(endpoint_of("compute", {{"compute_interface", "internal"}}), "/internal/compute/v2.1");
    EXPECT_EQ(endpoint_of("object-store", {{"compute_interface", "internal"}}), "/object-store/v1/AUTH_p1");
    EXPECT_EQ(endpoint_of("block-storage", {{"volume_interface", "internal"}}), "/internal/volume/v3/p1");
}

TEST(Discovery, AnOverrideIsTakenAndCompleted) {
    FakeCloud cloud(versions);
    const auto with = [&](const char* service, const std::string& key, const std::string& url) {
        return cloud.connect({{key, cloud.url() + url}})
            .adapter(service)
            .endpoint()
            .substr(cloud.url().size());
    };
    EXPECT_EQ(with("compute", "compute_endpoint_override", "/elsewhere/v2.1/"), "/elsewhere/v2.1");
    EXPECT_EQ(with("compute", "compute_endpoint_override", "/compute"), "/compute/v2.1");
    EXPECT_EQ(with("compute", "compute_endpoint", "/elsewhere/v2.1"), "/elsewhere/v2.1") << "its old name";
    EXPECT_EQ(cloud
                  .connect({{"compute_endpoint", cloud.url() + "/old/v2.1"},
                            {"compute_endpoint_override", cloud.url() + "/new/v2.1"}})
                  .adapter("compute")
                  .endpoint(),
              cloud.url() + "/new/v2.1");
    EXPECT_EQ(with("block-storage", "volumev3_endpoint_override", "/volume/v3/%(project_id)s"),
              "/volume/v3/p1");
    EXPECT_EQ(with("block-storage", "block_storage_endpoint_override", "/volume"), "/volume/v3/p1");
}

TEST(Discovery, AnotherMajorVersionInTheCatalogIsNotUsed) {
    FakeCloud cloud(versions);
    cloud.catalog = R"([{"type":"volumev2","endpoints":[{"interface":"public","region_id":"R","url":")" +
                    cloud.url() + R"(/volume/v2/p1"}]},
                        {"type":"image","endpoints":[{"interface":"publicURL","region":"R","url":")" +
                    cloud.url() + R"(/image/v1"}]}])";
    const auto connection = cloud.connect();
    EXPECT_EQ(connection.adapter("block-storage").endpoint(), cloud.url() + "/volume/v3/p1");
    EXPECT_EQ(connection.adapter("image").endpoint(), cloud.url() + "/image/v2");
}

TEST(Discovery, IsDoneOnce) {
    FakeCloud cloud(versions);
    const auto image = cloud.connect().adapter("image");
    for (int i = 0; i < 3; ++i)
        static_cast<void>(image.endpoint());
    EXPECT_EQ(cloud.requests().size(), 1U);
    EXPECT_FALSE(cloud.requests().front().headers.contains("X-Auth-Token"))
        << "version documents need no token";
}

TEST(Discovery, WhatIsNotInTheCatalogIsSaidWithWhatIs) {
    FakeCloud cloud(versions);
    const auto text = [&](const char* service, const Settings& settings) {
        try {
            static_cast<void>(cloud.connect(settings).adapter(service).endpoint());
        } catch (const EndpointNotFound& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_THAT(text("orchestration", {}), HasSubstr("compute, dns, identity, image"));
    EXPECT_THAT(text("compute", {{"region_name", "Mars"}}),
                HasSubstr("in region Mars; this service has: internal in RegionOne"));
    EXPECT_THAT(text("compute", {{"interface", "admin"}}), HasSubstr("no admin endpoint"));
    cloud.catalog = "[]";
    EXPECT_THAT(text("compute", {}), HasSubstr("token without a scope"));
    cloud.catalog =
        R"([{"type":"key-manager","endpoints":[{"interface":"public","region_id":"R","url":"javascript:1"}]}])";
    EXPECT_THAT(text("key-manager", {}), HasSubstr("not an http URL"));
    FakeCloud old([](const ServerRequest&) {
        return json_answer(R"({"versions":[{"id":"v1.0","status":"CURRENT","links":[]}]})", 300);
    });
    try {
        static_cast<void>(old.connect().adapter("image").endpoint());
        FAIL();
    } catch (const EndpointNotFound& error) {
        EXPECT_THAT(error.what(), HasSubstr("speaks v1.0, but not v2"));
    }
}

TEST(Discovery, Microversions) {
    FakeCloud cloud(versions);
    const auto connection = cloud.connect();
    const auto negotiate = [&](const char* service, const char* wanted) {
        return connection.adapter(service).negotiate_microversion(wanted);
    };
    EXPECT_EQ(negotiate("compute", "2.79"), "2.79");
    EXPECT_EQ(negotiate("compute", "2.200"), "2.93") << "not more than the service has";
    EXPECT_EQ(negotiate("compute", "2.9"), "2.9") << "2.9 is older than 2.79";
    EXPECT_EQ(negotiate("placement", "1.99"), "1.39");
    EXPECT_EQ(negotiate("network", "2.5"), "") << "has none";
    EXPECT_THROW(static_cast<void>(negotiate("compute", "1.9")), Error);
    EXPECT_THROW(static_cast<void>(negotiate("compute", "latest")), Error);
    int documents = 0;
    for (const auto& request : cloud.requests())
        documents += request.path == "/compute/v2.1/" ? 1 : 0;
    EXPECT_EQ(documents, 1);
    const auto fixed = cloud.connect({{"compute_default_microversion", "2.60"}});
    EXPECT_EQ(fixed.adapter("compute").negotiate_microversion("2.79"), "2.60");
}

/// What negotiating says when Nova's version document is answered like this; empty if nothing is thrown.
template <typename Expected>
std::string negotiation_error(const Answer& answer) {
    FakeCloud cloud([&](const ServerRequest&) { return answer; });
    try {
        static_cast<void>(cloud.connect_by_clock(std::make_shared<FakeClock>())
                              .adapter("compute")
                              .negotiate_microversion("2.79"));
    } catch (const Expected& error) {
        return error.what();
    }
    return {};
}

TEST(Discovery, AVersionDocumentThatFailsIsNotOneWithoutMicroversions) {
    EXPECT_THAT(negotiation_error<ServiceUnavailable>(json_answer("{}", 503)), HasSubstr("503"));
    EXPECT_THAT(negotiation_error<MalformedResponse>(json_answer("{}", 404)),
                HasSubstr("compute_default_microversion"))
        << "not NotFound, which would mean that a resource is gone";
    EXPECT_THAT(negotiation_error<MalformedResponse>(json_answer("<html>a portal</html>")),
                HasSubstr("compute_default_microversion"));
    EXPECT_THAT(negotiation_error<MalformedResponse>(json_answer(R"({"versions":[]})")),
                HasSubstr("is no version document"));
    std::atomic<int> asked{0};
    FakeCloud cloud([&](const ServerRequest& request) {
        return ++asked == 1 ? json_answer("{}", 500) : versions(request);
    });
    const auto compute = cloud.connect().adapter("compute");
    EXPECT_THROW(static_cast<void>(compute.negotiate_microversion("2.79")), ServiceUnavailable);
    EXPECT_EQ(compute.negotiate_microversion("2.79"), "2.79") << "a failure is not kept";
}

TEST(Discovery, AVersionDocumentMayHaveNoMicroversions) {
    FakeCloud cloud([](const ServerRequest&) {
        return json_answer(
            R"({"version":{"id":"v2.1","status":"CURRENT","version":"","min_version":"","links":[]}})");
    });
    EXPECT_EQ(cloud.connect().adapter("compute").negotiate_microversion("2.79"), "");
}

TEST(Discovery, ARefusedTokenIsRenewedForTheVersionDocumentToo) {
    FakeCloud* cloud_pointer = nullptr;
    FakeCloud cloud([&](const ServerRequest& request) {
        return cloud_pointer->valid(request) ? versions(request) : json_answer("{}", 401);
    });
    cloud_pointer = &cloud;
    const auto connection = cloud.connect();
    static_cast<void>(connection.session()->token());
    cloud.revoke_all();
    EXPECT_EQ(connection.adapter("compute").negotiate_microversion("2.79"), "2.79");
}

TEST(Discovery, AnApiVersionMayBeAMicroversion) {
    FakeCloud cloud(versions);
    const auto negotiate = [&](const Settings& settings) {
        return cloud.connect(settings).adapter("compute").negotiate_microversion("2.79");
    };
    EXPECT_EQ(negotiate({{"compute_api_version", "2.53"}}), "2.53");
    EXPECT_EQ(negotiate({{"compute_api_version", "2"}}), "2.79");
    EXPECT_EQ(negotiate({{"compute_api_version", "2.0"}}), "2.79");
    EXPECT_EQ(negotiate({{"compute_api_version", "v2.1"}}), "2.79")
        << "as openstacksdk: no number, no version";
    EXPECT_THROW(negotiate({{"compute_api_version", "2.53"}, {"compute_default_microversion", "2.60"}}),
                 ConfigError);
    EXPECT_EQ(negotiate({{"compute_api_version", "2.60"}, {"compute_default_microversion", "2.60"}}), "2.60");
    static_cast<void>(cloud.connect({{"compute_api_version", "2.53"}})
                          .adapter("compute")
                          .request({.path = "/", .authenticated = false}));
    EXPECT_EQ(cloud.requests().back().headers.get("OpenStack-API-Version"), "compute 2.53");
}

TEST(Discovery, AnApiVersionThatIsNotSpokenIsRefused) {
    FakeCloud cloud(versions);
    const auto error = [&](const char* service, const Settings& settings) {
        try {
            static_cast<void>(cloud.connect(settings).adapter(service).endpoint());
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_THAT(
        error("image", {{"image_api_version", "1"}}),
        AllOf(HasSubstr("\"image\""), HasSubstr("api_version \"1\"; the version that is spoken here is 2")));
    EXPECT_THAT(error("block-storage", {{"volume_api_version", "2"}}), HasSubstr("the api_version \"2\""));
    EXPECT_EQ(error("identity", {{"identity_api_version", "3"}}), "");
    EXPECT_EQ(error("network", {{"network_api_version", "2.0"}}), "");
    EXPECT_EQ(error("object-store", {{"object_store_api_version", "1"}}), "");
    EXPECT_EQ(error("compute", {{"image_api_version", "1"}}), "") << "it is another service's";
}

TEST(Discovery, TheIdentityServiceNeedsNoCatalog) {
    FakeCloud cloud(versions);
    cloud.catalog = "[]";
    EXPECT_EQ(cloud.connect().adapter("identity").endpoint(), cloud.url() + "/identity/v3")
        << "where signing in found it; a token without a scope has no catalog";
    EXPECT_THROW(static_cast<void>(cloud.connect().adapter("compute").endpoint()), EndpointNotFound);
}

TEST(Discovery, MicroversionsAreSentWithEachServicesHeaders) {
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    const auto connection = cloud.connect({{"block_storage_default_microversion", "3.59"}});
    static_cast<void>(connection.adapter("compute").request({.path = "/servers"}, {.microversion = "2.79"}));
    EXPECT_EQ(cloud.requests().back().headers.get("OpenStack-API-Version"), "compute 2.79");
    EXPECT_EQ(cloud.requests().back().headers.get("X-OpenStack-Nova-API-Version"), "2.79");
    static_cast<void>(connection.adapter("block-storage").request({.path = "/volumes"}));
    EXPECT_EQ(cloud.requests().back().headers.get("OpenStack-API-Version"), "volume 3.59");
    static_cast<void>(connection.adapter("compute").request({.path = "/servers"}));
    EXPECT_FALSE(cloud.requests().back().headers.contains("OpenStack-API-Version"));
}

TEST(Discovery, RequestsGoBelowTheEndpointOrToLinksOfTheService) {
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    const auto compute =
        cloud.connect({{"compute_endpoint_override", cloud.url() + "/compute/v2.1"}}).adapter("compute");
    const auto target = [&](const Request& request) {
        static_cast<void>(compute.request(request));
        return cloud.requests().back().target;
    };
    EXPECT_EQ(target({.path = "/servers", .query = {{"name", "a b"}}}), "/compute/v2.1/servers?name=a%20b");
    EXPECT_EQ(target({.path = "servers"}), "/compute/v2.1/servers");
    EXPECT_EQ(target({.path = ""}), "/compute/v2.1");
    EXPECT_EQ(target({.path = "/servers?limit=1", .query = {{"marker", "m"}}}),
              "/compute/v2.1/servers?limit=1&marker=m");
    EXPECT_EQ(target({.path = cloud.url() + "/compute/v2.1/servers?marker=x"}),
              "/compute/v2.1/servers?marker=x");
    EXPECT_EQ(target({.path = "http://nova.internal:8774/compute/v2.1/servers?marker=y"}),
              "/compute/v2.1/servers?marker=y")
        << "a link that names a host behind the proxy is followed at the address we know";
    const auto before = cloud.server().requests().size();
    EXPECT_THROW(static_cast<void>(compute.request({.path = "http://evil.example/steal"})), Error);
    EXPECT_THROW(static_cast<void>(compute.request({.path = "/x", .headers = {{"X-A", "1\r\nX-B: 2"}}})),
                 Error);
    EXPECT_EQ(cloud.server().requests().size(), before);
}

TEST(Discovery, VersionDocumentsOfAllShapes) {
    using session::parse_version_document;
    EXPECT_EQ(parse_version_document(R"({"versions":{"values":[{"id":"v3.14"}]}})").front().id, "v3.14");
    EXPECT_EQ(parse_version_document(R"({"version":{"id":"v2.1"}})").front().id, "v2.1");
    EXPECT_EQ(parse_version_document(R"({"versions":[{"id":"v1"},3,{"id":"v2"}]})").size(), 2U);
    for (const char* bad : {"", "[]", "{}", "<html>", R"({"versions":7})", R"({"version":[]})"})
        EXPECT_TRUE(parse_version_document(bad).empty()) << bad;
}

}  // namespace
}  // namespace openstack::testing
