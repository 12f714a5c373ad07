// Pages, in headless Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { demo } from "./lib.mjs";

let browser, page, complaints;
before(async () => {
  const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  page = await browser.newPage();
  complaints = [];
  page.on("pageerror", (e) => complaints.push(e.message));
  page.on("console", (m) => m.type() === "error" && !m.location().url?.endsWith("/favicon.ico") && complaints.push(m.text()));
  page.on("request", (r) => r.url().startsWith(demo.baseUrl) || complaints.push(`asks ${r.url()}`));
});
after(() => browser?.close());

test("the reference shows every operation, its fields, and an example to copy", async () => {
  const doc = await (await fetch(`${demo.baseUrl}/openapi.json`)).json();
  await page.goto(`${demo.baseUrl}/reference`, { waitUntil: "networkidle0" });
  assert.equal(await page.title(), "latchkey API reference");
  const shown = await page.$$eval("section", (all) => all.map((s) => s.id));
  assert.deepEqual(shown, Object.values(doc.paths).filter((p) => p.post).map((p) => p.post.operationId));
  const createKey = await page.$eval('section[id="keys.createKey"]', (s) => s.innerText);
  for (const text of ["POST /v2/keys.createKey", "apiId", "required", "credits.remaining", "ratelimits[].duration", `curl -X POST ${demo.baseUrl}/v2/keys.createKey`])
    assert.ok(createKey.includes(text), `${text} in ${createKey}`);
  assert.deepEqual(complaints, []);
});

test("the filter narrows the list of operations", async () => {
  const visible = () => page.$$eval("#toc a, #toc h2", (all) => all.filter((a) => a.offsetParent).map((a) => a.innerText));
  const all = await visible();
  await page.type("#filter", "Reroll");
  const some = await visible();
  assert.ok(all.length > 30);
  assert.deepEqual(some.map((s) => s.toLowerCase()), ["keys", "rerollkey"]);
});

test("the page also works on a narrow screen", async () => {
  await page.setViewport({ width: 360, height: 740 });
  await page.goto(`${demo.baseUrl}/reference#keys.verifyKey`, { waitUntil: "networkidle0" });
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(widest <= 380, `the page is ${widest} pixels wide`);
});
