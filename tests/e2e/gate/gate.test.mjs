// One recipe (LK_SERVER) in front of every kind of application, seen by clients and by applications.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { demo, post, server, sleep, until } from "../lib.mjs";

const run = promisify(execFile);
const site = process.env.LK_SITE, dir = process.env.LK_GATE;

// What a server lets through. status: refusals keep theirs; page: and their page; html: also the one
// for browsers; passed: headers of the gate when a request passes; told: a proxied application learns
// who has come.
const can = {
  "apache-authnz": { status: true, page: true, html: true, passed: true, told: true },
  "apache-fcgid": { status: true, page: true, html: true, passed: true, told: true },
  htaccess: { status: false, page: false, html: false, passed: true, told: true },
  lighttpd: { status: true, page: true, html: true, passed: false, told: false },
  nginx: { status: true, page: true, html: true, passed: true, told: true },
  "nginx-once": { status: true, page: true, html: false, passed: true, told: true },
}[server];

// The kinds of application: a page of each, other ways to ask for it; says: it tells what it is given.
const kinds = {
  static: { page: "/private/files/page.txt", others: ["/private/files/"] },
  cgi: { page: "/private/cgi/app.cgi", others: ["/private/cgi/app.cgi/a/b"], says: true },
  php: { page: "/private/php/index.php", others: ["/private/php/", "/private/php/index.php/a/b"], says: true },
  proxied: { page: "/private/proxied/page", others: ["/private/proxied/"], says: true, proxied: true },
  front: { page: "/private/front/some/page", others: ["/private/front/", "/private/front/x?a=1"], says: true },
};

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
after(() => agent.destroy());

/** A request to the site; its answer with the text of the body. */
function ask(path, { key, method = "GET", headers = {}, body, via, localAddress } = {}) {
  return new Promise((resolve, reject) => {
    const all = { Accept: "*/*", ...(key ? { Authorization: `Bearer ${key}` } : {}), ...headers };
    if (body) all["Content-Length"] = body.length;
    const req = request(site + path, { method, headers: all, agent: via ?? false, localAddress }, (res) => {
      const parts = [];
      res.on("data", (p) => parts.push(p));
      res.on("error", reject);
      res.on("end", () => resolve({ status: res.statusCode, headers: res.headers, raw: res.rawHeaders, text: Buffer.concat(parts).toString() }));
    });
    req.on("error", reject);
    req.end(body);
  });
}

const keyBody = { apiId: demo.apiId, prefix: "gate", name: "a key", externalId: "user_1", meta: { plan: "pro" } };
async function newKey(body = {}) {
  const r = await post("keys.createKey", { ...keyBody, ...body });
  assert.equal(r.status, 200, r.text);
  return r.data;
}
const withCredits = (n) => newKey({ credits: { remaining: n } });
const left = async (keyId) => (await post("keys.getKey", { keyId })).data.credits.remaining;
/** What an application says it was given. */
const given = (text) => Object.fromEntries(text.trim().split("\n").map((l) => [l.slice(0, l.indexOf("=")), l.slice(l.indexOf("=") + 1)]));

/** A refusal as this server can give it. */
function refused(r, status, code, what) {
  assert.equal(r.status, can.status ? status : 401, `${what}: ${r.text.slice(0, 300)}`);
  if (!can.page) return;
  assert.match(r.headers["content-type"] ?? "", /^application\/json/, what);
  const { meta, error } = JSON.parse(r.text);
  assert.equal(error.code, code, what);
  assert.equal(error.status, status, what);
  assert.match(meta.requestId, /^req_/, what);
}
/** What `latchkey gate check` finds; it ends with 1 when something is wrong. */
async function check(args) {
  const { stdout } = await run(demo.latchkey, ["gate", "check", ...args, "--config", demo.config, "--output", "json"])
    .catch((e) => { if (!e.stdout) throw e; return e; });
  return JSON.parse(stdout);
}
const client = "err:frontline:client:";
const named = (kind) => `${server}, ${kind}`;

for (const [kind, app] of Object.entries(kinds)) {
  test(`${named(kind)}: closed to who has no key, or a wrong one`, async () => {
    for (const path of [app.page, ...app.others]) {
      const none = await ask(path);
      refused(none, 401, `${client}missing_credentials`, path);
      assert.match(none.headers["www-authenticate"] ?? "", /^Bearer realm="[^"]+"$/, path);
      refused(await ask(path, { key: "gate_wrong" }), 401, `${client}invalid_key`, path);
      for (const method of ["HEAD", "POST", "PUT", "OPTIONS", "PROPFIND"])
        assert.equal((await ask(path, { method })).status, 401, `${method} ${path}`);
    }
    const browser = await ask(app.page, { headers: { Accept: "text/html,*/*;q=0.8" } });
    assert.equal(browser.status, 401);
    if (can.html) assert.match(browser.headers["content-type"], /^text\/html/);
    if (can.html) assert.match(browser.text, /<h1>401 Unauthorized<\/h1>/);
  });

  test(`${named(kind)}: what client and application get`, async () => {
    const k = await newKey({ credits: { remaining: 10 }, ratelimits: [{ name: "requests", limit: 7, duration: 60_000, autoApply: true }] });
    const forged = {
      LATCHKEY_KEY_ID: "forged", "Latchkey-Key-Id": "forged", "X-Latchkey-Key-Id": "forged", "X-Latchkey-Roles": "forged",
      "X-Latchkey-Principal": "forged", "X-Forwarded-User": "forged", "Variable-LATCHKEY_KEY_ID": "forged", "Remote-User": "forged",
    };
    const r = await ask(app.page, { key: k.key, headers: forged });
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(r.raw.filter((h) => /^variable-/i.test(h)), []);
    if (can.passed) {
      assert.equal(r.headers["ratelimit-limit"], "7");
      assert.equal(r.headers["ratelimit-remaining"], "6");
      assert.match(r.headers["ratelimit-reset"], /^[0-9]+$/);
    }
    if (!app.says) return;
    const v = given(r.text), name = (n) => (app.proxied ? `HTTP_X_${n}` : n);
    const user = v[app.proxied ? "HTTP_X_FORWARDED_USER" : "REMOTE_USER"];
    if (app.proxied && !can.told) {
      assert.doesNotMatch(Object.entries(v).filter(([n]) => /^HTTP_X_(LATCHKEY|FORWARDED_USER)/.test(n)).join(), /forged/);
      return;
    }
    assert.equal(v[name("LATCHKEY_KEY_ID")], k.keyId);
    assert.equal(v[name("LATCHKEY_KEY_NAME")], "a key");
    assert.equal(v[name("LATCHKEY_EXTERNAL_ID")], "user_1");
    assert.match(v[name("LATCHKEY_IDENTITY_ID")], /^id_/);
    assert.equal(v[name("LATCHKEY_CREDITS")], "9");
    assert.equal(v[name("LATCHKEY_ROLES")] ?? "", "");
    assert.equal(user, "user_1");
    assert.equal(JSON.parse(v[name("LATCHKEY_PRINCIPAL")]).subject, "user_1");
  });

  test(`${named(kind)}: refusals of a key`, async () => {
    const poor = await withCredits(1), slow = await newKey({ ratelimits: [{ name: "requests", limit: 1, duration: 60_000, autoApply: true }] });
    assert.equal((await ask(app.page, { key: poor.key })).status, 200);
    refused(await ask(app.page, { key: poor.key }), 429, `${client}usage_exceeded`, "no credits");
    assert.equal((await ask(app.page, { key: slow.key })).status, 200);
    const r = await ask(app.page, { key: slow.key });
    refused(r, 429, `${client}rate_limited`, "limit");
    assert.match(r.headers["retry-after"] ?? "", /^[0-9]+$/);
    assert.equal(r.headers["ratelimit-remaining"], "0");
    if (server === "htaccess") return; // its policy is one rule
    refused(await ask(app.page, { key: slow.key, method: "DELETE" }), 403, `${client}insufficient_permissions`, "permission");
  });

  test(`${named(kind)}: one charge for each request`, async () => {
    const k = await withCredits(1000);
    let expected = 1000;
    const once = async (what, path, options) => {
      const r = await ask(path, { key: k.key, ...options });
      assert.ok(r.status < 400, `${what} ${path}: ${r.status}`);
      assert.equal(await left(k.keyId), --expected, `${what} ${path}`);
      return r;
    };
    for (const path of [app.page, ...app.others]) {
      await once("GET", path);
      await once("HEAD", path, { method: "HEAD" });
      await once("range", path, { headers: { Range: "bytes=0-3" } });
      await once("keep-alive", path, { via: agent });
      if (app.says) await once("POST", path, { method: "POST", body: Buffer.from("a=1") });
    }
    if (app.says) return;
    const page = await once("GET", app.page);
    const again = await once("conditional", app.page, { headers: { "If-Modified-Since": page.headers["last-modified"] } });
    assert.equal(again.status, 304);
  });

  test(`${named(kind)}: uploads arrive whole`, { skip: !app.says }, async () => {
    const k = await withCredits(5), body = randomBytes(3 << 20);
    const r = await ask(app.page, { key: k.key, method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });
    assert.equal(r.status, 200);
    assert.equal(given(r.text).BODY, createHash("sha256").update(body).digest("hex"));
    assert.equal(await left(k.keyId), 4);
    assert.ok((await ask(app.page, { method: "POST", body }).catch(() => ({ status: 401 }))).status >= 400);
  });

  test(`${named(kind)}: 16 clients get as many pages as there are credits`, async () => {
    const k = await withCredits(20), statuses = [];
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 3; i++) statuses.push((await ask(app.page, { key: k.key, via: agent })).status);
    }));
    assert.equal(statuses.filter((s) => s === 200).length, 20, statuses.join());
    assert.equal(statuses.filter((s) => s === (can.status ? 429 : 401)).length, 28, statuses.join());
    assert.equal(await left(k.keyId), 0);
  });
}

for (const [kind, app] of Object.entries(kinds)) {
  test(`${named(kind)}: latchkey gate check`, async () => {
    for (const path of [app.page, ...app.others]) {
      const k = await withCredits(100);
      const args = [site + path, "--key", k.key, ...(app.proxied ? ["--proxied"] : [])];
      const found = await check(args);
      assert.deepEqual(found.filter((f) => f.result !== "pass"), [], path);
      assert.ok(found.length > 60, `${found.length} tricks`);
    }
  });
}

test(`${server}: who may come without a key`, { skip: !/^apache/.test(server) }, async () => {
  const localAddress = `127.0.1.${server.length}`; // counted for itself
  for (const path of ["/guests/files/", "/guests/cgi/app.cgi/a", "/guests/front/x"]) {
    const r = await ask(path, { localAddress });
    assert.equal(r.status, 200, path);
    assert.equal(given(r.text).LATCHKEY_KEY_ID, undefined);
    assert.match(given(r.text).REMOTE_USER ?? "", server === "apache-authnz" ? /^(anonymous)?$/ : /^$/);
  }
  refused(await ask("/guests/files/page.txt", { localAddress }), 429, `${client}rate_limited`, "limit");
  const k = await withCredits(2);
  const r = await ask("/guests/cgi/app.cgi", { key: k.key });
  assert.equal(given(r.text).LATCHKEY_KEY_ID, k.keyId);
  assert.equal(await left(k.keyId), 1);
});

test(`${server}: open pages do not show protected ones`, { skip: !/^(apache|htaccess)/.test(server) }, async () => {
  const { key } = await withCredits(3);
  for (const path of ["/open-index/", "/open-fallback/x"]) {
    for (const r of [await ask(path), await ask(path, { key })]) {
      assert.ok(r.status >= 400, `${path}: ${r.status}`);
      assert.doesNotMatch(r.text, /protected page/, path);
    }
  }
});

test(`${server}: what the server itself refuses stays as it is`, async () => {
  const k = await withCredits(3);
  assert.ok([403, 404].includes((await ask("/private/files/empty/", { key: k.key })).status)); // no index
  assert.equal((await ask("/private/files/none", { key: k.key })).status, 404);
  assert.equal(await left(k.keyId), 1);
});

test(`${server}: the key in another place`, { skip: server === "htaccess" }, async () => {
  const k = await withCredits(2);
  assert.equal((await ask(kinds.static.page, { headers: { "X-API-Key": k.key } })).status, 200);
  assert.equal(await left(k.keyId), 1);
});

test(`${server}: without the database closed, at once`, async () => {
  const k = await withCredits(5);
  for (const app of Object.values(kinds)) assert.equal((await ask(app.page, { key: k.key })).status, 200);
  const pid = Number(readFileSync(`${demo.dir}/mysql.pid`, "utf8"));
  process.kill(pid, "SIGTERM");
  await until(() => { try { process.kill(pid, 0); return false; } catch { return true; } }, "the database's end");
  try {
    for (const [kind, app] of Object.entries(kinds)) {
      const start = Date.now(), r = await ask(app.page, { key: k.key }), took = Date.now() - start;
      refused(r, 503, "err:frontline:platform:service_unavailable", kind);
      assert.equal(r.headers["retry-after"], "1", kind);
      assert.ok(took < 1500, `${kind}: ${took} ms`);
    }
    const down = await check([site + kinds.static.page, "--key", k.key, "--down"]);
    assert.deepEqual(down.filter((f) => f.result === "FAIL").map((f) => [f.trick, f.detail]), []);
  } finally {
    await run(`${dir}/start-database`, [demo.dir]);
  }
  await until(async () => (await ask(kinds.static.page, { key: (await withCredits(5)).key })).status === 200, "the gate's return");
});

// The last one: the gate does not come back.
test(`${server}: without the gate closed`, async () => {
  const k = await withCredits(50), spawned = /^(apache-fcgid|htaccess)$/.test(server);
  const program = `${dir}/${server === "htaccess" ? "home/latchkey" : "bin"}/latchkey.fcgi`;
  renameSync(program, `${program}.kept`);
  writeFileSync(program, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  try {
    // the workers, and who would start them again
    const { stdout } = await run("pgrep", ["-f", `(^| )${program}( |$)`]).catch(() => ({ stdout: "" }));
    for (const pid of stdout.split("\n").filter(Boolean)) try { process.kill(Number(pid), "SIGTERM"); } catch { /* gone */ }
    await sleep(300);
    for (const [kind, app] of Object.entries(kinds)) {
      const r = await Promise.race([ask(app.page, { key: k.key }), sleep(2000)]);
      if (spawned && !r) break; // mod_fcgid tries a minute to start the gate
      assert.ok(r?.status >= 500, `${kind}: ${r?.status ?? "no answer"}`);
      if (/^nginx/.test(server)) assert.deepEqual([r.status, r.headers["retry-after"]], [503, "1"], kind);
    }
    assert.equal(await left(k.keyId), 50);
  } finally {
    renameSync(`${program}.kept`, program);
  }
});
