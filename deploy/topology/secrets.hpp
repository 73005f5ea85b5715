// The passwords of a deployment's database and broker: all made of one seed, so that only the seed has to be kept.
#pragma once

#include <string>
#include <string_view>

namespace deploy {

class Secrets {
  public:
    /// With a new random seed of 256 bits. Throws openstack::Error when the system has no random numbers.
    [[nodiscard]] static Secrets make();
    /// With the seed of an earlier run, as seed() gave it.
    explicit Secrets(std::string seed) : seed_(std::move(seed)) {}

    /// Secret, like all that password() gives.
    [[nodiscard]] const std::string& seed() const { return seed_; }
    /// The same for the same seed and purpose; 43 characters that mean nothing to a URL, a shell or SQL.
    [[nodiscard]] std::string password(std::string_view purpose) const;
    /// Says whether two instances have passwords of the same seed, and nothing else. Not secret.
    [[nodiscard]] std::string fingerprint() const;

  private:
    std::string seed_;
};

}  // namespace deploy
