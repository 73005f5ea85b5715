#include "localcloud/image/recipe.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "localcloud/image/sha256.hpp"

namespace localcloud::image {
namespace {

constexpr std::string_view suite = "bookworm";
constexpr std::string_view security_suite = "bookworm-security";

// Debian's own cloud images have these too, apart from what needs a kernel.
constexpr std::string_view packages =
    "apt,ca-certificates,cloud-init,curl,init-system-helpers,iproute2,iputils-ping,less,lsb-base,netbase,"
    "openssh-server,"
    "procps,python3,sudo,sysvinit-utils,tini,unzip,vim-tiny,xz-utils,zstd";

constexpr std::string_view service_packages = "mariadb-server,rabbitmq-server";

/// The arguments that keep what nobody reads in an instance out of it.
void leave_documents_out(std::vector<std::string>& options) {
    options.emplace_back("--aptopt=Apt::Install-Recommends \"false\"");
    for (const char* folder :
         {"/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/lintian/*"})
        options.push_back(std::string("--dpkgopt=path-exclude=") + folder);
    options.emplace_back("--dpkgopt=path-exclude=/usr/share/doc/*");
    options.emplace_back("--dpkgopt=path-include=/usr/share/doc/*/copyright");
}

/// Each instance makes its own of these, and what apt has kept is old by then.
constexpr std::array cleaning{
    "rm -f \"$1\"/etc/ssh/ssh_host_* \"$1\"/etc/machine-id \"$1\"/etc/resolv.conf \"$1\"/etc/hostname",
    "touch \"$1\"/etc/machine-id \"$1\"/etc/resolv.conf",
    "rm -rf \"$1\"/var/lib/apt/lists/* \"$1\"/var/cache/apt/* \"$1\"/var/log/*.log \"$1\"/var/log/apt",
};

struct Source {
    std::string uri;
    std::string suite;
};

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

void add(std::vector<Source>& sources, const std::vector<std::string>& uris,
         const std::vector<std::string>& suites, const std::vector<std::string>& components) {
    if (std::ranges::find(components, "main") == components.end()) return;
    for (const auto& uri : uris)
        for (const auto& name : suites)
            sources.push_back({.uri = uri, .suite = name});
}

/// "deb [options] uri suite component …"
void parse_line(const std::string& line, std::vector<Source>& sources) {
    auto words = words_of(line);
    if (words.empty() || words[0] != "deb") return;
    if (words.size() > 1 && words[1].starts_with('[')) {
        const auto end =
            std::ranges::find_if(words, [](const std::string& word) { return word.ends_with(']'); });
        if (end == words.end()) return;
        words.erase(words.begin() + 1, end + 1);
    }
    if (words.size() >= 4) add(sources, {words[1]}, {words[2]}, {words.begin() + 3, words.end()});
}

/// "Types: deb", "URIs: …" and so on, until an empty line.
class Stanza {
  public:
    void field(const std::string& line) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) return;
        auto name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto words = words_of(line.substr(colon + 1));
        if (name == "types") types_ = words;
        if (name == "uris") uris_ = words;
        if (name == "suites") suites_ = words;
        if (name == "components") components_ = words;
        if (name == "enabled" && !words.empty()) enabled_ = words[0] != "no";
    }
    void end(std::vector<Source>& sources) {
        if (enabled_ && std::ranges::find(types_, "deb") != types_.end())
            add(sources, uris_, suites_, components_);
        *this = {};
    }

  private:
    std::vector<std::string> types_, uris_, suites_, components_;
    bool enabled_ = true;
};

std::vector<Source> parse(const std::string& list) {
    std::vector<Source> sources;
    Stanza stanza;
    std::istringstream lines(list);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        if (line.find_first_not_of(" \t\r") == std::string::npos)
            stanza.end(sources);
        else if (line.starts_with("deb ") || line.starts_with("deb\t"))
            parse_line(line, sources);
        else
            stanza.field(line);
    }
    stanza.end(sources);
    return sources;
}

std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::vector<std::string> mmdebstrap_options(const std::string& files) {
    std::vector<std::string> options{"--variant=essential", "--include=" + std::string(packages)};
    leave_documents_out(options);
    options.push_back("--customize-hook=sync-in '" + files + "' /");
    options.emplace_back(
        "--customize-hook=ln -sf poweroff \"$1\"/usr/sbin/halt && ln -sf poweroff \"$1\"/usr/sbin/shutdown");
    for (const std::string hook : cleaning)
        options.push_back("--customize-hook=" + hook);
    return options;
}

std::vector<std::string> services_options(const std::string& base) {
    std::vector<std::string> options{"--variant=custom", "--skip=check/empty",
                                     "--include=" + std::string(service_packages),
                                     "--setup-hook=tar-in '" + base + "' /"};
    leave_documents_out(options);
    // They start when somebody has configured them; and no two instances share what nodes know each other by.
    options.emplace_back(
        "--customize-hook=for service in mariadb rabbitmq-server; do "
        "chroot \"$1\" update-rc.d \"$service\" disable; done");
    options.emplace_back("--customize-hook=rm -f \"$1\"/var/lib/rabbitmq/.erlang.cookie");
    for (const std::string hook : cleaning)
        options.push_back("--customize-hook=" + hook);
    return options;
}

std::string preinstalled(Variant variant) {
    if (variant == Variant::debian) return {};
    std::string words{service_packages};
    std::ranges::replace(words, ',', ' ');
    return words;
}

std::string recipe_hash(Variant variant) {
    std::string all;
    for (const auto& option : mmdebstrap_options("tree"))
        all += option + "\n";
    for (const auto& file : tree_files()) {
        all += std::string(file.path) + (file.executable ? " x " : " - ") +
               std::to_string(file.content.size()) + "\n";
        all += file.content;
    }
    if (variant == Variant::services) {
        for (const auto& option : services_options("base"))
            all += option + "\n";
    }
    return sha256_of(all);
}

std::string sources_from(std::span<const std::string> lists) {
    std::string main = "http://deb.debian.org/debian";
    std::string security = "http://deb.debian.org/debian-security";
    for (const auto& list : lists) {
        for (const auto& source : parse(list)) {
            // Other people's archives use the same suite; Debian's own end in these names.
            auto uri = source.uri;
            while (uri.ends_with('/'))
                uri.pop_back();
            if (source.suite == suite && uri.ends_with("/debian")) main = uri;
            if (source.suite == security_suite && uri.ends_with("/debian-security")) security = uri;
        }
    }
    const std::string begin = "deb ";
    return begin + main + " bookworm main\n" + begin + main + " bookworm-updates main\n" + begin + security +
           " bookworm-security main\n";
}

std::string sources() {
    std::vector<std::filesystem::path> files{"/etc/apt/sources.list"};
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/etc/apt/sources.list.d", none))
        if (entry.path().extension() == ".list" || entry.path().extension() == ".sources")
            files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<std::string> lists;
    for (const auto& file : files)
        lists.push_back(read(file));
    return sources_from(lists);
}

}  // namespace localcloud::image
