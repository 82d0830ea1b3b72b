// Puts a conversation in every order where it is. Called with the address of a post; tells, for each order, the replies
// at the top after a press on its link, those of the page that the link leads to, and where the browser then is.
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
const tops = () => [...document.querySelectorAll("ol.thread > li > [id]")].map((reply) => reply.id);
const told = [];
try {
  for (const order of [2, 1, 0]) {
    const link = page.locator(`.orders li:nth-child(${order + 1}) a`);
    if (!told.length) await page.goto(process.argv[2]);
    await link.click();
    const here = { shown: await page.evaluate(tops), current: await link.getAttribute("aria-current"), at: page.url() };
    const other = await browser.newPage({ javaScriptEnabled: false });
    await other.goto(await link.evaluate((anchor) => anchor.href));
    told.push({ ...here, there: await other.locator("ol.thread > li > [id]").evaluateAll((all) => all.map((one) => one.id)) });
  }
  console.log(JSON.stringify(told));
} finally {
  await browser.close();
}
