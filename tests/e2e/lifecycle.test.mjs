// Workers and the database come and go; clients hardly notice.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";
import { demo, post, server, sleep, sql, until, unkey, workers } from "./lib.mjs";

const run = promisify(execFile);
/** Whether the process runs; one that waits to be reaped does not. */
const alive = (pid) => { try { return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")); } catch { return false; } };
const plainCgi = server === "apache-cgi";

async function newKey(body = {}) {
  const { data: { apiId } } = await unkey.apis.createApi({ name: "lifecycle" });
  return (await unkey.keys.createKey({ apiId, ...body })).data;
}
const code = async (key) => (await post("keys.verifyKey", { key })).data?.code;

/** Holds a row lock on the key, so that charging it waits. */
async function lockKey(keyId) {
  const p = spawn("mariadb", ["--no-defaults", `--socket=${demo.socket}`, "-u", "root", "-N", "-B", "-n", "latchkey"]);
  p.stdin.write(`BEGIN; SELECT id FROM lk_key WHERE id = '${keyId}' FOR UPDATE;\n`);
  await new Promise((r) => p.stdout.once("data", r));
  return () => { p.stdin.end("COMMIT;\n"); return new Promise((r) => p.once("exit", r)); };
}

for (const signal of ["SIGTERM", "SIGUSR1"]) {
  test(`${server}: an idle worker exits at once on ${signal}`, { skip: plainCgi }, async () => {
    const { key } = await newKey();
    await Promise.all(Array.from({ length: 8 }, () => code(key)));
    const [pid] = await workers();
    const start = Date.now();
    process.kill(pid, signal);
    await until(() => !alive(pid), "the worker's end");
    assert.ok(Date.now() - start < 1_000, `took ${Date.now() - start} ms`);
    for (let i = 0; i < 20; i++) await until(async () => (await code(key)) === "VALID", "an answer");
  });
}

test(`${server}: a request in progress is finished after SIGTERM`, { skip: plainCgi }, async () => {
  const { key, keyId } = await newKey({ credits: { remaining: 5 } });
  await code(key);
  const release = await lockKey(keyId);
  const answer = post("keys.verifyKey", { key });
  await sleep(300);
  for (const pid of await workers()) process.kill(pid, "SIGTERM");
  await sleep(100);
  await release();
  const r = await answer;
  assert.equal(r.status, 200);
  assert.equal(r.data.code, "VALID");
  await until(async () => (await code(key)) === "VALID", "workers again");
});

test(`${server}: nothing recorded is lost on SIGTERM`, { skip: plainCgi }, async () => {
  const { key, keyId } = await newKey();
  const answers = await Promise.all(Array.from({ length: 40 }, () => post("keys.verifyKey", { key })));
  const old = await workers();
  for (const pid of old) process.kill(pid, "SIGTERM");
  await until(() => !old.some(alive), "the workers' end");
  const ok = answers.filter((a) => a.data?.code === "VALID").length;
  assert.equal(ok, 40);
  assert.equal(Number((await sql(`SELECT COUNT(*) FROM lk_verification WHERE key_id = '${keyId}'`))[0][0]), 40);
  await until(async () => (await code(key)) === "VALID", "workers again");
});

test(`${server}: a killed worker is replaced`, { skip: plainCgi || server === "apache-proxy" || server === "nginx" }, async () => {
  const { key } = await newKey();
  await code(key);
  for (const pid of await workers()) process.kill(pid, "SIGKILL");
  await until(async () => (await code(key)) === "VALID", "an answer");
  for (let i = 0; i < 20; i++) assert.equal(await code(key), "VALID");
});

test(`${server}: the database is restarted`, async () => {
  const { key } = await newKey();
  assert.equal(await code(key), "VALID");
  const before = new Set(await workers());
  const pid = Number((await run("cat", [`${demo.dir}/mysql.pid`])).stdout);
  process.kill(pid, "SIGTERM");
  await until(() => !alive(pid), "the database's end");
  const start = Date.now(), down = await post("keys.verifyKey", { key });
  assert.equal(down.status, 500);
  assert.ok(down.error.type.endsWith("unkey/application/service_unavailable"), down.text);
  assert.ok(Date.now() - start < 2_000, `took ${Date.now() - start} ms`);
  assert.equal((await fetch(`${demo.baseUrl}/health/live`)).status, 200);
  assert.equal((await fetch(`${demo.baseUrl}/health/ready`)).status, 503);
  await run(process.env.LK_START_DATABASE, [demo.dir]);
  await until(async () => (await code(key)) === "VALID", "the database's return");
  for (let i = 0; i < 20; i++) assert.equal(await code(key), "VALID");
  if (!plainCgi) assert.ok((await workers()).some((p) => before.has(p)), "the same workers go on");
});

test(`${server}: connections that the database has closed are made again`, async () => {
  const { key } = await newKey();
  await Promise.all(Array.from({ length: 8 }, () => code(key)));
  const ids = await sql("SELECT id FROM information_schema.processlist WHERE user = 'latchkey'");
  for (const [id] of ids.filter(([id]) => id)) await sql(`KILL ${id}`).catch(() => {});
  for (let i = 0; i < 10; i++) assert.equal(await code(key), "VALID");
});

test(`${server}: a client that goes away does no harm`, async () => {
  const { key } = await newKey({ credits: { remaining: 1000 } });
  const url = new URL(demo.baseUrl), body = JSON.stringify({ key });
  for (let i = 0; i < 10; i++) {
    await new Promise((done) => {
      const s = connect(Number(url.port), url.hostname, () => {
        s.write(`POST /v2/keys.verifyKey HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${demo.rootKey}\r\nContent-Type: application/json\r\nContent-Length: ${i % 2 ? body.length : body.length + 100}\r\n\r\n${body}`);
        setTimeout(() => { s.destroy(); done(); }, 5);
      });
    });
  }
  for (let i = 0; i < 10; i++) assert.equal(await code(key), "VALID");
});

test(`${server}: doctor finds nothing wrong, also from outside`, async () => {
  const { stdout } = await run(demo.latchkey, ["doctor", "--url", demo.baseUrl, "--config", demo.config, "--output", "json"]);
  const findings = JSON.parse(stdout);
  assert.deepEqual(findings.filter((f) => !f.ok), []);
  assert.deepEqual(findings.slice(-3).map((f) => f.check), ["web server", "encryption", "large requests"]);
});

test("metrics that cannot be had stop nothing", async () => {
  const metrics = { LATCHKEY_METRICS: "on", LATCHKEY_METRICS_TOKEN: "t", LATCHKEY_METRICS_FILE: "/nonexistent/metrics" };
  const cgi = { GATEWAY_INTERFACE: "CGI/1.1", REQUEST_METHOD: "GET", SCRIPT_NAME: "/health/live", LATCHKEY_CONFIG: demo.config };
  const { stdout, stderr } = await run(demo.latchkey, [], { env: { ...metrics, ...cgi } });
  assert.match(stdout, /^Status: 200/);
  assert.match(stderr, /event=metrics_off reason="metrics_file: \/nonexistent\//);
  await assert.rejects(run(demo.latchkey, ["doctor", "--config", demo.config, "--output", "json"], { env: metrics }),
    (e) => /"check":"metrics","ok":false/.test(e.stdout));
});

test(`${server}: doctor reports a configuration that cannot be read`, async () => {
  await assert.rejects(run(demo.latchkey, ["doctor", "--config", "/nonexistent.conf", "--output", "json"]), (e) => {
    const [finding, ...more] = JSON.parse(e.stdout);
    assert.equal(e.code, 1);
    assert.deepEqual(more, []);
    assert.deepEqual([finding.check, finding.ok], ["configuration", false]);
    assert.match(finding.detail, /nonexistent/);
    return true;
  });
});
