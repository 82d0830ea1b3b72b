// Goes through a site with the keyboard alone: home → post → fold → reply → search → hit. Tells each step as JSON.
// Called with the site's address and a word to search for.
import { chromium } from "playwright-core";

const [base, word] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const told = [];
const key = page.keyboard;

// Press a key until what is focused matches.
async function until(selector, pressed = "Tab", most = 400) {
  for (let step = 0; step < most; step += 1) {
    await key.press(pressed);
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return step + 1;
  }
  throw new Error(`${pressed} reaches no ${selector} on ${page.url()}`);
}

async function enter() {
  await Promise.all([page.waitForEvent("framenavigated"), key.press("Enter")]);
  await page.waitForLoadState("load");
}

try {
  await page.goto(base);
  await key.press("Tab");
  told.push(["skip link comes first", await page.evaluate(() => document.activeElement.matches("a.skip"))]);
  await key.press("Enter");
  told.push(["skip link leads to main", await page.evaluate(() => document.activeElement.id === "main")]);
  for (let post = 0; post < 40; post += 1) { // the first post whose talk branches
    await page.goto(base);
    await key.press("Tab");
    await key.press("Enter");
    for (let card = 0; card <= post; card += 1) await until(".card > .tally > a[href$='#replies']");
    await enter();
    if (await page.evaluate(() => document.querySelector("details.branch"))) break;
  }
  told.push(["a post is reached from home", new URL(page.url()).pathname.startsWith("/p/")]);
  await until("details.branch > summary");
  const open = () => page.evaluate(() => document.activeElement.parentElement.open);
  const before = await open();
  await key.press("Enter");
  told.push(["Enter folds a branch", before && !(await open())]);
  await key.press("Space");
  told.push(["Space unfolds it", await open()]);
  await until(".h-cite .chip");
  await key.press("Enter");
  told.push(["a reply leads to what it answers", await page.evaluate(() => Boolean(document.querySelector(":target")))]);
  await page.goto(page.url().split("#")[0]);
  await key.press("j");
  await key.press("j");
  told.push(["j goes from message to message", await page.evaluate(() => document.activeElement.matches(".card, .h-cite"))]);
  await until(".side a[href^='http']");
  told.push(["a way to answer can be reached", true]);
  await key.press("/");
  told.push(["/ goes to the search", await page.evaluate(() => document.activeElement.id === "find")]);
  await key.type(word);
  await enter();
  await page.waitForFunction(() => document.querySelector("#hits a"));
  told.push(["results are announced", /\d/.test(await page.locator("#status").innerText())]);
  await until("#q");
  await key.press("ArrowDown");
  told.push(["an arrow leads from the field to the first hit", await page.evaluate(() => document.activeElement.matches("#hits li:first-child > a"))]);
  const hit = await page.evaluate(() => document.activeElement.href);
  await enter();
  told.push(["a hit leads to its message", page.url() === hit && (!hit.includes("#") || await page.evaluate(() => Boolean(document.querySelector(":target"))))]);
} catch (error) {
  told.push([String(error).split("\n")[0], false]);
}
await browser.close();
process.stdout.write(JSON.stringify(told));
