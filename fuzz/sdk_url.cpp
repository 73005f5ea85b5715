// URLs and links of services: what is accepted stays what it was, and no secret of a URL is shown.
#include "sdk/src/http/url.hpp"

#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace openstack::http;
    auto rest = fuzz::text(data, size);
    const auto base = fuzz::take_until(rest, '\n');
    if (const auto url = Url::parse(base)) {
        const auto again = Url::parse(url->text());
        fuzz::require(again && again->origin() == url->origin(), "a URL put together names the same origin");
        fuzz::require(same_origin(base, url->text()), "a URL has its own origin");
    }
    if (const auto target = resolve(base, rest)) {
        const auto url = Url::parse(*target);
        fuzz::require(url.has_value(), "a resolved link is a URL");
        for (const char c : *target)
            fuzz::require(c > ' ' && c < '\x7f', "a resolved link holds only what URLs may contain");
    }
    const std::string_view marker = "s3cr3t-MARKER";
    if (base.find(marker) == std::string_view::npos && rest.find(marker) == std::string_view::npos) {
        const auto plain = percent_encode(rest);
        const auto shown =
            without_secrets("https://ann:" + std::string(marker) + "@" + plain + "/" + plain + "?a=" + plain +
                            "&temp_url_sig=" + std::string(marker) + "&" + plain);
        fuzz::require(shown.find(marker) == std::string::npos, "a shown URL has no secret");
    }
    static_cast<void>(without_secrets(base));
    static_cast<void>(with_query(std::string(base), {{std::string(rest), std::string(base)}}));
    return 0;
}
