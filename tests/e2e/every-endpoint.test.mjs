// Every endpoint through the official client. What the client parses is strict: a missing member, a
// null or a wrong type makes it throw.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as errors from "@unkey/api/models/errors";
import { demo, server, unkey } from "./lib.mjs";
import { at, fill, start, steps } from "./scenario.mjs";

test(`${server}: every endpoint through @unkey/api`, async (t) => {
  const saved = await start("js");
  for (const step of steps) {
    const [group, operation] = step.call.split("."), body = fill(step.body, saved);
    await t.test(step.call, async () => {
      const call = unkey[group][operation](body);
      if (step.error)
        return assert.rejects(call, (e) => e instanceof errors[step.class] && e.error.status === step.error && e.meta.requestId.startsWith("req_"));
      const answer = await call;
      const { meta, data } = answer.result ?? answer;
      assert.match(meta.requestId, /^req_/);
      for (const [name, path] of Object.entries(step.save ?? {})) saved[name] = at(data, path);
      for (const [path, want] of Object.entries(fill(step.expect ?? {}, saved))) assert.equal(at(data, path), want, path);
    });
  }
});

test(`${server}: the scenario has every endpoint`, async () => {
  const { paths } = await (await fetch(`${demo.baseUrl}/openapi.json`)).json();
  const called = new Set(steps.map((s) => `/v2/${s.call}`));
  assert.deepEqual(Object.keys(paths).filter((p) => paths[p].post && !called.has(p)), []);
});
