// How things in a cloud are recognised as a deployment's own. The cloud is the only place where this is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace deploy {

/// Keys of a server's metadata.
inline constexpr std::string_view deployment_key = "deployment";
inline constexpr std::string_view instance_key = "deployment_instance";
inline constexpr std::string_view package_key = "deployment_package";
/// Where package_key's package was fetched, if the user said it.
inline constexpr std::string_view package_url_key = "deployment_package_url";
inline constexpr std::string_view role_key = "deployment_role";
/// The instance that this one's results go through.
inline constexpr std::string_view endpoint_key = "deployment_endpoint";
/// Which secrets this instance was given: Secrets::fingerprint().
inline constexpr std::string_view secrets_key = "deployment_secrets";
/// Why its installation failed, as a run has seen it.
inline constexpr std::string_view failed_key = "deployment_failed";

// On the instance with database and broker only: the secret that all passwords are made of, how many of what there
// shall be, and what balances them.
inline constexpr std::string_view seed_key = "deployment_seed";
inline constexpr std::string_view apis_key = "deployment_apis";
inline constexpr std::string_view workers_key = "deployment_workers";
inline constexpr std::string_view balance_key = "deployment_balance";
inline constexpr std::string_view zone_key = "deployment_zone";

/// The value of package_key: "1.2.3 SHA-256", or the sum alone where no version is known.
[[nodiscard]] std::string package_mark(std::string_view version, std::string_view sha256);
[[nodiscard]] bool is_of_package(std::string_view mark, std::string_view sha256);

/// The description of a security group that the deployment made.
[[nodiscard]] std::string group_mark(std::string_view deployment);
/// The description of a floating IP or a port that the deployment made for one of its instances.
[[nodiscard]] std::string address_mark(std::string_view deployment, std::string_view instance);
/// The instance that such a description is about; empty when it is no mark of this deployment.
[[nodiscard]] std::string_view instance_in_mark(std::string_view description, std::string_view deployment);
/// Whether any deployment made what has this description.
[[nodiscard]] bool is_any_mark(std::string_view description);

/// The comment of a public key that the deployment imported.
[[nodiscard]] std::string key_comment(std::string_view deployment);
/// The third word and what follows of "ssh-ed25519 AAAA… comment".
[[nodiscard]] std::string_view comment_of(std::string_view public_key);
/// The same key with another comment.
[[nodiscard]] std::string with_comment(std::string_view public_key, std::string_view comment);

/// The name that something gets in the cloud: as it is in the deployment that has the program's own name,
/// "DEPLOYMENT-name" in every other, so that several can stand side by side.
[[nodiscard]] std::string scoped_name(std::string_view deployment, std::string_view program,
                                      std::string_view name);

}  // namespace deploy
