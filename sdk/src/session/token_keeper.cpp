#include "sdk/src/session/token_keeper.hpp"

#include <algorithm>

#include "openstack/error.hpp"

namespace openstack::session {
namespace {

constexpr std::chrono::seconds usual_margin{120};
constexpr std::chrono::seconds pause_after_failure{15};
/// Lives that are longer are not told apart from for ever (and time points must not overflow).
constexpr std::chrono::hours longest_life{24L * 365 * 10};

}  // namespace

std::shared_ptr<const Token> TokenKeeper::sign_in(const CallOptions& options) {
    auto signed_in = authenticator_->sign_in(sender_, options);
    const auto now = sender_.clock().now();
    const auto life = std::clamp<std::chrono::seconds>(signed_in.lifetime.value_or(longest_life),
                                                       std::chrono::seconds(1), longest_life);
    auto token = std::make_shared<Token>();
    token->text = std::move(signed_in.token);
    token->access = std::move(signed_in.access);
    token->ends = now + life;
    token->renew = token->ends - std::min(usual_margin, life / 4);
    return token;
}

std::shared_ptr<const Token> TokenKeeper::obtain(std::uint64_t newer_than, const CallOptions& options) {
    std::shared_ptr<const Token> out;
    flight_.run(
        options,
        [&] {
            const bool good =
                token_ && token_->generation > newer_than && sender_.clock().now() < token_->ends;
            if (good) out = token_;
            return good;
        },
        [&]() -> std::function<void()> {
            auto fresh = std::const_pointer_cast<Token>(sign_in(options));
            return [&, fresh] {
                fresh->generation = ++generations_;
                token_ = out = fresh;
            };
        });
    return out;
}

std::shared_ptr<const Token> TokenKeeper::get(const CallOptions& options) {
    std::shared_ptr<const Token> current;
    bool renew = false;
    flight_.locked([&] {
        const auto now = sender_.clock().now();
        if (!token_ || now >= token_->ends) return;
        current = token_;
        // While one thread renews, the others go on with the token that still works.
        renew = now >= token_->renew && now >= not_before_ && !flight_.busy();
    });
    if (!current) return obtain(0, options);
    if (!renew) return current;
    try {
        return obtain(current->generation, options);
    } catch (const Timeout&) {
        throw;
    } catch (const Cancelled&) {
        throw;
    } catch (const Error&) {
        flight_.locked([&] { not_before_ = sender_.clock().now() + pause_after_failure; });
        return current;
    }
}

std::shared_ptr<const Token> TokenKeeper::get_newer(std::uint64_t refused, const CallOptions& options) {
    return obtain(refused, options);
}

}  // namespace openstack::session
