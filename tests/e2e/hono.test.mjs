// @unkey/hono guards a route: it verifies the key of each request. It takes no base URL, so its
// requests to the hosted service are turned to the server under test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unkey as guard } from "@unkey/hono";
import { Hono } from "hono";
import { demo, server, unkey } from "./lib.mjs";

const { fetch } = globalThis;
globalThis.fetch = async (request, init) => {
  const url = new URL(request.url ?? request);
  if (url.origin !== "https://api.unkey.com") return fetch(request, init);
  const { method, headers } = request;
  return fetch(new URL(url.pathname, demo.baseUrl), { method, headers, body: await request.text() });
};

test(`${server}: @unkey/hono lets a key with the permission in, and nobody else`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "hono" });
  const reader = (await unkey.keys.createKey({ apiId, name: "reader", permissions: ["hono.read"] })).data.key;
  const other = (await unkey.keys.createKey({ apiId })).data.key;
  const app = new Hono();
  app.use("*", guard({
    rootKey: demo.rootKey, permissions: "hono.read", tags: ["from=hono"],
    handleInvalidKey: (c, { data }) => c.json({ code: data.code }, 403),
  }));
  app.get("/", (c) => c.json({ hello: c.get("unkey").data.name }));
  const get = async (key) => {
    const r = await app.request("/", key ? { headers: { Authorization: `Bearer ${key}` } } : {});
    return [r.status, await r.json()];
  };
  assert.deepEqual(await get(reader), [200, { hello: "reader" }]);
  assert.deepEqual(await get(other), [403, { code: "INSUFFICIENT_PERMISSIONS" }]);
  assert.deepEqual(await get("unknown"), [403, { code: "NOT_FOUND" }]);
  assert.deepEqual(await get(null), [401, { error: "unauthorized" }]);
});

test(`${server}: @unkey/hono hands on what the server refuses`, async () => {
  const app = new Hono();
  let seen;
  app.use("*", guard({ rootKey: "latchkey_unknown" }));
  app.onError((e, c) => { seen = e.statusCode; return c.text("no", 500); });
  const r = await app.request("/", { headers: { Authorization: "Bearer x" } });
  assert.equal(r.status, 500);
  assert.equal(seen, 401);
});
