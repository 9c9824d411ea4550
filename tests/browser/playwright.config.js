// How the pages are driven: the system's own Chromium, one page's worth at a time since there is one desk, nothing tried
// twice. Not here: which desk (kit.js), and who starts it (tests/e2e/src/browser.rs).

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: process.env.BROWSER_OUTPUT ?? "results",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [["list", { printSteps: true }]],
  // Generous: a machine may be busy, and nothing here is a benchmark.
  timeout: 240_000,
  expect: { timeout: 20_000 },
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Kyiv",
    viewport: { width: 1280, height: 800 },
    actionTimeout: 20_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // Root has no sandbox of Chromium's. The rest keeps it from asking the network for anything of its own.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"],
    },
  },
});
