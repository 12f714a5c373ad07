// The main job through a real web server, driven by the official clients.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ratelimit, Overrides } from "@unkey/ratelimit";
import * as errors from "@unkey/api/models/errors";
import { Unkey } from "@unkey/api";
import { demo, lk, post, unkey, until, sql, server } from "./lib.mjs";

const verify = async (key, more = {}) => (await unkey.keys.verifyKey({ key, ...more })).data;

test(`${server}: a key is created, verified, limited, used up, disabled, deleted`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "e2e" });
  const { data: { keyId, key } } = await unkey.keys.createKey({
    apiId, prefix: "e2e", name: "from the SDK", externalId: "user_1", meta: { plan: "pro", big: 9007199254740991 },
    permissions: ["docs.read"], credits: { remaining: 3 },
    ratelimits: [{ name: "requests", limit: 2, duration: 3_600_000, autoApply: true }],
  });
  assert.match(key, /^e2e_/);
  const first = await verify(key);
  assert.deepEqual([first.valid, first.code, first.credits, first.keyId], [true, "VALID", 2, keyId]);
  assert.equal(first.identity.externalId, "user_1");
  assert.deepEqual(first.meta, { plan: "pro", big: 9007199254740991 });
  assert.equal(first.ratelimits[0].remaining, 1);
  assert.equal((await verify(key)).code, "VALID");
  assert.equal((await verify(key)).code, "RATE_LIMITED");
  await unkey.keys.updateKey({ keyId, ratelimits: [] });
  assert.equal((await verify(key)).credits, 0);
  assert.equal((await verify(key)).code, "USAGE_EXCEEDED");
  assert.equal((await unkey.keys.updateCredits({ keyId, operation: "set", value: 50 })).data.remaining, 50);
  assert.equal((await verify(key, { permissions: "docs.write" })).code, "INSUFFICIENT_PERMISSIONS");
  assert.equal((await verify(key, { permissions: "docs.read" })).code, "VALID");
  await unkey.keys.updateKey({ keyId, enabled: false });
  assert.equal((await verify(key)).code, "DISABLED");
  const got = (await unkey.keys.getKey({ keyId })).data;
  assert.equal(got.name, "from the SDK");
  assert.equal((await unkey.keys.whoami({ key })).data.keyId, keyId);
  const page = await unkey.apis.listKeys({ apiId });
  assert.deepEqual(page.result.data.map((k) => k.keyId), [keyId]);
  await unkey.keys.deleteKey({ keyId });
  assert.equal((await verify(key)).code, "NOT_FOUND");
  await unkey.apis.deleteApi({ apiId });
  const log = (await lk("audit", "list", "--workspace", demo.workspaceId, "--resource", keyId)).data;
  assert.equal(log.filter((e) => e.event === "key.update").length, 3);
  assert.equal(log.filter((e) => e.event === "key.create").length, 1);
  assert.equal(log[0].event, "key.delete");
  assert.equal(log[0].actor.type, "rootkey");
  assert.match(log[0].userAgent, /speakeasy/);
});

test(`${server}: errors become the client's classes`, async () => {
  const stranger = new Unkey({ rootKey: "latchkey_unknown", serverURL: demo.baseUrl, retryConfig: { strategy: "none" } });
  const limited = (await lk("root-key", "create", "--workspace", demo.workspaceId, "--permission", "api.*.read_api")).key;
  const reader = new Unkey({ rootKey: limited, serverURL: demo.baseUrl, retryConfig: { strategy: "none" } });
  await assert.rejects(unkey.apis.createApi({ name: "ab" }), (e) => e instanceof errors.BadRequestErrorResponse && e.error.errors[0].location === "/properties/name/minLength");
  await assert.rejects(stranger.apis.createApi({ name: "abc" }), errors.UnauthorizedErrorResponse);
  await assert.rejects(reader.apis.createApi({ name: "abc" }), errors.ForbiddenErrorResponse);
  await assert.rejects(unkey.apis.getApi({ apiId: "api_12345678" }), errors.NotFoundErrorResponse);
});

test(`${server}: lists are followed page by page`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "e2e pages" });
  await Promise.all(Array.from({ length: 7 }, () => unkey.keys.createKey({ apiId })));
  const seen = [];
  for await (const page of await unkey.apis.listKeys({ apiId, limit: 3 })) seen.push(...page.result.data.map((k) => k.keyId));
  assert.equal(seen.length, 7);
  assert.equal(new Set(seen).size, 7);
  assert.deepEqual(seen, [...seen].sort());
});

test(`${server}: @unkey/ratelimit limits, and denies from memory until reset`, async () => {
  const limiter = new Ratelimit({ rootKey: demo.rootKey, baseUrl: demo.baseUrl, namespace: `e2e ${Date.now()}`, limit: 3, duration: "1h" });
  const results = [];
  for (let i = 0; i < 5; i++) results.push(await limiter.limit("user"));
  assert.deepEqual(results.map((r) => r.success), [true, true, true, false, false]);
  assert.deepEqual(results.slice(0, 3).map((r) => r.remaining), [2, 1, 0]);
  assert.ok(results[3].reset > Date.now() && results[3].reset <= Date.now() + 3_600_000);
  assert.equal(typeof new Overrides({ rootKey: demo.rootKey, baseUrl: demo.baseUrl }).getOverride, "function");
});

test(`${server}: 40 parallel verifications of a key with 10 credits: exactly 10 pass`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "e2e race" });
  const { data: { key } } = await unkey.keys.createKey({ apiId, credits: { remaining: 10 } });
  const codes = (await Promise.all(Array.from({ length: 40 }, () => verify(key)))).map((d) => d.code);
  assert.equal(codes.filter((c) => c === "VALID").length, 10);
  assert.equal(codes.filter((c) => c === "USAGE_EXCEEDED").length, 30);
});

test(`${server}: verifications are recorded`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "e2e records" });
  const { data: { key, keyId } } = await unkey.keys.createKey({ apiId });
  const { meta: { requestId } } = await unkey.keys.verifyKey({ key, tags: ["path=/a"] });
  await until(async () => (await sql(`SELECT outcome, tags FROM lk_verification WHERE request_id = '${requestId}'`))[0][0] === "VALID", "the record");
  const { data } = await unkey.keys.getKey({ keyId });
  assert.ok(data.lastUsedAt > Date.now() - 120_000);
});

test(`${server}: what the web server passes on`, async () => {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "e2e addresses" });
  const { data: { key } } = await unkey.keys.createKey({ apiId });
  await lk("api-settings", "set", "--api", apiId, "--ip-whitelist", "203.0.113.9");
  assert.equal((await verify(key)).code, "FORBIDDEN");
  const forwarded = await post("keys.verifyKey", { key }, { headers: { "X-Forwarded-For": "203.0.113.9:1234, 10.0.0.1" } });
  assert.equal(forwarded.data.code, "VALID");
  const lower = await post("keys.verifyKey", { key }, { key: null, headers: { authorization: `  Bearer   ${demo.rootKey} ` } });
  assert.equal(lower.status, 200);
  assert.equal((await post("keys.verifyKey", { key }, { key: null })).status, 400);
});

test(`${server}: routes`, async () => {
  const get = (path, init) => fetch(demo.baseUrl + path, init);
  assert.equal((await get("/v2/liveness")).status, 200);
  assert.equal((await get("/health/ready")).status, 200);
  const yaml = await get("/openapi.yaml");
  assert.equal(yaml.headers.get("content-type"), "application/yaml");
  assert.match(await (await get("/reference")).text(), /openapi\.json/);
  for (const [path, method, status] of [["/v2/nope", "POST", 404], ["/v2/apis.createApi/", "POST", 404], ["/v2/apis.createApi", "GET", 405], ["/v2/apis.createApi", "OPTIONS", 405]]) {
    const r = await get(path, { method });
    assert.equal(r.status, status, `${method} ${path}`);
    assert.match(r.headers.get("content-type"), /^text\/plain/);
    if (status === 405) assert.equal(r.headers.get("allow"), "POST");
  }
});

test(`${server}: large and broken bodies`, async () => {
  const big = await post("apis.createApi", undefined, { raw: `{"name":"${"x".repeat(10_485_760)}"}` });
  assert.equal(big.status, 413);
  assert.match(big.error.detail, /request body exceeds/);
  assert.match(big.error.detail, /10485760/);
  const almost = await post("apis.createApi", undefined, { raw: `{"name":"${"x".repeat(10_000_000)}"}` });
  assert.equal(almost.status, 400);
  assert.equal(almost.error.errors[0].location, "/properties/name/maxLength");
  for (const raw of ["", "{", "[]", "nul", "\u0000", '{"name":"abc",}', "\ufeff{}"]) {
    const r = await post("apis.createApi", undefined, { raw });
    assert.equal(r.status, 400, JSON.stringify(raw));
    assert.ok(r.error.type.endsWith("invalid_input"));
  }
  assert.equal((await post("apis.createApi", { name: "abc" })).status, 200);
});
