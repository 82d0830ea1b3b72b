// Turns a wall through all it has, in windows of several sizes, and tells its colours and what of each message can be seen.
// Called with the name of a file that holds { url, folder, looks: { name: { width, height, query }, … } };
// with a folder each message is also drawn.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { url, folder, looks } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });

// What is shown: its words, the smallest letters, and which of its parts leave its place or the window.
const shown = () => [...document.querySelectorAll("[data-on]")].map((item) => {
  const place = item.getBoundingClientRect();
  const parts = [...item.querySelectorAll("h2, .said, img, .from")];
  const out = parts.filter((part) => {
    const box = part.getBoundingClientRect();
    const within = box.top >= place.top - 1 && box.bottom <= place.bottom + 1 && box.left >= place.left - 1 && box.right <= place.right + 1;
    return !within || !box.width || !box.height;
  });
  return {
    key: item.dataset.key,
    said: item.querySelector(".said").textContent,
    least: Math.min(...parts.filter((part) => part.textContent).map((part) => parseFloat(getComputedStyle(part).fontSize))),
    out: out.map((part) => part.className || part.localName),
  };
});

// The ground, and the colours of the words on it.
const colours = () => {
  const worded = [...document.querySelectorAll("main *")].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return { ground: getComputedStyle(document.body).backgroundColor, words: [...new Set(worded.map((one) => getComputedStyle(one).color))] };
};

const told = {};
for (const [look, { query = "", ...viewport }] of Object.entries(looks)) {
  const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
  const feed = page.waitForResponse((answer) => answer.url().endsWith("feed.json"));
  await page.goto(`${url}?${query}`, { waitUntil: "load" });
  await feed;
  told[look] = { ...await page.evaluate(colours), shown: [] };
  for (let turn = await page.locator("#queue > li").count(); turn >= 0; turn -= 1) {
    await page.waitForFunction(() => [...document.querySelectorAll("[data-on] img")].every((one) => one.complete && one.naturalWidth));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const fresh = (await page.evaluate(shown)).filter(({ key }) => !told[look].shown.some((one) => one.key === key));
    if (folder && fresh.length) await page.screenshot({ path: `${folder}/${look}-${told[look].shown.length}.png` });
    told[look].shown.push(...fresh);
    await page.keyboard.press("ArrowRight");
  }
  await page.close();
}
await browser.close();
process.stdout.write(JSON.stringify(told));
