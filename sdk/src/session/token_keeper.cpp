#include "sdk/src/session/token_keeper.hpp"

#include <algorithm>

#include "openstack/error.hpp"

namespace openstack::session {
namespace {

constexpr std::chrono::seconds usual_margin{120};
constexpr std::chrono::seconds pause_after_failure{15};
/// An early renewal takes no longer than this, and no more than a quarter of the life that is left.
constexpr std::chrono::seconds longest_early_renewal{10};
/// Lives that are longer are not told apart from for ever (and time points must not overflow).
constexpr std::chrono::hours longest_life{24L * 365 * 10};

}  // namespace

std::shared_ptr<const Token> TokenKeeper::sign_in(const CallOptions& options, auth::Effort effort) {
    auto signed_in = authenticator_->sign_in(sender_, options, effort);
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
            auto fresh = std::const_pointer_cast<Token>(sign_in(options, auth::Effort::usual));
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
    return renew ? renew_early(std::move(current), options) : current;
}

std::shared_ptr<const Token> TokenKeeper::renew_early(std::shared_ptr<const Token> current,
                                                      const CallOptions& options) {
    const auto now = sender_.clock().now();
    CallOptions brief = options;
    brief.deadline = std::min(
        options.deadline.value_or(Clock::time_point::max()),
        now + std::min<Clock::time_point::duration>(longest_early_renewal, (current->ends - now) / 4));
    std::shared_ptr<const Token> out = current;
    try {
        flight_.run(
            brief,
            [&] {
                const bool renewed = token_->generation > current->generation;
                if (renewed) out = token_;
                return renewed;
            },
            [&]() -> std::function<void()> {
                try {
                    auto fresh = std::const_pointer_cast<Token>(sign_in(brief, auth::Effort::once));
                    return [&, fresh] {
                        fresh->generation = ++generations_;
                        token_ = out = fresh;
                    };
                } catch (const Error&) {
                    // Not thrown: it would be told to those who wait because they need a new token.
                    return [this] { not_before_ = sender_.clock().now() + pause_after_failure; };
                }
            });
    } catch (const Timeout&) {
        return current;  // somebody else is at it
    } catch (const Cancelled&) {
        return current;  // the call itself will say so
    }
    return out;
}

std::shared_ptr<const Token> TokenKeeper::get_newer(std::uint64_t refused, const CallOptions& options) {
    return obtain(refused, options);
}

}  // namespace openstack::session
