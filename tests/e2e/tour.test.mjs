// docs/tour.sh runs, and docs/tour.md is what it prints.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { server } from "./lib.mjs";

const run = promisify(execFile);
const docs = fileURLToPath(new URL("../../docs/", import.meta.url));

/** Without what differs from run to run: ids, keys, times, the operator's name, the width of columns. */
const lasting = (text) => text
  .replace(/\b(api|cor|id|key|log|mig|perm|req|rl|rlor|role|ws|ks)_[A-Za-z0-9]{9}\b/g, "$1_…")
  .replace(/\bdoc_[A-Za-z0-9]{4,22}(?=["'\s])/g, (key) => (key === "doc_madeup" ? key : "doc_…"))
  .replace(/legacy-\w{16}\b/g, "legacy-…").replace(/\b[0-9a-f]{64}\b|[\w+/]{43}=/g, "<hash>")
  .replace(/(?<=BRTRKFsL_|printf %s )[0-9a-f]{24}\b/g, "<long>")
  .replace(/took \d+ms/g, "took …ms").replace(/\b\d{13}\b/g, "…").replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…")
  .replaceAll(userInfo().username, "root").replace(/ {2,}/g, "  ");

test(`${server}: the tour`, async () => {
  const { stdout } = await run(`${docs}tour.sh`, [process.env.LK_DEMO]);
  assert.deepEqual(stdout.match(/(?<="code": ?")\w+/g), [
    "VALID", "NOT_FOUND", // the first key, one that is made up
    "VALID", "INSUFFICIENT_PERMISSIONS", "VALID", // roles
    "VALID", "VALID", "RATE_LIMITED", // a limit of an identity
    "VALID", "VALID", "EXPIRED", // reroll with grace, without
    "VALID", // sha256
    "NOT_FOUND", "VALID", "VALID", // prefixed-api-key before, while and after it is converted
    "NOT_FOUND", // after the API
  ]);
  const [, made] = stdout.match(/--recoverable[^}]*"key": "(\w+)"/);
  assert.equal(stdout.match(/"plaintext": "(\w+)"/)[1], made);
  assert.equal(lasting(stdout), lasting(readFileSync(`${docs}tour.md`, "utf8")), "docs/tour.md: run docs/tour.sh > docs/tour.md");
});
