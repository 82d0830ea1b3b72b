// Looks at pages in a real browser and tells, as JSON, what it found. Judges nothing: the tests do.
// Called with the name of a file that holds { base, pages: [path, …] }. Two pages at a time.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const asked = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// What WCAG 1.4.12 lets a reader set, and text must bear.
const SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
  + " p { margin-block-end: 2em !important; }";

export const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function opened(path, options, visit) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  const seen = { requests: [], errors: [], bytes: {} };
  const sizes = await context.newCDPSession(page);
  const kinds = new Map();
  await sizes.send("Network.enable");
  sizes.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  sizes.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId) ?? "Other";
    seen.bytes[kind] = (seen.bytes[kind] ?? 0) + encodedDataLength;
  });
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => { if (message.type() === "error") seen.errors.push(message.text()); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  try {
    await page.goto(new URL(path, asked.base).href, { waitUntil: "load" });
    return await visit(page, seen);
  } finally {
    await context.close();
  }
}

async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.split("\n").slice(1, 3).join(" ")}`));
}

// Everything that is wider than the window, words that stand one letter a line, and text that is cut off.
const shape = () => {
  const wide = document.scrollingElement.scrollWidth > innerWidth ? [document.scrollingElement.scrollWidth] : [];
  const culprits = !wide.length ? [] : [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
    .slice(-3).map((one) => one.outerHTML.slice(0, 120));
  const squeezed = [], cut = [];
  for (const one of document.body.querySelectorAll("a, button, p, li, dt, dd, h1, h2, h3, label, summary, legend, td, th, span")) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (text.length < 6 || !one.checkVisibility() || one.closest(".vh, .skip, [aria-hidden=true]")) continue;
    const box = one.getBoundingClientRect(), size = parseFloat(getComputedStyle(one).fontSize);
    if (box.width && box.width < 2 * size && box.height > 4 * size) squeezed.push(one.outerHTML.slice(0, 120));
    const style = getComputedStyle(one);
    if (style.overflow !== "visible" && style.textOverflow !== "ellipsis" && one.scrollHeight > one.clientHeight + 2 && style.overflowY === "hidden") cut.push(one.outerHTML.slice(0, 120));
  }
  return { wide: [...wide, ...culprits], squeezed, cut };
};

// Steps through a page by Tab: what is focused can be seen, is not covered, and shows that it is focused.
async function focus(page, steps = 40) {
  const faults = [];
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return "end";
      const style = getComputedStyle(one), box = one.getBoundingClientRect(), name = one.outerHTML.slice(0, 100);
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `no outline: ${name}`;
      if (!box.width || !box.height) return `no size: ${name}`;
      const first = one.getClientRects()[0];
      const at = document.elementFromPoint(first.left + first.width / 2, first.top + first.height / 2);
      if (!at || !(one.contains(at) || at.contains(one) || at.labels === one)) return `covered: ${name}`;
      return "";
    });
    if (fault === "end") break;
    if (fault) faults.push(fault);
  }
  return faults;
}

const words = (page) => page.locator("main").evaluate((main) => {
  main.querySelectorAll("noscript").forEach((one) => one.remove()); // speaks of scripts alone
  main.querySelectorAll("details").forEach((one) => { one.open = true; });
  return main.innerText;
});

async function light(page, seen) {
  const found = {
    axe: await violations(page),
    elements: await page.evaluate(() => document.querySelectorAll("*").length),
    moving: await page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running").length),
    focus: await focus(page),
    text: await words(page),
  };
  return { ...found, ...seen, cookies: (await page.context().cookies()).length };
}

async function phone(page) {
  const found = { axe: await violations(page), ...await page.evaluate(shape) };
  await page.addStyleTag({ content: SPACING });
  return { ...found, spaced: await page.evaluate(shape) };
}

const told = {};
const modes = {
  // The dark differs from the light by its colours alone.
  light: (path) => opened(path, { ...WIDE, reducedMotion: "reduce" }, async (page, seen) => {
    const found = await light(page, seen);
    await page.emulateMedia({ colorScheme: "dark" });
    return { ...found, dark: await violations(page) };
  }),
  phone: (path) => opened(path, { ...PHONE, bypassCSP: true }, phone),
  bare: (path) => opened(path, { ...WIDE, javaScriptEnabled: false }, async (page) => ({ text: await words(page) })),
};
const waiting = [...asked.pages];
async function work() {
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    told[path] = {};
    for (const [mode, look] of Object.entries(modes)) told[path][mode] = await look(path);
  }
}
await Promise.all([work(), work()]);
await browser.close();
process.stdout.write(JSON.stringify(told));
