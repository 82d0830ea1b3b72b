// Takes pictures of pages, for people to look at. Called with the name of a file that holds
// { base, folder, pages: { name: path, … }, looks: { name: options, … } }.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { base, folder, pages, looks } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const made = [];
for (const [look, { print, height = 2400, ...options }] of Object.entries(looks)) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(new URL(path, base).href, { waitUntil: "load" });
    if (print) await page.emulateMedia({ media: "print" });
    await page.waitForTimeout(path.startsWith("search") ? 800 : 50);
    const whole = await page.evaluate(() => document.scrollingElement.scrollHeight);
    const { width } = page.viewportSize();
    const clip = { x: 0, y: 0, width, height: Math.min(whole, height) };
    await page.screenshot({ path: `${folder}/${name}-${look}.png`, clip, fullPage: true });
    made.push(`${name}-${look}.png`);
  }
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(made));
