// Answers from a server of one's own, twice: told only once to be remembered. Called with the address of a post.
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext();
const page = await context.newPage();
const asked = [], told = [];
await context.route(/home\.example/, (route) => { asked.push(route.request().url()); return route.fulfill({ body: "there" }); });
const opened = async () => {
  await page.goto(process.argv[2]);
  await page.click("#home-open");
};
try {
  for (const [server, keep] of [["no server", false], ["@ana@home.example", false], ["https://home.example/", true]]) {
    await opened();
    const before = { value: await page.inputValue("#server"), asked: asked.length };
    await page.fill("#server", server);
    if (keep) await page.check(".join input[name=keep]");
    await page.click(".join form button");
    if (server.includes(".")) await page.waitForURL(/home\.example/);
    told.push({ ...before, after: page.url() });
  }
  await opened();
  told.push({ value: await page.inputValue("#server"), asked: asked.length, after: "" });
  console.log(JSON.stringify(told));
} finally {
  await browser.close();
}
