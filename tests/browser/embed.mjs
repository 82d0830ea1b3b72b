// What a visitor of a page elsewhere sees of <hub-talk>, and what that page asked for. Called with the page's address.
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
const page = await context.newPage();
const requests = [], errors = [];
page.on("request", (request) => requests.push(request.url()));
page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
page.on("pageerror", (error) => errors.push(String(error)));
try {
  await page.goto(process.argv[2]);
  await page.waitForFunction(() => document.querySelector("hub-talk").shadowRoot?.querySelector("link").sheet, null, { timeout: 10000 })
    .catch(() => { /* told by what is missing */ });
  const seen = await page.evaluate(() => {
    const talk = document.querySelector("hub-talk"), root = talk.shadowRoot;
    return {
      text: root?.querySelector(".hub-talk").innerText ?? "",
      fallback: !root && talk.innerText,
      frames: document.querySelectorAll("iframe").length + (root?.querySelectorAll("iframe").length ?? 0),
      wide: document.scrollingElement.scrollWidth > innerWidth,
      kept: localStorage.length + sessionStorage.length,
    };
  });
  console.log(JSON.stringify({ ...seen, requests, errors, cookies: await context.cookies() }));
} finally {
  await browser.close();
}
