// scenario.json through the official Python client, where `run` could install it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { server } from "./lib.mjs";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const skip = existsSync(`${here}.venv/installed`) ? false : "unkey.py could not be installed";

test(`${server}: every endpoint through unkey.py`, { skip }, async () => {
  const { stdout } = await run(`${here}.venv/bin/python`, ["-B", `${here}every_endpoint.py`]);
  assert.match(stdout, /^\d+ steps\n$/);
});
