#include "acceptance/cloud/deployment.hpp"

#include <algorithm>
#include <openstack/compute.hpp>

#include "acceptance/cloud/fetch.hpp"
#include "acceptance/cloud/pictures.hpp"

namespace acceptance::cloud {

using common::process::Result;
using ::testing::HasSubstr;

namespace {

constexpr int nothing_changed_status = 0;
constexpr int something_missing_status = 3;
constexpr int fractals_asked_for = 3;

std::string text(const boost::json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What a program that failed says in JSON, or everything when it says no reason.
std::string reason_in(const boost::json::value& answer) {
    boost::system::error_code error;
    const auto* message = answer.find_pointer("/error/message", error);
    return message != nullptr && message->is_string() ? std::string(message->get_string())
                                                      : boost::json::serialize(answer);
}

/// The end of what a program said.
std::string last_words(const std::string& text) {
    constexpr std::size_t most = 400;
    const auto end = text.find_last_not_of(" \n");
    if (end == std::string::npos) return "it said nothing";
    const auto begin = end < most ? 0 : text.find('\n', end - most) + 1;
    return text.substr(begin, end + 1 - begin);
}

/// These look for what there is; the others choose, too.
bool only_looks(const std::string& command) {
    return command == "status" || command == "logs" || command == "ssh" || command == "destroy";
}

}  // namespace

std::vector<std::string> deployment_options(bool with_services) {
    const auto& settings = suite().settings();
    std::vector<std::string> options;
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) options.insert(options.end(), {option, value});
    };
    add("--image", suite().image().id);
    add("--flavor", suite().flavor().id);
    add("--network", suite().network().id);
    add("--external-network", suite().external_network().id);
    add("--package", settings.package.string());
    add("--package-url", settings.package_url);
    add("--package-sha256", settings.package_sha256);
    add("--poll-interval", std::to_string(static_cast<double>(settings.poll_interval.count()) / 1000));
    if (!with_services) return options;
    add("--services-image", settings.services_image);
    add("--services-packages", settings.services_packages.string());
    add("--services-flavor", settings.services_flavor);
    return options;
}

Deployment::Deployment(const DeploymentName& name, std::vector<std::string> options)
    : kind_(name),
      name_(suite().name(std::string(name.suffix))),
      options_(std::move(options)),
      before_(what_is_there()) {}

Result Deployment::run(const std::string& command, std::vector<std::string> more) {
    const auto& settings = suite().settings();
    std::vector<std::string> arguments{command, "--name", name_, "--timeout",
                                       std::to_string(settings.timeout.count()) + "s"};
    if (!settings.cloud.empty()) arguments.insert(arguments.end(), {"--cloud", settings.cloud});
    if (!only_looks(command)) arguments.insert(arguments.end(), options_.begin(), options_.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return suite().run(std::string(kind_.program), std::move(arguments));
}

boost::json::object Deployment::json(const std::string& command, std::vector<std::string> more, int status) {
    more.emplace_back("--json");
    const auto result = run(command, std::move(more));
    boost::system::error_code error;
    const auto value = boost::json::parse(result.output, error);
    if (result.exit_status != status)
        ADD_FAILURE() << kind_.program << " " << command << " ended with " << result.exit_status
                      << " instead of " << status << ": "
                      << (error ? last_words(result.error) : reason_in(value));
    if (error || !value.is_object()) {
        ADD_FAILURE() << kind_.program << " " << command << " --json said no JSON object: " << result.output;
        return {};
    }
    return value.as_object();
}

Belongings Deployment::what_is_there() {
    return belongings(suite().cloud());
}

void Deployment::plan_says_what_is_missing(std::size_t servers) {
    const auto plan = json("plan", {}, something_missing_status);
    if (!plan.contains("items")) return;
    std::size_t planned = 0;
    for (const auto& item : plan.at("items").as_array())
        if (text(item.as_object(), "kind") == "server") ++planned;
    EXPECT_EQ(planned, servers);
    EXPECT_EQ(describe(named(what_is_there(), name_)), "") << "plan made something";
}

void Deployment::deploys(std::vector<std::string> options) {
    was_tried_ = true;
    const auto answer = json("deploy", std::move(options));
    if (!answer.contains("instances")) return;
    const bool healthy = answer.at("healthy").as_bool();
    EXPECT_TRUE(healthy) << boost::json::serialize(answer);
    EXPECT_TRUE(answer.at("changed").as_bool());
    if (healthy) url_ = text(answer, "url");
}

void Deployment::draws(const std::set<std::string>& by) {
    const auto app = application();
    const auto before = app.fractals().size();
    // With a program that talks HTTP alone, and without one.
    const auto asked =
        suite().run("faafo", {"--endpoint-url", url_, "create", "--tasks", std::to_string(fractals_asked_for),
                              "--width", "320", "--height", "240"});
    ASSERT_EQ(asked.exit_status, 0) << asked.error;
    const auto uuid = app.ask_for_a_small_one();
    ASSERT_FALSE(uuid.empty()) << "the API took no request";
    suite().wait_until("all fractals are drawn", [&] {
        const auto all = app.fractals();
        return all.size() >= before + fractals_asked_for + 1 &&
               std::ranges::all_of(all, [](const auto& fractal) {
                   return fractal.state == "done" || fractal.state == "failed";
               });
    });
    for (const auto& fractal : app.fractals()) {
        EXPECT_EQ(fractal.state, "done") << fractal.uuid;
        EXPECT_TRUE(by.contains(fractal.generated_by))
            << fractal.uuid << " was drawn by " << fractal.generated_by;
    }
    const auto gallery = fetch(url_ + "/", suite().cloud().config());
    EXPECT_EQ(gallery.status, 200);
    EXPECT_THAT(gallery.body, HasSubstr(uuid));
}

void Deployment::pictures_are_our_renderers() {
    const auto& config = suite().cloud().config();
    int compared = 0;
    for (const auto& fractal : application().fractals()) {
        const auto of = fetch(url_ + "/v1/fractal/" + fractal.uuid, config);
        const auto picture = fetch(url_ + "/fractal/" + fractal.uuid, config, std::chrono::seconds(300));
        ASSERT_EQ(of.status, 200) << fractal.uuid;
        ASSERT_EQ(picture.status, 200) << fractal.uuid;
        EXPECT_EQ(difference(of.body, picture.body), "") << fractal.uuid;
        ++compared;
    }
    EXPECT_GT(compared, 0);
    Suite::say("    " + std::to_string(compared) + " pictures compared, pixel by pixel");
}

void Deployment::second_run_changes_nothing() {
    const auto before = what_is_there();
    const auto answer = json("deploy");
    ASSERT_TRUE(answer.contains("changed"));
    EXPECT_FALSE(answer.at("changed").as_bool()) << boost::json::serialize(answer.at("items"));
    EXPECT_EQ(describe(named(without(what_is_there(), before), name_)), "");
    const auto plan = run("plan");
    EXPECT_EQ(plan.exit_status, nothing_changed_status) << plan.output;
    EXPECT_THAT(plan.output, HasSubstr("Nothing to do"));
}

void Deployment::status_is_healthy() {
    const auto status = run("status");
    EXPECT_EQ(status.exit_status, 0) << status.output;
    EXPECT_THAT(status.output, HasSubstr("Fractals is at " + url_));
}

void Deployment::console_tells(const std::string& instance, const std::string& text) {
    const auto console = run("logs", {instance});
    EXPECT_EQ(console.exit_status, 0) << console.error;
    EXPECT_THAT(console.output, HasSubstr(text));
}

void Deployment::lets_one_in(const std::string& instance) {
    const auto hello = run("ssh", {instance, "-c", "hostname; echo user $(id -u)"});
    EXPECT_EQ(hello.exit_status, 0) << hello.error;
    EXPECT_THAT(hello.output, ::testing::StartsWith(instance));
    EXPECT_THAT(hello.output, HasSubstr("user "));
}

void Deployment::destroy_leaves_the_project_as_it_was() {
    const auto url = url_;
    const auto destroyed = run("destroy", {"--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    url_.clear();
    const auto after = what_is_there();
    EXPECT_EQ(describe(named(after, name_)), "") << "this is left of the deployment";
    if (!suite().settings().shared_project) {
        EXPECT_EQ(describe(without(after, before_)), "")
            << "this was not there before; if others work in the project meanwhile, say so with "
               "--shared-project";
        EXPECT_EQ(describe(without(before_, after)), "") << "this was there before";
    }
    if (url.empty()) return;
    EXPECT_THROW((void)fetch(url + "/", suite().cloud().config(), std::chrono::seconds(10)),
                 std::runtime_error)
        << url << " still answers";
}

}  // namespace acceptance::cloud
