// What the end-to-end tests share. LK_DEMO is the file that `tools/demo --json` wrote; LK_SERVER
// the web server it runs.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Unkey } from "@unkey/api";

const run = promisify(execFile);
export const demo = JSON.parse(readFileSync(process.env.LK_DEMO, "utf8"));
export const server = process.env.LK_SERVER;
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** The official client, with only its server URL changed. */
export const unkey = new Unkey({ rootKey: demo.rootKey, serverURL: demo.baseUrl, retryConfig: { strategy: "none" } });

/** An operator command; its JSON. */
export async function lk(...args) {
  const { stdout } = await run(demo.latchkey, [...args, "--config", demo.config, "--output", "json"]);
  return JSON.parse(stdout);
}

/** SQL as the database's administrator; rows of columns. */
export async function sql(text) {
  const { stdout } = await run("mariadb", ["--no-defaults", `--socket=${demo.socket}`, "-u", "root", "-N", "-B", "latchkey", "-e", text]);
  return stdout.trim().split("\n").map((l) => l.split("\t"));
}

/** A POST without the client; never throws for a status. */
export async function post(operation, body, { key = demo.rootKey, headers = {}, raw } = {}) {
  const res = await fetch(`${demo.baseUrl}/v2/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}), ...headers },
    body: raw ?? JSON.stringify(body),
  });
  const text = await res.text();
  let json;
  try { json = JSON.parse(text); } catch { /* plain text */ }
  return { status: res.status, headers: res.headers, text, body: json, data: json?.data, error: json?.error };
}

/** Process ids of the workers. */
export async function workers() {
  const { stdout } = await run("pgrep", ["-x", "-f", `${demo.dir}/bin/latchkey`]).catch(() => ({ stdout: "" }));
  return stdout.trim().split("\n").filter(Boolean).map(Number);
}

/** Until fn returns something true; its value. */
export async function until(fn, what, ms = 15_000) {
  for (const end = Date.now() + ms; ;) {
    const v = await fn();
    if (v) return v;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await sleep(20);
  }
}
