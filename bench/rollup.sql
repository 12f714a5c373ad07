-- What maintenance would write into the rollups of verifications for the records from @from to before @to, all
-- at once: each rollup from the one before. Both bounds are starts of days, or the end of all records. The
-- month table takes whole months: what is in the rollup of days from @month to before @to.

-- minute
INSERT INTO lk_verification_minute (
    workspace_id, time, group_hash, keyspace_id, key_id, identity_id, outcome, source, app_id, tags,
    external_id, count, spent_credits, latency_sum, ge_1, ge_2, ge_3, ge_4, ge_5, ge_7, ge_10, ge_15, ge_22,
    ge_33, ge_49, ge_73, ge_109, ge_163, ge_244, ge_365, ge_547, ge_821, ge_1231, ge_1846, ge_2768, ge_4151,
    ge_6226)
  SELECT
    v.workspace_id, v.time - MOD(v.time, 60000) AS start,
    UNHEX(LEFT(SHA2(CONCAT_WS('\n', v.keyspace_id, v.key_id, v.identity_id, v.outcome, v.source, v.app_id,
      v.tags, v.external_id), 256), 32)) AS hash,
    MIN(v.keyspace_id), MIN(v.key_id), MIN(v.identity_id), MIN(v.outcome), MIN(v.source), MIN(v.app_id),
    MIN(v.tags), MIN(v.external_id), COUNT(*), SUM(v.spent_credits), SUM(v.latency_ms),
    NULLIF(SUM(v.latency_ms >= 1), 0), NULLIF(SUM(v.latency_ms >= 2), 0), NULLIF(SUM(v.latency_ms >= 3), 0),
    NULLIF(SUM(v.latency_ms >= 4), 0), NULLIF(SUM(v.latency_ms >= 5), 0), NULLIF(SUM(v.latency_ms >= 7), 0),
    NULLIF(SUM(v.latency_ms >= 10), 0), NULLIF(SUM(v.latency_ms >= 15), 0), NULLIF(SUM(v.latency_ms >= 22), 0),
    NULLIF(SUM(v.latency_ms >= 33), 0), NULLIF(SUM(v.latency_ms >= 49), 0), NULLIF(SUM(v.latency_ms >= 73), 0),
    NULLIF(SUM(v.latency_ms >= 109), 0), NULLIF(SUM(v.latency_ms >= 163), 0),
    NULLIF(SUM(v.latency_ms >= 244), 0), NULLIF(SUM(v.latency_ms >= 365), 0),
    NULLIF(SUM(v.latency_ms >= 547), 0), NULLIF(SUM(v.latency_ms >= 821), 0),
    NULLIF(SUM(v.latency_ms >= 1231), 0), NULLIF(SUM(v.latency_ms >= 1846), 0),
    NULLIF(SUM(v.latency_ms >= 2768), 0), NULLIF(SUM(v.latency_ms >= 4151), 0),
    NULLIF(SUM(v.latency_ms >= 6226), 0)
  FROM lk_verification v WHERE v.workspace_id = @workspace AND v.time >= @from AND v.time < @to
  GROUP BY v.workspace_id, start, hash;

-- hour
INSERT INTO lk_verification_hour (
    workspace_id, time, group_hash, keyspace_id, key_id, identity_id, outcome, source, app_id, tags,
    external_id, count, spent_credits, latency_sum, ge_1, ge_2, ge_3, ge_4, ge_5, ge_7, ge_10, ge_15, ge_22,
    ge_33, ge_49, ge_73, ge_109, ge_163, ge_244, ge_365, ge_547, ge_821, ge_1231, ge_1846, ge_2768, ge_4151,
    ge_6226)
  SELECT
    v.workspace_id, v.time - MOD(v.time, 3600000) AS start, v.group_hash, MIN(v.keyspace_id), MIN(v.key_id),
    MIN(v.identity_id), MIN(v.outcome), MIN(v.source), MIN(v.app_id), MIN(v.tags), MIN(v.external_id),
    SUM(v.count), SUM(v.spent_credits), SUM(v.latency_sum), SUM(v.ge_1), SUM(v.ge_2), SUM(v.ge_3), SUM(v.ge_4),
    SUM(v.ge_5), SUM(v.ge_7), SUM(v.ge_10), SUM(v.ge_15), SUM(v.ge_22), SUM(v.ge_33), SUM(v.ge_49),
    SUM(v.ge_73), SUM(v.ge_109), SUM(v.ge_163), SUM(v.ge_244), SUM(v.ge_365), SUM(v.ge_547), SUM(v.ge_821),
    SUM(v.ge_1231), SUM(v.ge_1846), SUM(v.ge_2768), SUM(v.ge_4151), SUM(v.ge_6226)
  FROM lk_verification_minute v WHERE v.workspace_id = @workspace AND v.time >= @from AND v.time < @to
  GROUP BY v.workspace_id, start, v.group_hash;

-- day
INSERT INTO lk_verification_day (
    workspace_id, time, group_hash, keyspace_id, key_id, identity_id, outcome, source, app_id, tags,
    external_id, count, spent_credits, latency_sum, ge_1, ge_2, ge_3, ge_4, ge_5, ge_7, ge_10, ge_15, ge_22,
    ge_33, ge_49, ge_73, ge_109, ge_163, ge_244, ge_365, ge_547, ge_821, ge_1231, ge_1846, ge_2768, ge_4151,
    ge_6226)
  SELECT
    v.workspace_id, v.time - MOD(v.time, 86400000) AS start, v.group_hash, MIN(v.keyspace_id), MIN(v.key_id),
    MIN(v.identity_id), MIN(v.outcome), MIN(v.source), MIN(v.app_id), MIN(v.tags), MIN(v.external_id),
    SUM(v.count), SUM(v.spent_credits), SUM(v.latency_sum), SUM(v.ge_1), SUM(v.ge_2), SUM(v.ge_3), SUM(v.ge_4),
    SUM(v.ge_5), SUM(v.ge_7), SUM(v.ge_10), SUM(v.ge_15), SUM(v.ge_22), SUM(v.ge_33), SUM(v.ge_49),
    SUM(v.ge_73), SUM(v.ge_109), SUM(v.ge_163), SUM(v.ge_244), SUM(v.ge_365), SUM(v.ge_547), SUM(v.ge_821),
    SUM(v.ge_1231), SUM(v.ge_1846), SUM(v.ge_2768), SUM(v.ge_4151), SUM(v.ge_6226)
  FROM lk_verification_hour v WHERE v.workspace_id = @workspace AND v.time >= @from AND v.time < @to
  GROUP BY v.workspace_id, start, v.group_hash;

-- month
INSERT INTO lk_verification_month (
    workspace_id, time, group_hash, keyspace_id, key_id, identity_id, outcome, source, app_id, tags,
    external_id, count, spent_credits, latency_sum, ge_1, ge_2, ge_3, ge_4, ge_5, ge_7, ge_10, ge_15, ge_22,
    ge_33, ge_49, ge_73, ge_109, ge_163, ge_244, ge_365, ge_547, ge_821, ge_1231, ge_1846, ge_2768, ge_4151,
    ge_6226)
  SELECT
    v.workspace_id,
    (v.time DIV 86400000 + 1 - DAYOFMONTH(DATE '1970-01-01' + INTERVAL (v.time DIV 86400000) DAY)) * 86400000 AS start,
    v.group_hash, MIN(v.keyspace_id), MIN(v.key_id), MIN(v.identity_id), MIN(v.outcome), MIN(v.source),
    MIN(v.app_id), MIN(v.tags), MIN(v.external_id), SUM(v.count), SUM(v.spent_credits), SUM(v.latency_sum),
    SUM(v.ge_1), SUM(v.ge_2), SUM(v.ge_3), SUM(v.ge_4), SUM(v.ge_5), SUM(v.ge_7), SUM(v.ge_10), SUM(v.ge_15),
    SUM(v.ge_22), SUM(v.ge_33), SUM(v.ge_49), SUM(v.ge_73), SUM(v.ge_109), SUM(v.ge_163), SUM(v.ge_244),
    SUM(v.ge_365), SUM(v.ge_547), SUM(v.ge_821), SUM(v.ge_1231), SUM(v.ge_1846), SUM(v.ge_2768),
    SUM(v.ge_4151), SUM(v.ge_6226)
  FROM lk_verification_day v WHERE v.workspace_id = @workspace AND v.time >= @month AND v.time < @to
  GROUP BY v.workspace_id, start, v.group_hash;
