-- The latchkey schema. Applied by `latchkey migrate`; never edited once released.
--
-- Conventions: times are Unix milliseconds in UTC (BIGINT). Ids are opaque text. VARBINARY columns
-- hold UTF-8 that is compared byte for byte (text collations would ignore trailing spaces). Every
-- table has a primary key and no foreign keys: workers rely on neither, and partitioned or
-- replicated (Galera) set-ups stay possible. A deleted_at of NULL means live.

CREATE TABLE IF NOT EXISTS lk_workspace (
  id                    VARCHAR(48)  NOT NULL COMMENT 'ws_…',
  name                  VARCHAR(256) NOT NULL COMMENT 'for people',
  slug                  VARCHAR(64)  NOT NULL COMMENT 'for URLs; unique',
  enabled               TINYINT      NOT NULL DEFAULT 1 COMMENT '0: root keys get 403, keys do not verify',
  delete_protection     TINYINT      NOT NULL DEFAULT 1 COMMENT '1: latchkey workspace delete refuses',
  requests_per_minute   BIGINT       NULL COMMENT 'API requests of all root keys together; NULL: unlimited',
  audit_retention_days     INT       NOT NULL DEFAULT 30 COMMENT 'audit history that may be seen',
  analytics_retention_days INT       NOT NULL DEFAULT 30 COMMENT 'verification history that may be queried',
  analytics_query_quota BIGINT       NULL COMMENT 'analytics queries per window; NULL: the default',
  created_at            BIGINT       NOT NULL COMMENT 'ms',
  updated_at            BIGINT       NULL COMMENT 'ms',
  deleted_at            BIGINT       NULL COMMENT 'ms; deleted workspaces look missing',
  PRIMARY KEY (id),
  UNIQUE KEY workspace_slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='tenants';

CREATE TABLE IF NOT EXISTS lk_root_key (
  id            VARCHAR(48)  NOT NULL COMMENT 'key_…',
  workspace_id  VARCHAR(48)  NOT NULL COMMENT 'the workspace it manages',
  hash          VARCHAR(64)  NOT NULL COMMENT 'Base64 SHA-256 of the secret, which is not stored',
  start         VARCHAR(32)  NOT NULL COMMENT 'first characters of the secret, to recognise it',
  name          VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'for people and audit records',
  permissions   MEDIUMTEXT   NOT NULL COMMENT 'permission strings, one per line',
  enabled       TINYINT      NOT NULL DEFAULT 1 COMMENT '0: 403',
  expires_at    BIGINT       NULL COMMENT 'ms; NULL: never',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  updated_at    BIGINT       NULL COMMENT 'ms',
  deleted_at    BIGINT       NULL COMMENT 'ms; revoked',
  PRIMARY KEY (id),
  UNIQUE KEY root_key_hash (hash),
  KEY root_key_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='credentials of the management API';

CREATE TABLE IF NOT EXISTS lk_api (
  id                   VARCHAR(48)  NOT NULL COMMENT 'api_…',
  workspace_id         VARCHAR(48)  NOT NULL COMMENT 'owner',
  keyspace_id          VARCHAR(48)  NOT NULL COMMENT 'ks_…; one per API',
  name                 VARBINARY(1024) NOT NULL COMMENT 'UTF-8, for people; not unique',
  ip_whitelist         VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'comma-separated addresses that may verify; empty: all',
  default_prefix       VARCHAR(8)   NOT NULL DEFAULT '' COMMENT 'of new keys; empty: none',
  default_bytes        INT          NULL COMMENT 'random bytes of new keys; NULL: 16',
  store_encrypted_keys TINYINT      NOT NULL DEFAULT 0 COMMENT '1: keys may be recoverable',
  delete_protection    TINYINT      NOT NULL DEFAULT 0 COMMENT '1: cannot be deleted',
  created_at           BIGINT       NOT NULL COMMENT 'ms',
  updated_at           BIGINT       NULL COMMENT 'ms',
  deleted_at           BIGINT       NULL COMMENT 'ms; its keys stop verifying',
  PRIMARY KEY (id),
  UNIQUE KEY api_keyspace (keyspace_id),
  KEY api_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='groups of keys';

CREATE TABLE IF NOT EXISTS lk_key (
  id                   VARCHAR(48)  NOT NULL COMMENT 'key_…',
  workspace_id         VARCHAR(48)  NOT NULL COMMENT 'owner',
  api_id               VARCHAR(48)  NOT NULL COMMENT 'lk_api.id',
  hash                 VARCHAR(256) NOT NULL COMMENT 'Base64 SHA-256 of the key, or what was imported; unique, deleted keys included',
  start                VARCHAR(256) NOT NULL COMMENT 'prefix and first characters, to recognise it',
  name                 VARBINARY(1024) NOT NULL DEFAULT '' COMMENT 'UTF-8, for people',
  identity_id          VARCHAR(48)  NULL COMMENT 'lk_identity.id, which may be deleted',
  meta                 MEDIUMTEXT   NULL COMMENT 'JSON object as it was sent',
  enabled              TINYINT      NOT NULL DEFAULT 1 COMMENT '0: DISABLED',
  expires_at           BIGINT       NULL COMMENT 'ms; NULL: never',
  remaining            BIGINT       NULL COMMENT 'credits left; NULL: unlimited',
  refill_amount        BIGINT       NULL COMMENT 'credits after a refill; NULL: no refill',
  refill_day           INT          NULL COMMENT '1..31: monthly on that day; NULL: daily',
  refill_settled_at    BIGINT       NULL COMMENT 'ms; refills of this and earlier UTC dates are done; NULL without refill',
  last_refill_at       BIGINT       NULL COMMENT 'ms',
  pending_migration_id VARCHAR(48)  NULL COMMENT 'lk_migration.id; set until the first verification converts the hash',
  may_have_limits      TINYINT      NOT NULL DEFAULT 0 COMMENT '0: there is no lk_ratelimit of this key, which saves verifications a query',
  may_have_grants      TINYINT      NOT NULL DEFAULT 0 COMMENT '0: there is no lk_key_permission or lk_key_role of this key; likewise',
  created_at           BIGINT       NOT NULL COMMENT 'ms',
  updated_at           BIGINT       NULL COMMENT 'ms',
  last_used_at         BIGINT       NULL COMMENT 'ms, whole minutes; from verification records',
  deleted_at           BIGINT       NULL COMMENT 'ms; NOT_FOUND',
  PRIMARY KEY (id),
  UNIQUE KEY key_hash (hash),
  KEY key_api (api_id, id),
  KEY key_identity (identity_id, api_id, id),
  KEY key_refill (refill_settled_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='API keys';

CREATE TABLE IF NOT EXISTS lk_key_secret (
  key_id        VARCHAR(48)   NOT NULL COMMENT 'lk_key.id',
  workspace_id  VARCHAR(48)   NOT NULL COMMENT 'owner; authenticated with the ciphertext',
  sealed        VARCHAR(1024) NOT NULL COMMENT 'the key, AES-256-GCM, Base64',
  data_key_id   VARCHAR(48)   NOT NULL COMMENT 'lk_data_key.id it is sealed with',
  created_at    BIGINT        NOT NULL COMMENT 'ms',
  PRIMARY KEY (key_id),
  KEY key_secret_data_key (data_key_id, key_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='encrypted copies of recoverable keys';

CREATE TABLE IF NOT EXISTS lk_data_key (
  id            VARCHAR(48)   NOT NULL COMMENT 'dek_…',
  workspace_id  VARCHAR(48)   NOT NULL COMMENT 'owner',
  master_key_id VARCHAR(48)   NOT NULL COMMENT 'which key of the master key file wraps it',
  sealed        VARCHAR(1024) NOT NULL COMMENT 'the data key, AES-256-GCM, Base64',
  created_at    BIGINT        NOT NULL COMMENT 'ms; the newest one encrypts',
  PRIMARY KEY (id),
  KEY data_key_workspace (workspace_id, created_at),
  KEY data_key_master (master_key_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='data keys of workspaces, wrapped by the master key';

CREATE TABLE IF NOT EXISTS lk_migration (
  id            VARCHAR(48)     NOT NULL COMMENT 'mig_…',
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner',
  name          VARBINARY(1024) NOT NULL DEFAULT '' COMMENT 'UTF-8, for people',
  algorithm     VARCHAR(64)     NOT NULL COMMENT 'sha256 or github.com/seamapi/prefixed-api-key',
  created_at    BIGINT          NOT NULL COMMENT 'ms',
  PRIMARY KEY (id),
  KEY migration_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='imports of keys from other systems';

CREATE TABLE IF NOT EXISTS lk_identity (
  id            VARCHAR(48)     NOT NULL COMMENT 'id_…',
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner',
  external_id   VARBINARY(1024) NOT NULL COMMENT 'UTF-8, the id in the application',
  live          TINYINT         NULL DEFAULT 1 COMMENT '1: live; NULL: deleted. Makes external_id unique among live ones',
  meta          MEDIUMTEXT      NULL COMMENT 'JSON object as it was sent',
  environment   VARCHAR(48)     NOT NULL DEFAULT 'default' COMMENT 'not exposed',
  may_have_limits TINYINT       NOT NULL DEFAULT 0 COMMENT '0: there is no lk_ratelimit of this identity, which saves verifications a query',
  created_at    BIGINT          NOT NULL COMMENT 'ms',
  updated_at    BIGINT          NULL COMMENT 'ms',
  deleted_at    BIGINT          NULL COMMENT 'ms',
  PRIMARY KEY (id),
  UNIQUE KEY identity_external (workspace_id, external_id, live),
  KEY identity_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='who holds keys';

CREATE TABLE IF NOT EXISTS lk_ratelimit (
  owner_id      VARCHAR(48)    NOT NULL COMMENT 'lk_key.id or lk_identity.id',
  name          VARBINARY(1024) NOT NULL COMMENT 'UTF-8',
  id            VARCHAR(48)    NOT NULL COMMENT 'rl_…',
  workspace_id  VARCHAR(48)    NOT NULL COMMENT 'owner',
  max_count     BIGINT         NOT NULL COMMENT 'the limit',
  duration_ms   BIGINT         NOT NULL COMMENT 'window length',
  auto_apply    TINYINT        NOT NULL COMMENT '1: checked by every verification',
  created_at    BIGINT         NOT NULL COMMENT 'ms',
  updated_at    BIGINT         NULL COMMENT 'ms',
  PRIMARY KEY (owner_id, name),
  UNIQUE KEY ratelimit_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='limits of keys and identities';

CREATE TABLE IF NOT EXISTS lk_permission (
  id            VARCHAR(48)  NOT NULL COMMENT 'perm_…',
  workspace_id  VARCHAR(48)  NOT NULL COMMENT 'owner',
  slug          VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL COMMENT 'what keys hold; unique without regard to letter case',
  name          VARBINARY(2048) NOT NULL COMMENT 'UTF-8, for people',
  description   VARBINARY(2048) NOT NULL DEFAULT '' COMMENT 'UTF-8, for people',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  PRIMARY KEY (id),
  UNIQUE KEY permission_slug (workspace_id, slug),
  KEY permission_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='permissions that keys and roles may hold';

CREATE TABLE IF NOT EXISTS lk_role (
  id            VARCHAR(48)  NOT NULL COMMENT 'role_…',
  workspace_id  VARCHAR(48)  NOT NULL COMMENT 'owner',
  name          VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL COMMENT 'unique without regard to letter case and accents',
  description   VARBINARY(2048) NOT NULL DEFAULT '' COMMENT 'UTF-8, for people',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  PRIMARY KEY (id),
  UNIQUE KEY role_name (workspace_id, name),
  KEY role_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='named sets of permissions';

CREATE TABLE IF NOT EXISTS lk_role_permission (
  role_id       VARCHAR(48)  NOT NULL COMMENT 'lk_role.id',
  permission_id VARCHAR(48)  NOT NULL COMMENT 'lk_permission.id',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  PRIMARY KEY (role_id, permission_id),
  KEY role_permission_permission (permission_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='permissions of roles';

CREATE TABLE IF NOT EXISTS lk_key_permission (
  key_id        VARCHAR(48)  NOT NULL COMMENT 'lk_key.id',
  permission_id VARCHAR(48)  NOT NULL COMMENT 'lk_permission.id',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  PRIMARY KEY (key_id, permission_id),
  KEY key_permission_permission (permission_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='permissions held directly by keys';

CREATE TABLE IF NOT EXISTS lk_key_role (
  key_id        VARCHAR(48)  NOT NULL COMMENT 'lk_key.id',
  role_id       VARCHAR(48)  NOT NULL COMMENT 'lk_role.id',
  created_at    BIGINT       NOT NULL COMMENT 'ms',
  PRIMARY KEY (key_id, role_id),
  KEY key_role_role (role_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='roles of keys';

CREATE TABLE IF NOT EXISTS lk_namespace (
  id            VARCHAR(48)     NOT NULL COMMENT 'rlns_…',
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner',
  name          VARBINARY(2048) NOT NULL COMMENT 'UTF-8; unique, deleted ones included',
  may_have_overrides TINYINT    NOT NULL DEFAULT 0 COMMENT '0: there is no lk_override in it, which saves ratelimit.limit a query',
  created_at    BIGINT          NOT NULL COMMENT 'ms',
  updated_at    BIGINT          NULL COMMENT 'ms',
  deleted_at    BIGINT          NULL COMMENT 'ms; 410',
  PRIMARY KEY (id),
  UNIQUE KEY namespace_name (workspace_id, name),
  KEY namespace_workspace (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='namespaces of ratelimit.limit';

CREATE TABLE IF NOT EXISTS lk_override (
  id            VARCHAR(48)     NOT NULL COMMENT 'rlor_…',
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner',
  namespace_id  VARCHAR(48)     NOT NULL COMMENT 'lk_namespace.id',
  identifier    VARBINARY(2048) NOT NULL COMMENT 'UTF-8; * is a wildcard; unique, deleted ones included',
  wildcard      TINYINT         NOT NULL COMMENT '1: identifier contains *',
  max_count     BIGINT          NOT NULL COMMENT 'the limit; 0 blocks',
  duration_ms   BIGINT          NOT NULL COMMENT 'window length',
  created_at    BIGINT          NOT NULL COMMENT 'ms',
  updated_at    BIGINT          NULL COMMENT 'ms',
  deleted_at    BIGINT          NULL COMMENT 'ms',
  PRIMARY KEY (id),
  UNIQUE KEY override_identifier (namespace_id, identifier),
  KEY override_namespace (namespace_id, id),
  KEY override_wildcard (namespace_id, wildcard)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='limits for single identifiers of a namespace';

CREATE TABLE IF NOT EXISTS lk_counter (
  scope_id      VARCHAR(48)  NOT NULL COMMENT 'namespace, key, identity or workspace whose limit it counts',
  name_hash     BINARY(16)   NOT NULL COMMENT 'first half of the SHA-256 of the identifier or limit name',
  duration_ms   BIGINT       NOT NULL COMMENT 'window length',
  resets_at     BIGINT       NOT NULL COMMENT 'ms; end of the window that used belongs to',
  used          BIGINT       NOT NULL COMMENT 'what that window has consumed',
  PRIMARY KEY (scope_id, name_hash, duration_ms),
  KEY counter_resets (resets_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='rate-limit windows; may be emptied at any time at the price of fresh windows';

CREATE TABLE IF NOT EXISTS lk_audit_event (
  workspace_id   VARCHAR(48)  NOT NULL COMMENT 'workspace concerned',
  time           BIGINT       NOT NULL COMMENT 'ms',
  id             VARCHAR(48)  NOT NULL COMMENT 'log_…',
  bucket         VARCHAR(48)  NOT NULL COMMENT 'unkey_mutations',
  source         VARCHAR(48)  NOT NULL COMMENT 'platform',
  event          VARCHAR(64)  NOT NULL COMMENT 'what happened, e.g. key.create',
  description    TEXT         NOT NULL COMMENT 'the same for people',
  actor_type     VARCHAR(32)  NOT NULL COMMENT 'rootkey, user, system',
  actor_id       VARCHAR(256) NOT NULL COMMENT 'root key id, user name, job name',
  actor_name     VARCHAR(256) NOT NULL COMMENT 'for people',
  remote_ip      VARCHAR(64)  NOT NULL COMMENT 'client address; empty for jobs',
  user_agent     VARCHAR(512) NOT NULL COMMENT 'client program; empty for jobs',
  correlation_id VARCHAR(48)  NOT NULL COMMENT 'cor_…, shared by the events of one change; may be empty',
  PRIMARY KEY (workspace_id, time, id),
  KEY audit_event_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='who changed what';

CREATE TABLE IF NOT EXISTS lk_audit_target (
  event_id      VARCHAR(48)     NOT NULL COMMENT 'lk_audit_event.id',
  position      INT             NOT NULL COMMENT 'order within the event',
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'as the event',
  type          VARCHAR(48)     NOT NULL COMMENT 'key, api, permission, …',
  id            VARCHAR(48)     NOT NULL COMMENT 'of the resource',
  name          VARBINARY(2048) NOT NULL COMMENT 'UTF-8; of the resource, may be empty',
  meta          TEXT            NULL COMMENT 'JSON object',
  PRIMARY KEY (event_id, position),
  KEY audit_target_resource (workspace_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='resources of audit events';

CREATE TABLE IF NOT EXISTS lk_verification (
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner of the key',
  time          BIGINT          NOT NULL COMMENT 'ms',
  request_id    VARCHAR(48)     NOT NULL COMMENT 'req_…, as in the answer',
  api_id        VARCHAR(48)     NOT NULL COMMENT 'lk_api.id',
  keyspace_id   VARCHAR(48)     NOT NULL COMMENT 'lk_api.keyspace_id',
  key_id        VARCHAR(48)     NOT NULL COMMENT 'lk_key.id',
  identity_id   VARCHAR(48)     NOT NULL COMMENT 'empty: none',
  external_id   VARBINARY(1024) NOT NULL COMMENT 'UTF-8; empty: none',
  outcome       VARCHAR(32)     NOT NULL COMMENT 'VALID, RATE_LIMITED, …',
  region        VARCHAR(64)     NOT NULL COMMENT 'from the configuration of the worker',
  source        VARCHAR(16)     NOT NULL COMMENT 'api or gateway',
  app_id        VARCHAR(48)     NOT NULL COMMENT 'of the gateway; empty: none',
  tags          MEDIUMTEXT      NOT NULL COMMENT 'JSON array of strings',
  spent_credits BIGINT          NOT NULL COMMENT 'credits taken',
  latency_ms    BIGINT          NOT NULL COMMENT 'from lookup to decision',
  PRIMARY KEY (workspace_id, time, request_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='one row per verification';

CREATE TABLE IF NOT EXISTS lk_ratelimit_decision (
  workspace_id  VARCHAR(48)     NOT NULL COMMENT 'owner of the namespace',
  time          BIGINT          NOT NULL COMMENT 'ms',
  request_id    VARCHAR(48)     NOT NULL COMMENT 'req_…, as in the answer',
  position      INT             NOT NULL COMMENT 'item of a multiLimit request, from 0',
  namespace_id  VARCHAR(48)     NOT NULL COMMENT 'lk_namespace.id',
  identifier    VARBINARY(2048) NOT NULL COMMENT 'UTF-8, as sent',
  passed        TINYINT         NOT NULL COMMENT '1: let through',
  override_id   VARCHAR(48)     NOT NULL COMMENT 'lk_override.id; empty: none',
  max_count     BIGINT          NOT NULL COMMENT 'limit applied',
  remaining     BIGINT          NOT NULL COMMENT 'left after the decision',
  resets_at     BIGINT          NOT NULL COMMENT 'ms; end of the window',
  tokens        BIGINT          NOT NULL COMMENT 'cost asked for',
  latency_ms    BIGINT          NOT NULL COMMENT 'of the decision',
  PRIMARY KEY (workspace_id, time, request_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='one row per rate-limit decision';
