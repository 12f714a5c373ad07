// analytics_examples.mjs > analytics_examples.json: events, the example queries of the contract
// (analytics.md section 11) and their results, computed from the events without SQL.
//   "any": n rows out of want; "ordered": the order of rows is part of the result
const S = 1000, MIN = 60 * S, HOUR = 60 * MIN, DAY = 24 * HOUR;
const now = Date.UTC(2026, 10, 25, 12, 34, 56, 789), nowS = Math.floor(now / S) * S;

let state = 12345;
function random(n) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * n);
}
const pick = list => list[random(list.length)];

function someTime() {
    const span = pick([2 * HOUR, DAY, DAY, 7 * DAY, 7 * DAY, 30 * DAY, 60 * DAY, 380 * DAY]);
    return now - random(span);
}

const tagSets = [[], ['path=/a'], ['path=/b', 'environment=production'],
    ['environment=production', 'team=backend', 'path=/a'], ['say "x"', 'path=/c d'], ['b', 'a']];
const owners = [
    { key_id: 'key_1', external_id: 'a', identity_id: 'id_a', key_space_id: 'ks_1' },
    { key_id: 'key_2', external_id: 'b', identity_id: 'id_b', key_space_id: 'ks_2' },
    { key_id: 'key_3', external_id: '', identity_id: '', key_space_id: 'ks_2' },
    { key_id: 'key_1234', external_id: 'user_123', identity_id: 'id_u', key_space_id: 'ks_1234' },
    { key_id: 'key_5', external_id: 'user_123', identity_id: 'id_u', key_space_id: 'ks_1' },
    { key_id: 'Key_5', external_id: 'A', identity_id: 'id_A', key_space_id: 'ks_1' },
];
const outcomes = ['VALID', 'VALID', 'VALID', 'RATE_LIMITED', 'USAGE_EXCEEDED', 'EXPIRED', 'DISABLED',
    'FORBIDDEN', 'INSUFFICIENT_PERMISSIONS'];
const verifications = Array.from({ length: 260 }, (_, i) => {
    const outcome = pick(outcomes), gateway = random(5) === 0;
    return { request_id: `req_${i}`, time: someTime(), ...pick(owners), outcome, region: pick(['eu', 'us']),
        source: gateway ? 'gateway' : 'api', app_id: gateway ? pick(['app_x', 'app_y']) : '',
        tags: pick(tagSets), spent_credits: outcome === 'VALID' ? pick([0, 1, 5, 137, 1250]) : 0,
        latency: random(80) };
});
const decisions = Array.from({ length: 220 }, (_, i) => {
    const passed = random(3) > 0, limit = pick([10, 100]);
    return { request_id: `req_d${i}`, position: 0, time: someTime(), namespace_id: pick(['rlns_1', 'rlns_1', 'rlns_2']),
        identifier: pick(['a', 'b', 'c', 'B ', 'é']), passed, override_id: pick(['', 'rlor_1']), limit,
        remaining: passed ? random(limit) : 0, reset_at: now + random(MIN), tokens: 1 + random(4),
        latency: random(20) };
});

// What ClickHouse's functions mean
const floorTo = unit => t => Math.floor(t / unit) * unit;
const minute = floorTo(MIN), hour = floorTo(HOUR), day = floorTo(DAY);
const month = t => Date.UTC(new Date(t).getUTCFullYear(), new Date(t).getUTCMonth(), 1);
const monthsAgo = n => Date.UTC(2026, 10 - n, 25, 12, 34, 56);
const iso = t => new Date(t).toISOString().replace('.000Z', 'Z');
const sum = (list, f) => list.reduce((a, e) => a + f(e), 0);
const credits = list => sum(list, e => e.spent_credits);
const mean = (list, f) => list.length ? sum(list, f) / list.length : null;
function quantile(p, values) {
    const v = [...values].sort((a, b) => a - b), h = p * (v.length - 1), at = Math.floor(h);
    return at + 1 < v.length ? v[at] * (1 - (h - at)) + v[at + 1] * (h - at) : v[at];
}
function groups(list, f) {
    const out = new Map();
    for (const e of list)
        out.set(JSON.stringify(f(e)), [...(out.get(JSON.stringify(f(e))) ?? []), e]);
    return [...out].map(([k, events]) => [JSON.parse(k), events]);
}
const bytes = (a, b) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
const compare = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : bytes(a, b);

// Events of a bucket table from a bucket on
const since = (bucket, from) => verifications.filter(e => bucket(e.time) >= from);
const back = ms => nowS - ms;
const days = n => since(day, back(n * DAY));
const is = outcome => list => list.filter(e => e.outcome === outcome).length;
const valid = is('VALID'), limited = is('RATE_LIMITED');

const examples = [];
// order: members by which rows are ordered, - in front for descending
function add(name, query, rows, { order, limit, any } = {}) {
    let ordered = false;
    if (order) {
        const keys = order.split(' ').map(k => ({ name: k.replace('-', ''), sign: k[0] === '-' ? -1 : 1 }));
        const by = (a, b) => keys.reduce((d, k) => d || k.sign * compare(a[k.name], b[k.name]), 0);
        rows.sort(by);
        ordered = rows.every((r, i) => i === 0 || by(rows[i - 1], r) !== 0);
        if (limit && rows.length > limit && by(rows[limit - 1], rows[limit]) === 0)
            throw new Error(`${name}: a tie at the limit`);
        if (limit)
            rows = rows.slice(0, limit);
    }
    examples.push({ name, endpoint: name[0] === 'V' ? 'getVerifications' : 'getRatelimits', query, ordered,
        ...(any ? { any } : {}), want: rows });
}

const DAYS = 'FROM key_verifications_per_day_v1 WHERE time >= now() - INTERVAL';
add('V1', `SELECT SUM(count) AS total ${DAYS} 7 DAY`, [{ total: days(7).length }]);
add('V2', 'SELECT outcome, SUM(count) AS count FROM key_verifications_per_hour_v1 WHERE time >= now() - INTERVAL 24 HOUR GROUP BY outcome ORDER BY count DESC',
    groups(since(hour, back(24 * HOUR)), e => e.outcome).map(([outcome, l]) => ({ outcome, count: l.length })), { order: '-count' });
const perUser = n => groups(days(n), e => e.external_id).map(([external_id, l]) => ({ external_id, n: l.length }));
add('V3', `SELECT external_id, SUM(count) AS n ${DAYS} 30 DAY GROUP BY external_id ORDER BY n DESC LIMIT 10`, perUser(30), { order: '-n' });
add('V4', "SELECT COUNT(*) AS total FROM key_verifications_v1 WHERE outcome = 'VALID' AND time >= now() - INTERVAL 7 DAY",
    [{ total: valid(verifications.filter(e => e.time >= back(7 * DAY))) }]);
add('V5', `SELECT outcome, SUM(count) AS count ${DAYS} 30 DAY GROUP BY outcome ORDER BY count DESC`,
    groups(days(30), e => e.outcome).map(([outcome, l]) => ({ outcome, count: l.length })), { order: '-count' });
const six = [['VALID', 'valid'], ['RATE_LIMITED', 'rateLimited'], ['INVALID', 'invalid'], ['NOT_FOUND', 'notFound'],
    ['FORBIDDEN', 'forbidden'], ['USAGE_EXCEEDED', 'usageExceeded'], ['UNAUTHORIZED', 'unauthorized'],
    ['DISABLED', 'disabled'], ['INSUFFICIENT_PERMISSIONS', 'insufficientPermissions'], ['EXPIRED', 'expired']];
const sixSql = six.map(([o, n]) => `sumIf(count, outcome = '${o}') AS ${n}`).join(', ') + ', SUM(count) AS total';
const sixOf = l => Object.fromEntries([...six.map(([o, n]) => [n, is(o)(l)]), ['total', l.length]]);
add('V6', `SELECT ${sixSql} ${DAYS} 30 DAY`, [sixOf(days(30))]);
add('V7', `SELECT key_id, ${sixSql} ${DAYS} 30 DAY GROUP BY key_id ORDER BY total DESC LIMIT 100`,
    groups(days(30), e => e.key_id).map(([key_id, l]) => ({ key_id, ...sixOf(l) })), { order: '-total' });
add('V8', `SELECT time AS date, SUM(count) AS n ${DAYS} 30 DAY GROUP BY date ORDER BY date`,
    groups(days(30), e => iso(day(e.time))).map(([date, l]) => ({ date, n: l.length })), { order: 'date' });
add('V9', 'SELECT time AS hour, outcome, SUM(count) AS n FROM key_verifications_per_hour_v1 WHERE time >= toStartOfDay(now()) GROUP BY time, outcome ORDER BY time, outcome',
    groups(since(hour, day(now)), e => [iso(hour(e.time)), e.outcome]).map(([[h, outcome], l]) => ({ hour: h, outcome, n: l.length })), { order: 'hour outcome' });
const okSql = "SUM(CASE WHEN outcome = 'VALID' THEN count ELSE 0 END) AS ok";
const three = `SUM(count) AS total, ${okSql}, SUM(CASE WHEN outcome = 'RATE_LIMITED' THEN count ELSE 0 END) AS limited`;
const threeOf = l => ({ total: l.length, ok: valid(l), limited: limited(l) });
const named = e => e.external_id !== '';
add('V10', `SELECT external_id, ${three} ${DAYS} 30 DAY AND external_id != '' GROUP BY external_id ORDER BY total DESC LIMIT 100`,
    groups(days(30).filter(named), e => e.external_id).map(([external_id, l]) => ({ external_id, ...threeOf(l) })), { order: '-total' });
const DAY_TABLE = 'FROM key_verifications_per_day_v1';
add('V11', `SELECT ${three} ${DAY_TABLE} WHERE external_id = 'user_123' AND time >= now() - INTERVAL 30 DAY`,
    [threeOf(days(30).filter(e => e.external_id === 'user_123'))]);
add('V12', `SELECT external_id, SUM(count) AS n ${DAYS} 30 DAY AND external_id != '' GROUP BY external_id ORDER BY n DESC LIMIT 10`,
    perUser(30).filter(named), { order: '-n' });
add('V13', `SELECT external_id, time AS date, SUM(count) AS n ${DAYS} 30 DAY GROUP BY external_id, date ORDER BY external_id, date`,
    groups(days(30), e => [e.external_id, iso(day(e.time))]).map(([[external_id, date], l]) => ({ external_id, date, n: l.length })), { order: 'external_id date' });
add('V14', `SELECT key_space_id, SUM(count) AS total, ${okSql} ${DAYS} 30 DAY GROUP BY key_space_id ORDER BY total DESC`,
    groups(days(30), e => e.key_space_id).map(([key_space_id, l]) => ({ key_space_id, total: l.length, ok: valid(l) })), { order: '-total' });
add('V15', `SELECT ${three}, SUM(CASE WHEN outcome = 'INVALID' THEN count ELSE 0 END) AS invalid ${DAY_TABLE} WHERE key_space_id = 'ks_1234' AND time >= now() - INTERVAL 30 DAY`,
    [{ ...threeOf(days(30).filter(e => e.key_space_id === 'ks_1234')), invalid: 0 }]);
add('V16', `SELECT key_space_id, SUM(count) AS n, round(SUM(CASE WHEN outcome = 'VALID' THEN count ELSE 0 END) / SUM(count) * 100, 2) AS rate ${DAY_TABLE} WHERE key_space_id IN ('ks_1', 'ks_2') AND time >= now() - INTERVAL 7 DAY GROUP BY key_space_id`,
    groups(days(7).filter(e => e.key_space_id !== 'ks_1234'), e => e.key_space_id)
        .map(([key_space_id, l]) => ({ key_space_id, n: l.length, rate: Math.round(valid(l) / l.length * 10000) / 100 })));
add('V17', `SELECT key_id, SUM(count) AS total, ${okSql} ${DAYS} 30 DAY GROUP BY key_id ORDER BY total DESC LIMIT 100`,
    groups(days(30), e => e.key_id).map(([key_id, l]) => ({ key_id, total: l.length, ok: valid(l) })), { order: '-total' });
add('V18', `SELECT ${three} ${DAY_TABLE} WHERE key_id = 'key_1234' AND time >= now() - INTERVAL 30 DAY`,
    [threeOf(days(30).filter(e => e.key_id === 'key_1234'))]);
add('V19', `SELECT key_id, SUM(count) AS errors, groupArray(DISTINCT outcome) AS kinds ${DAY_TABLE} WHERE outcome != 'VALID' AND time >= now() - INTERVAL 7 DAY GROUP BY key_id ORDER BY errors DESC LIMIT 20`,
    groups(days(7).filter(e => e.outcome !== 'VALID'), e => e.key_id).map(([key_id, l]) =>
        ({ key_id, errors: l.length, kinds: [...new Set(l.map(e => e.outcome))].sort() })), { order: '-errors' });
const tagged = (name, call, test) => add(name, `SELECT SUM(count) AS total ${DAY_TABLE} WHERE ${call} AND time >= now() - INTERVAL 7 DAY`,
    [{ total: days(7).filter(e => test(e.tags)).length }]);
tagged('V20', "has(tags, 'path=/a')", t => t.includes('path=/a'));
tagged('V21', "hasAny(tags, ['path=/a', 'path=/b'])", t => t.includes('path=/a') || t.includes('path=/b'));
tagged('V22', "hasAll(tags, ['environment=production', 'team=backend'])", t => t.includes('environment=production') && t.includes('team=backend'));
const joined = (list, test = () => true) => list.flatMap(e => e.tags.filter(test).map(tag => ({ ...e, tag })));
add('V23', `SELECT arrayJoin(tags) AS tag, SUM(count) AS n ${DAYS} 7 DAY GROUP BY tag ORDER BY n DESC LIMIT 20`,
    groups(joined(days(7)), e => e.tag).map(([tag, l]) => ({ tag, n: l.length })), { order: '-n' });
add('V24', "SELECT arrayJoin(arrayFilter(x -> startsWith(x, 'path='), tags)) AS endpoint, COUNT(*) AS requests FROM key_verifications_v1 WHERE time >= now() - INTERVAL 24 HOUR GROUP BY endpoint ORDER BY requests DESC",
    groups(joined(verifications.filter(e => e.time >= back(24 * HOUR)), t => t.startsWith('path=')), e => e.tag)
        .map(([endpoint, l]) => ({ endpoint, requests: l.length })), { order: '-requests' });
add('V25', `SELECT external_id, toStartOfMonth(time) AS month, SUM(spent_credits) AS credits ${DAY_TABLE} WHERE external_id != '' AND time >= toStartOfMonth(now()) GROUP BY external_id, month ORDER BY credits DESC`,
    groups(since(day, month(now)).filter(named), e => [e.external_id, iso(month(e.time))])
        .map(([[external_id, m], l]) => ({ external_id, month: m, credits: credits(l) })), { order: '-credits' });
const oct = Date.UTC(2026, 9, 1), nov = Date.UTC(2026, 10, 1);
add('V26', `SELECT external_id, SUM(spent_credits) AS credits ${DAY_TABLE} WHERE external_id = 'user_123' AND time >= ${oct} AND time < ${nov} GROUP BY external_id`,
    groups(verifications.filter(e => e.external_id === 'user_123' && e.time >= oct && e.time < nov), e => e.external_id)
        .map(([external_id, l]) => ({ external_id, credits: credits(l) })));
const tier = n => n <= 1000 ? 'free' : n <= 10000 ? 'starter' : n <= 100000 ? 'pro' : 'enterprise';
add('V27', `SELECT external_id, SUM(spent_credits) AS credits, CASE WHEN credits <= 1000 THEN 'free' WHEN credits <= 10000 THEN 'starter' WHEN credits <= 100000 THEN 'pro' ELSE 'enterprise' END AS tier ${DAY_TABLE} WHERE time >= toStartOfMonth(now()) AND external_id = 'user_123' GROUP BY external_id`,
    groups(since(day, month(now)).filter(e => e.external_id === 'user_123'), e => e.external_id)
        .map(([external_id, l]) => ({ external_id, credits: credits(l), tier: tier(credits(l)) })));
add('V28', `SELECT time AS date, SUM(spent_credits) AS used, used * 0.001 AS cost ${DAY_TABLE} WHERE external_id = 'user_123' AND time >= now() - INTERVAL 30 DAY GROUP BY date ORDER BY date`,
    groups(days(30).filter(e => e.external_id === 'user_123'), e => iso(day(e.time)))
        .map(([date, l]) => ({ date, used: credits(l), cost: credits(l) * 0.001 })), { order: 'date' });
const daily = groups(days(60), e => iso(day(e.time))).map(([date, l]) => ({ date, n: l.length })).sort((a, b) => bytes(a.date, b.date));
add('V29', `SELECT date, n, avg(n) OVER (ORDER BY date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS avg_7d FROM (SELECT time AS date, SUM(count) AS n ${DAYS} 60 DAY GROUP BY date) ORDER BY date`,
    daily.map((r, i) => ({ ...r, avg_7d: mean(daily.slice(Math.max(0, i - 6), i + 1), x => x.n) })), { order: 'date' });
const trend = (bucket, from) => groups(since(bucket, from), e => iso(bucket(e.time))).map(([time, l]) => ({ time, total: l.length }));
const trendSql = (table, from) => `SELECT time, SUM(count) AS total FROM key_verifications_per_${table}_v1 WHERE time >= ${from} GROUP BY time ORDER BY time`;
add('V30', trendSql('hour', 'toStartOfHour(now() - INTERVAL 7 DAY)'), trend(hour, hour(back(7 * DAY))), { order: 'time' });
add('V31', trendSql('day', 'toStartOfDay(now() - INTERVAL 30 DAY)'), trend(day, day(back(30 * DAY))), { order: 'time' });
add('V32', trendSql('month', 'toStartOfMonth(now() - INTERVAL 12 MONTH)'), trend(month, month(monthsAgo(12))), { order: 'time' });
// Rows of [from, to] by bucket, empty ones where there are none, but for the last
function filled(rows, empty, from, to, next) {
    const have = new Map(rows.map(r => [r.time, r]));
    for (let t = from; t < to; t = next(t))
        if (!have.has(iso(t)))
            have.set(iso(t), { time: iso(t), ...empty });
    return [...have.values()];
}
const filledSql = (table, from, to, step, items = 'SUM(count) AS total') =>
    `SELECT time, ${items} FROM key_verifications_per_${table}_v1 WHERE time >= ${from} AND time <= ${to} GROUP BY time ORDER BY time ASC WITH FILL FROM ${from} TO ${to} STEP INTERVAL 1 ${step}`;
add('V33', filledSql('hour', 'toStartOfHour(now() - INTERVAL 7 DAY)', 'toStartOfHour(now())', 'HOUR'),
    filled(trend(hour, hour(back(7 * DAY))), { total: 0 }, hour(back(7 * DAY)), hour(now), t => t + HOUR), { order: 'time' });
const d30 = day(back(30 * DAY));
add('V34', filledSql('day', 'toDate(now() - INTERVAL 30 DAY)', 'toDate(now())', 'DAY'),
    filled(trend(day, d30), { total: 0 }, d30, day(now), t => t + DAY), { order: 'time' });
const m12 = month(monthsAgo(12));
add('V35', filledSql('month', 'toDate(toStartOfMonth(now() - INTERVAL 12 MONTH))', 'toDate(toStartOfMonth(now()))', 'MONTH'),
    filled(trend(month, m12), { total: 0 }, m12, month(now), t => month(t + 32 * DAY)), { order: 'time' });
const pivot = l => ({ valid: valid(l), rate_limited: limited(l), invalid: 0, total: l.length });
add('V36', filledSql('day', 'toDate(now() - INTERVAL 30 DAY)', 'toDate(now())', 'DAY',
    "sumIf(count, outcome = 'VALID') AS valid, sumIf(count, outcome = 'RATE_LIMITED') AS rate_limited, sumIf(count, outcome = 'INVALID') AS invalid, SUM(count) AS total"),
    filled(groups(since(day, d30), e => iso(day(e.time))).map(([time, l]) => ({ time, ...pivot(l) })), pivot([]), d30, day(now), t => t + DAY), { order: 'time' });
const counts = (name, where, test) => add(name, `SELECT COUNT(*) AS c FROM key_verifications_v1 WHERE ${where}`, [{ c: verifications.filter(test).length }]);
counts('V37', "key_space_id IN ('ks_1','ks_2') AND external_id IN ('a','b')", e => e.key_space_id !== 'ks_1234' && ['a', 'b'].includes(e.external_id));
counts('V37 =', "key_space_id = 'ks_1' AND external_id = 'a'", e => e.key_space_id === 'ks_1' && e.external_id === 'a');
counts('V37 !=', "external_id != 'a'", e => e.external_id !== 'a');
counts('V37 NOT IN', "external_id NOT IN ('a', 'b')", e => !['a', 'b'].includes(e.external_id));
counts('V37 <', 'latency < 40 AND spent_credits > 1', e => e.latency < 40 && e.spent_credits > 1);
add('V38', `SELECT app_id, SUM(count) AS n ${DAY_TABLE} WHERE source = 'gateway' AND app_id != '' AND time >= now() - INTERVAL 30 DAY GROUP BY app_id ORDER BY n DESC`,
    groups(days(30).filter(e => e.source === 'gateway'), e => e.app_id).map(([app_id, l]) => ({ app_id, n: l.length })), { order: '-n' });
add('V39', 'SELECT MAX(time) AS latest FROM key_verifications_v1', [{ latest: Math.max(...verifications.map(e => e.time)) }]);
add('V40', 'SELECT DISTINCT external_id FROM key_verifications_v1 LIMIT 10', groups(verifications, e => e.external_id).map(([external_id]) => ({ external_id })));
add('V41', `SELECT external_id, SUM(count) AS usage ${DAYS} 30 DAY GROUP BY external_id HAVING SUM(count) > 20`,
    groups(days(30), e => e.external_id).map(([external_id, l]) => ({ external_id, usage: l.length })).filter(r => r.usage > 20));
const bucketed = (name, call, bucket, list = verifications, where = '') =>
    add(name, `SELECT ${call} AS hour, COUNT(*) AS n FROM key_verifications_v1${where} GROUP BY hour ORDER BY hour`,
        groups(list, e => iso(bucket(e.time))).map(([h, l]) => ({ hour: h, n: l.length })), { order: 'hour' });
bucketed('V42', 'toStartOfHour(toDateTime(time / 1000))', hour);
bucketed('V42 day', 'toStartOfDay(toDateTime(time / 1000))', day);
bucketed('V42 month', 'toStartOfMonth(toDateTime(time / 1000))', month);
bucketed('V42 date', 'toDate(toDateTime(time/1000))', day);
bucketed('V42 milli', 'toStartOfHour(fromUnixTimestamp64Milli(time))', hour);
bucketed('V43', 'toStartOfHour(time)', hour, verifications.filter(e => e.time >= back(24 * HOUR)), ' WHERE time >= now() - INTERVAL 24 HOUR');
counts('V44', 'time >= toUnixTimestamp(now() - INTERVAL 1 HOUR) * 1000', e => e.time >= back(HOUR));
counts('V44 milli', 'time >= toUnixTimestamp64Milli(now64(3) - INTERVAL 1 HOUR)', e => e.time >= now - HOUR);
counts('V45', `time >= ${now - 3 * DAY} AND time < ${now - DAY}`, e => e.time >= now - 3 * DAY && e.time < now - DAY);
add('V46', "SELECT lower(outcome) AS o, upper(region) AS r, concat(region, '-', outcome) AS c, substring(key_id, 1, 8) AS p, if(outcome = 'VALID', 1, 0) AS ok, abs(spent_credits) AS a, ceil(latency) AS l FROM key_verifications_v1 WHERE startsWith(key_id, 'key_') AND length(tags) > 0 LIMIT 5",
    verifications.filter(e => e.key_id.startsWith('key_') && e.tags.length).map(e => ({ o: e.outcome.toLowerCase(), r: e.region.toUpperCase(),
        c: `${e.region}-${e.outcome}`, p: e.key_id.slice(0, 8), ok: Number(e.outcome === 'VALID'), a: e.spent_credits, l: e.latency })), { any: 5 });
add('V47', 'SELECT floor(spent_credits / 100) * 100 AS bucket, round(AVG(spent_credits), 2) AS mean, uniq(key_id) AS keys FROM key_verifications_v1 GROUP BY bucket',
    groups(verifications, e => Math.floor(e.spent_credits / 100) * 100).map(([bucket, l]) =>
        ({ bucket, mean: Math.round(credits(l) / l.length * 100) / 100, keys: new Set(l.map(e => e.key_id)).size })));
add('V48', 'SELECT key_id, outcome, COUNT(*) AS n FROM key_verifications_v1 GROUP BY key_id, outcome',
    groups(verifications, e => [e.key_id, e.outcome]).map(([[key_id, outcome], l]) => ({ key_id, outcome, n: l.length })));
const latencies = verifications.map(e => e.latency);
add('V49', 'SELECT quantile(0.95)(latency) AS p95, quantile(0.5)(latency) AS p50 FROM key_verifications_v1',
    [{ p95: quantile(0.95, latencies), p50: quantile(0.5, latencies) }]);
add('V50', 'WITH v AS (SELECT key_id, COUNT(*) AS n FROM key_verifications_v1 GROUP BY key_id) SELECT key_id FROM v WHERE n > 45',
    groups(verifications, e => e.key_id).filter(([, l]) => l.length > 45).map(([key_id]) => ({ key_id })));
add('V50 EXCEPT', "SELECT key_id FROM key_verifications_v1 EXCEPT SELECT key_id FROM key_verifications_v1 WHERE external_id = 'a'",
    verifications.filter(e => !verifications.some(v => v.key_id === e.key_id && v.external_id === 'a')).map(e => ({ key_id: e.key_id })));
add('V50 UNION', "SELECT key_id FROM key_verifications_v1 WHERE outcome = 'VALID' UNION ALL SELECT key_id FROM key_verifications_v1 WHERE outcome = 'DISABLED'",
    verifications.filter(e => e.outcome === 'VALID' || e.outcome === 'DISABLED').map(e => ({ key_id: e.key_id })));

const first = decisions.filter(d => d.namespace_id === 'rlns_1');
add('R1', "SELECT identifier, passed, tokens FROM ratelimits_v1 WHERE namespace_id = 'rlns_1' ORDER BY time DESC LIMIT 10",
    [...first].sort((a, b) => b.time - a.time).slice(0, 10).map(({ identifier, passed, tokens }) => ({ identifier, passed, tokens })));
add('R2', "SELECT namespace_id, COUNT(*) AS total FROM ratelimits_v1 WHERE namespace_id = 'rlns_1' GROUP BY namespace_id", [{ namespace_id: 'rlns_1', total: first.length }]);
add('R2 IN', "SELECT r.namespace_id, COUNT(*) AS total FROM ratelimits_v1 AS r WHERE r.namespace_id IN ('rlns_1','rlns_2') GROUP BY r.namespace_id",
    groups(decisions, d => d.namespace_id).map(([namespace_id, l]) => ({ namespace_id, total: l.length })));
const dayOf = first.filter(d => hour(d.time) >= back(24 * HOUR)).map(d => d.latency);
add('R3', "SELECT avgMerge(latency_avg) AS avg, quantilesTDigestMerge(0.75)(latency_p75)[1] AS p75, quantilesTDigestMerge(0.99)(latency_p99)[1] AS p99 FROM ratelimits_per_hour_v1 WHERE namespace_id = 'rlns_1' AND time >= now() - INTERVAL 24 HOUR",
    [{ avg: mean(dayOf, x => x), p75: quantile(0.75, dayOf), p99: quantile(0.99, dayOf) }]);
const chart = 'sum(passed) AS passed_requests, sum(total) - sum(passed) AS blocked_requests, sum(total) AS total_requests, sum(passed_tokens) AS passed_tokens, sum(total_tokens) - sum(passed_tokens) AS blocked_tokens, sum(total_tokens) AS total_tokens';
const passed = l => l.filter(d => d.passed), tokens = l => sum(l, d => d.tokens);
const chartOf = l => ({ passed_requests: passed(l).length, blocked_requests: l.length - passed(l).length, total_requests: l.length,
    passed_tokens: tokens(passed(l)), blocked_tokens: tokens(l) - tokens(passed(l)), total_tokens: tokens(l) });
const m6 = minute(back(6 * HOUR));
add('R4', `SELECT time, ${chart} FROM ratelimits_per_minute_v1 WHERE namespace_id = 'rlns_1' AND time >= toStartOfMinute(now() - INTERVAL 6 HOUR) AND time < toStartOfMinute(now()) GROUP BY time ORDER BY time WITH FILL FROM toStartOfMinute(now() - INTERVAL 6 HOUR) TO toStartOfMinute(now()) STEP INTERVAL 1 MINUTE`,
    filled(groups(first.filter(d => minute(d.time) >= m6 && minute(d.time) < minute(now)), d => iso(minute(d.time))).map(([time, l]) => ({ time, ...chartOf(l) })),
        chartOf([]), m6, minute(now), t => t + MIN), { order: 'time' });
add('R5', `SELECT time, ${chart} FROM ratelimits_per_day_v1 WHERE namespace_id = 'rlns_1' AND identifier IN ('a','b','c') AND time >= toStartOfDay(now() - INTERVAL 30 DAY) GROUP BY time ORDER BY time ASC`,
    groups(first.filter(d => ['a', 'b', 'c'].includes(d.identifier) && day(d.time) >= d30), d => iso(day(d.time))).map(([time, l]) => ({ time, ...chartOf(l) })), { order: 'time' });
add('R6', "SELECT identifier, max(time) AS last_time, countIf(passed) AS ok, countIf(not passed) AS blocked, count() AS total, sumIf(tokens, passed) AS ok_tokens, sumIf(tokens, not passed) AS blocked_tokens, sum(tokens) AS all_tokens FROM ratelimits_v1 WHERE namespace_id = 'rlns_1' AND time >= toUnixTimestamp64Milli(now64(3) - INTERVAL 7 DAY) GROUP BY identifier ORDER BY total DESC, identifier ASC LIMIT 50 OFFSET 0",
    groups(first.filter(d => d.time >= now - 7 * DAY), d => d.identifier).map(([identifier, l]) => ({ identifier, last_time: Math.max(...l.map(d => d.time)),
        ok: passed(l).length, blocked: l.length - passed(l).length, total: l.length, ok_tokens: tokens(passed(l)),
        blocked_tokens: tokens(l) - tokens(passed(l)), all_tokens: tokens(l) })), { order: '-total identifier' });

const lines = list => `[\n${list.map(x => JSON.stringify(x)).join(',\n')}\n]`;
console.log(`{"now":${now},\n"verifications":${lines(verifications)},\n"decisions":${lines(decisions)},\n"examples":${lines(examples)}}`);
