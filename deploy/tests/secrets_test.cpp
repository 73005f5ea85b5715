#include "deploy/topology/secrets.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

TEST(Secrets, AreTheSameForTheSameSeedOnly) {
    const auto one = Secrets::make();
    EXPECT_EQ(Secrets(one.seed()).password("database"), one.password("database"));
    EXPECT_NE(one.password("database"), one.password("messaging"));
    EXPECT_NE(one.password("database"), Secrets::make().password("database"));
    EXPECT_NE(one.seed(), Secrets::make().seed());
}

TEST(Secrets, AreHmacSha256InUrlSafeText) {
    // python3: base64.urlsafe_b64encode(hmac.new(b"seed", b"database", "sha256").digest())
    EXPECT_EQ(Secrets("seed").password("database"), "tvVt__8VtBAVgLGE5W5p1AH7YEtEN3idmhGxzhUplJk");
    const auto secrets = Secrets::make();
    EXPECT_EQ(secrets.seed().size(), 43U);  // 256 bits
    EXPECT_EQ(secrets.password("database")
                  .find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
              std::string::npos);
}

TEST(Secrets, AFingerprintIsNoPartOfThem) {
    const auto secrets = Secrets::make();
    EXPECT_EQ(Secrets(secrets.seed()).fingerprint(), secrets.fingerprint());
    EXPECT_EQ(secrets.seed().find(secrets.fingerprint()), std::string::npos);
    EXPECT_EQ(secrets.password("database").find(secrets.fingerprint()), std::string::npos);
}

}  // namespace
}  // namespace deploy
