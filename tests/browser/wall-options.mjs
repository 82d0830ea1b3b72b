// What a wall makes of its options, of a pointer at rest and of a tab that is shown again. Called with the wall's address.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function opened(query, visit, { feed = true, ...options } = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, ...options });
  await page.addInitScript(() => {
    window.asked = 0;
    const { request } = WakeLock.prototype;
    WakeLock.prototype.request = function (...given) { window.asked += 1; return request.apply(this, given); };
  });
  if (!feed) await page.route("**/feed.json", (route) => route.abort());
  const answered = page.waitForResponse((answer) => answer.url().endsWith("feed.json")).catch(() => {});
  await page.goto(`${url}?${query}`, { waitUntil: "load" });
  const told = await visit(page, answered);
  await page.close();
  return told;
}

const channels = (page) => page.evaluate(() => [...document.querySelectorAll("#queue > li")].map((item) => item.dataset.channel));
const scheme = (page) => page.evaluate(() => getComputedStyle(document.body).colorScheme);
const key = (page) => page.evaluate(() => document.querySelector("[data-on]").dataset.key);

async function turn(page) {
  const start = Date.now(), first = await key(page);
  await page.waitForFunction((was) => document.querySelector("[data-on]").dataset.key !== was, first, { timeout: 9000 });
  return Date.now() - start;
}

async function cursor(page) {
  await page.waitForFunction(() => getComputedStyle(document.body).cursor === "none", null, { timeout: 5000 });
  const link = await page.evaluate(() => getComputedStyle(document.querySelector("a")).cursor);
  await page.mouse.move(300, 300);
  return { link, moved: await page.evaluate(() => getComputedStyle(document.body).cursor) };
}

process.stdout.write(JSON.stringify({
  every: await opened("", channels, { feed: false }),
  one: await opened("channel=films", channels, { feed: false }),
  fed: await opened("channel=films", async (page, answered) => {
    await answered;
    return channels(page);
  }),
  dark: await opened("theme=dark", scheme),
  light: await opened("theme=light", scheme, { colorScheme: "dark" }),
  fast: await opened("speed=4", turn),
  cursor: await opened("", cursor),
  lit: await opened("", async (page) => {
    const before = await page.evaluate(() => window.asked);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    return [before, await page.evaluate(() => window.asked)];
  }),
  bare: await opened("", (page) => page.locator("#queue > li").count(), { javaScriptEnabled: false }),
}));
await browser.close();
