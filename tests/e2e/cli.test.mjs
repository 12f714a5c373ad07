// latchkey api and latchkey auth login.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { demo, server } from "./lib.mjs";
import { at, fill, start, steps } from "./scenario.mjs";

const home = mkdtempSync(join(tmpdir(), "latchkey-cli."));
const file = join(home, ".config/latchkey/client.conf");
after(() => rmSync(home, { recursive: true }));

/** latchkey with nothing of the caller's environment but what env says. */
const latchkey = (args, { input = "", env = {} } = {}) => new Promise((resolve, reject) => {
  const child = spawn(demo.latchkey, args, { env: { PATH: process.env.PATH, HOME: home, ...env } });
  const result = { out: "", err: "" };
  child.stdout.on("data", (d) => { result.out += d; });
  child.stderr.on("data", (d) => { result.err += d; });
  child.on("error", reject);
  child.on("close", (code) => resolve({ code, ...result }));
  child.stdin.on("error", () => {}).end(input);
});

const kebab = (name) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** The flags for a request's body. */
const flags = (body) => Object.entries(Array.isArray(body) ? { limits: body } : body).map(([name, v]) => {
  const isText = Array.isArray(v) && v.every((x) => typeof x === "string");
  const text = v === null ? "none" : isText ? v.join(",") : typeof v === "object" ? JSON.stringify(v) : v;
  return `--${kebab(name)}=${text}`;
});

test(`${server}: auth login stores whom to call, and as whom`, async () => {
  const none = await latchkey(["api", "apis", "get-api", "--api-id", demo.apiId]);
  assert.equal(none.code, 1);
  assert.match(none.err, /auth login/);

  const r = await latchkey(["auth", "login", "--api-url", demo.baseUrl], { input: `${demo.rootKey}\n` });
  assert.equal(r.code, 0, r.err);
  assert.ok(!(r.out + r.err).includes(demo.rootKey));
  assert.ok(readFileSync(file, "utf8").includes(demo.rootKey));
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const api = await latchkey(["api", "apis", "get-api", "--api-id", demo.apiId]);
  assert.equal(api.code, 0, api.err);
  assert.match(api.out, /^req_\w+ \(took \d+ms\)\n\n\{\n {2}"id": /);
});

test(`${server}: every endpoint through latchkey api`, async (t) => {
  const saved = await start("cli");
  for (const step of steps) {
    const words = step.call.split(".").map(kebab), body = fill(step.body, saved);
    await t.test(step.call, async () => {
      const r = await latchkey(["api", ...words, ...flags(body), "--output=json"]);
      assert.equal(r.code, step.error ? 1 : 0, r.err);
      if (step.error) {
        assert.equal(r.out, "");
        return assert.match(r.err, /\nRequest: req_\w+\n$/);
      }
      const { meta, data } = JSON.parse(r.out);
      assert.match(meta.requestId, /^req_/);
      for (const [name, path] of Object.entries(step.save ?? {})) saved[name] = at(data, path);
      for (const [path, want] of Object.entries(fill(step.expect ?? {}, saved))) assert.equal(at(data, path), want, path);
    });
  }
});

test(`${server}: flag, environment and file, in this order`, async () => {
  const get = ["api", "apis", "get-api", "--api-id", demo.apiId];
  const wrong = { LATCHKEY_ROOT_KEY: "latchkey_unknown" };
  const refused = await latchkey(get, { env: wrong });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^Authentication failed: .*\nThe root key was taken from \$LATCHKEY_ROOT_KEY/);
  assert.equal((await latchkey([...get, "--root-key=-"], { env: wrong, input: demo.rootKey })).code, 0);
  const nobody = await latchkey(get, { env: { LATCHKEY_API_URL: "http://127.0.0.1:1" } });
  assert.equal(nobody.code, 1);
  assert.equal(nobody.out, "");
  assert.equal((await latchkey([...get, `--api-url=${demo.baseUrl}`], { env: { LATCHKEY_API_URL: "http://127.0.0.1:1" } })).code, 0);
});

test(`${server}: secrets on standard input, objects in files`, async () => {
  const meta = join(home, "meta.json");
  writeFileSync(meta, JSON.stringify({ from: "a file" }));
  const made = await latchkey(["api", "keys", "create-key", "--api-id", demo.apiId, "--meta-json", `@${meta}`, "--output=json"]);
  const { data } = JSON.parse(made.out);
  const seen = await latchkey(["api", "keys", "verify-key", "--key=-", "--output=json"], { input: `${data.key}\n` });
  assert.deepEqual(JSON.parse(seen.out).data.meta, { from: "a file" });
});

test(`${server}: a wrong command line is not sent`, async () => {
  for (const args of [["api", "keys", "get-key"], ["api", "keys", "get-key", "--key-id=key_x", "--colour=red"], ["api", "keyz"]]) {
    const r = await latchkey(args);
    assert.equal(r.code, 2, args.join(" "));
    assert.equal(r.out, "");
    assert.ok(!r.err.includes("req_"), r.err);
  }
});

test(`${server}: a file that others can read is refused`, async () => {
  chmodSync(file, 0o644);
  const r = await latchkey(["api", "apis", "get-api", "--api-id", demo.apiId]);
  assert.equal(r.code, 1);
  assert.match(r.err, /client\.conf/);
  chmodSync(file, 0o600);
});
