import { type Browser, launch, type Page } from "puppeteer-core";
import { findCommand } from "../path.js";

export type BrowserName = "chromium" | "firefox";
export const browserNames: readonly BrowserName[] = ["chromium", "firefox"];

const commands: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/** Chromium needs --no-sandbox as root; the others keep it from asking hosts on the internet. */
const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function find(name: BrowserName): string {
  for (const command of commands[name]) {
    const path = findCommand(command);
    if (path !== undefined) return path;
  }
  throw new Error(`this test needs ${name}, which is not on this machine: run scripts/install-tools.sh browsers`);
}

/** A headless browser with a new empty profile. Chromium is driven through its DevTools protocol, Firefox through WebDriver BiDi. */
export async function launchBrowser(name: BrowserName): Promise<Browser> {
  const executablePath = find(name);
  return name === "chromium"
    ? await launch({ browser: "chrome", executablePath, headless: true, args: chromiumArguments })
    : await launch({ browser: "firefox", executablePath, headless: true });
}

/** Opens a page and collects what goes wrong in it. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("requestfailed", (request) => errors.push(`${request.url()} failed`));
  page.on("response", (response) => {
    if (response.status() >= 400) errors.push(`${response.url()} answered ${response.status()}`);
  });
  await page.setViewport({ width: 900, height: 900 });
  await page.goto(url);
  return { page, errors };
}
