-- 400,000 keys in four APIs: nothing to charge, credits, a limit, both.
INSERT INTO lk_workspace (id, name, slug, created_at) VALUES ('ws_bench', 'bench', 'bench', 1);
INSERT INTO lk_namespace (id, workspace_id, name, created_at) VALUES ('rlns_bench', 'ws_bench', 'bench', 1);
INSERT INTO lk_api (id, workspace_id, keyspace_id, name, created_at) VALUES
  ('api_plain', 'ws_bench', 'ks_plain', 'plain', 1), ('api_credits', 'ws_bench', 'ks_credits', 'credits', 1),
  ('api_limit', 'ws_bench', 'ks_limit', 'limit', 1), ('api_all', 'ws_bench', 'ks_all', 'all', 1);
INSERT INTO lk_key (id, workspace_id, api_id, hash, start, created_at, remaining, may_have_limits)
  SELECT CONCAT('key_', g.name, seq), 'ws_bench', CONCAT('api_', g.name),
    TO_BASE64(UNHEX(SHA2(CONCAT(g.name, '_', seq), 256))), 'bench', 1, g.credits, g.limited
  FROM seq_1_to_100000, (SELECT 'plain' name, NULL credits, 0 limited
    UNION ALL SELECT 'credits', 1000000000000, 0 UNION ALL SELECT 'limit', NULL, 1
    UNION ALL SELECT 'all', 1000000000000, 1) g;
INSERT INTO lk_ratelimit (owner_id, name, id, workspace_id, max_count, duration_ms, auto_apply, created_at)
  SELECT CONCAT('key_', g.name, seq), 'requests', CONCAT('rl_', g.name, seq), 'ws_bench', 1000000000, 60000, 1, 1
  FROM seq_1_to_100000, (SELECT 'limit' name UNION ALL SELECT 'all') g;
ANALYZE TABLE lk_key, lk_ratelimit, lk_namespace, lk_api, lk_workspace, lk_root_key;
