// What a person would see in a browser.
#pragma once

#include <filesystem>
#include <string>

namespace acceptance {

/// Opens the page in a headless Chromium and keeps what it shows. Throws common::process::CommandFailed.
void take_screenshot(const std::string& url, const std::filesystem::path& png);

}  // namespace acceptance
