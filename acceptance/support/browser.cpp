#include "acceptance/support/browser.hpp"

#include "common/process/process.hpp"

namespace acceptance {

void take_screenshot(const std::string& url, const std::filesystem::path& png) {
    const common::process::TemporaryDirectory profile;
    std::filesystem::remove(png);
    common::process::check(
        {.arguments = {"chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                       "--no-first-run", "--disable-background-networking", "--disable-component-update",
                       "--disable-sync", "--user-data-dir=" + profile.path().string(),
                       "--window-size=1280,1600", "--virtual-time-budget=5000",
                       "--screenshot=" + png.string(), url},
         .environment = {{"HOME", profile.path().string()}},
         .timeout = std::chrono::minutes(2)});
}

}  // namespace acceptance
