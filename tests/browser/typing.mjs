// Types questions on the search page of a site, key by key, and measures from each key to new hits.
// Called with the site's address and the words to type; tells milliseconds, and bytes fetched before the first answer.
import { chromium } from "playwright-core";

const [base, ...words] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(`${base}search/`);
await page.evaluate(() => {
  let pressed = 0;
  window.took = [];
  document.querySelector("#q").addEventListener("input", () => { pressed = performance.now(); });
  new MutationObserver(() => {
    if (!pressed || !document.querySelector("#hits a")) return;
    window.took.push(performance.now() - pressed);
    window.first ??= performance.getEntriesByType("resource").filter(({ name }) => /search\/|api\//.test(name))
      .reduce((sum, { transferSize }) => sum + transferSize, 0);
    pressed = 0;
  }).observe(document.querySelector("#hits"), { childList: true });
});
await page.click("#q");
for (const word of words) {
  await page.fill("#q", "");
  await page.waitForTimeout(400);
  for (const letter of word) {
    await page.keyboard.press(letter === " " ? "Space" : letter);
    await page.waitForTimeout(600);
  }
}
const told = await page.evaluate(() => ({ took: window.took, bytes: window.first, api: document.querySelector("main").dataset.api }));
await browser.close();
process.stdout.write(JSON.stringify(told));
