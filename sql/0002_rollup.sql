-- Analytics: rollups per minute, hour, day and month, and the queues of records on their way there.
--
-- A record is written together with its row in the queue. Maintenance adds queued records to all four
-- rollups and takes them off the queue, in one transaction. So a rollup and the queue together count
-- every record exactly once, at every moment; src/store/rollup_store.h says how they are read.

CREATE TABLE IF NOT EXISTS lk_verification_queue (
  workspace_id VARCHAR(48) NOT NULL           COMMENT 'of the record',
  slice        TINYINT     NOT NULL DEFAULT 0 COMMENT '1: taken by a transaction that rolls up; never seen outside of it',
  time         BIGINT      NOT NULL           COMMENT 'ms; of the record',
  request_id   VARCHAR(48) NOT NULL           COMMENT 'of the record',
  PRIMARY KEY (workspace_id, slice, time, request_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='keys of the rows of lk_verification that are not in the rollups yet';

CREATE TABLE IF NOT EXISTS lk_ratelimit_queue (
  workspace_id VARCHAR(48) NOT NULL           COMMENT 'of the record',
  slice        TINYINT     NOT NULL DEFAULT 0 COMMENT '1: taken by a transaction that rolls up; never seen outside of it',
  time         BIGINT      NOT NULL           COMMENT 'ms; of the record',
  request_id   VARCHAR(48) NOT NULL           COMMENT 'of the record',
  position     INT         NOT NULL           COMMENT 'of the record',
  PRIMARY KEY (workspace_id, slice, time, request_id, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='keys of the rows of lk_ratelimit_decision that are not in the rollups yet';

CREATE TABLE IF NOT EXISTS lk_verification_minute (
  workspace_id  VARCHAR(48)  NOT NULL    COMMENT 'whose records',
  time          BIGINT       NOT NULL    COMMENT 'ms; start of the minute, hour, day or month, UTC',
  group_hash    BINARY(16)   NOT NULL    COMMENT 'first half of the SHA-256 of the columns from here to external_id',
  keyspace_id   VARCHAR(48)  NOT NULL    COMMENT 'lk_api.keyspace_id',
  key_id        VARCHAR(48)  NOT NULL    COMMENT 'lk_key.id',
  identity_id   VARCHAR(48)  NOT NULL    COMMENT 'empty: none',
  outcome       VARCHAR(32)  NOT NULL    COMMENT 'VALID, RATE_LIMITED, …',
  source        VARCHAR(16)  NOT NULL    COMMENT 'api or gateway',
  app_id        VARCHAR(48)  NOT NULL    COMMENT 'of the gateway; empty: none',
  tags          MEDIUMTEXT   NOT NULL    COMMENT 'JSON array of strings',
  external_id   VARBINARY(1024) NOT NULL COMMENT 'UTF-8; empty: none',
  count         BIGINT       NOT NULL    COMMENT 'verifications',
  spent_credits BIGINT       NOT NULL    COMMENT 'credits taken, together',
  latency_sum   BIGINT       NOT NULL    COMMENT 'ms; of all of them together',
  ge_1          BIGINT       NULL        COMMENT 'how many took 1 ms or longer; NULL: none',
  ge_2          BIGINT       NULL        COMMENT 'how many took 2 ms or longer; NULL: none',
  ge_3          BIGINT       NULL        COMMENT 'how many took 3 ms or longer; NULL: none',
  ge_4          BIGINT       NULL        COMMENT 'how many took 4 ms or longer; NULL: none',
  ge_5          BIGINT       NULL        COMMENT 'how many took 5 ms or longer; NULL: none',
  ge_7          BIGINT       NULL        COMMENT 'how many took 7 ms or longer; NULL: none',
  ge_10         BIGINT       NULL        COMMENT 'how many took 10 ms or longer; NULL: none',
  ge_15         BIGINT       NULL        COMMENT 'how many took 15 ms or longer; NULL: none',
  ge_22         BIGINT       NULL        COMMENT 'how many took 22 ms or longer; NULL: none',
  ge_33         BIGINT       NULL        COMMENT 'how many took 33 ms or longer; NULL: none',
  ge_49         BIGINT       NULL        COMMENT 'how many took 49 ms or longer; NULL: none',
  ge_73         BIGINT       NULL        COMMENT 'how many took 73 ms or longer; NULL: none',
  ge_109        BIGINT       NULL        COMMENT 'how many took 109 ms or longer; NULL: none',
  ge_163        BIGINT       NULL        COMMENT 'how many took 163 ms or longer; NULL: none',
  ge_244        BIGINT       NULL        COMMENT 'how many took 244 ms or longer; NULL: none',
  ge_365        BIGINT       NULL        COMMENT 'how many took 365 ms or longer; NULL: none',
  ge_547        BIGINT       NULL        COMMENT 'how many took 547 ms or longer; NULL: none',
  ge_821        BIGINT       NULL        COMMENT 'how many took 821 ms or longer; NULL: none',
  ge_1231       BIGINT       NULL        COMMENT 'how many took 1231 ms or longer; NULL: none',
  ge_1846       BIGINT       NULL        COMMENT 'how many took 1846 ms or longer; NULL: none',
  ge_2768       BIGINT       NULL        COMMENT 'how many took 2768 ms or longer; NULL: none',
  ge_4151       BIGINT       NULL        COMMENT 'how many took 4151 ms or longer; NULL: none',
  ge_6226       BIGINT       NULL        COMMENT 'how many took 6226 ms or longer; NULL: none',
  PRIMARY KEY (workspace_id, time, group_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='verifications, counted by time and group; a table each for minutes, hours, days and months';

CREATE TABLE IF NOT EXISTS lk_verification_hour LIKE lk_verification_minute;
CREATE TABLE IF NOT EXISTS lk_verification_day LIKE lk_verification_minute;
CREATE TABLE IF NOT EXISTS lk_verification_month LIKE lk_verification_minute;

CREATE TABLE IF NOT EXISTS lk_ratelimit_minute (
  workspace_id  VARCHAR(48)  NOT NULL    COMMENT 'whose records',
  time          BIGINT       NOT NULL    COMMENT 'ms; start of the minute, hour, day or month, UTC',
  group_hash    BINARY(16)   NOT NULL    COMMENT 'first half of the SHA-256 of the columns from here to identifier',
  namespace_id  VARCHAR(48)  NOT NULL    COMMENT 'lk_namespace.id',
  identifier    VARBINARY(2048) NOT NULL COMMENT 'UTF-8, as sent',
  passed        BIGINT       NOT NULL    COMMENT 'decisions that let the request through',
  total         BIGINT       NOT NULL    COMMENT 'all decisions',
  total_tokens  BIGINT       NOT NULL    COMMENT 'cost asked for, together; stays at 2^63 - 1',
  passed_tokens BIGINT       NOT NULL    COMMENT 'cost of those that passed, likewise',
  latency_sum   BIGINT       NOT NULL    COMMENT 'ms; of all of them together',
  ge_1          BIGINT       NULL        COMMENT 'how many took 1 ms or longer; NULL: none',
  ge_2          BIGINT       NULL        COMMENT 'how many took 2 ms or longer; NULL: none',
  ge_3          BIGINT       NULL        COMMENT 'how many took 3 ms or longer; NULL: none',
  ge_4          BIGINT       NULL        COMMENT 'how many took 4 ms or longer; NULL: none',
  ge_5          BIGINT       NULL        COMMENT 'how many took 5 ms or longer; NULL: none',
  ge_7          BIGINT       NULL        COMMENT 'how many took 7 ms or longer; NULL: none',
  ge_10         BIGINT       NULL        COMMENT 'how many took 10 ms or longer; NULL: none',
  ge_15         BIGINT       NULL        COMMENT 'how many took 15 ms or longer; NULL: none',
  ge_22         BIGINT       NULL        COMMENT 'how many took 22 ms or longer; NULL: none',
  ge_33         BIGINT       NULL        COMMENT 'how many took 33 ms or longer; NULL: none',
  ge_49         BIGINT       NULL        COMMENT 'how many took 49 ms or longer; NULL: none',
  ge_73         BIGINT       NULL        COMMENT 'how many took 73 ms or longer; NULL: none',
  ge_109        BIGINT       NULL        COMMENT 'how many took 109 ms or longer; NULL: none',
  ge_163        BIGINT       NULL        COMMENT 'how many took 163 ms or longer; NULL: none',
  ge_244        BIGINT       NULL        COMMENT 'how many took 244 ms or longer; NULL: none',
  ge_365        BIGINT       NULL        COMMENT 'how many took 365 ms or longer; NULL: none',
  ge_547        BIGINT       NULL        COMMENT 'how many took 547 ms or longer; NULL: none',
  ge_821        BIGINT       NULL        COMMENT 'how many took 821 ms or longer; NULL: none',
  ge_1231       BIGINT       NULL        COMMENT 'how many took 1231 ms or longer; NULL: none',
  ge_1846       BIGINT       NULL        COMMENT 'how many took 1846 ms or longer; NULL: none',
  ge_2768       BIGINT       NULL        COMMENT 'how many took 2768 ms or longer; NULL: none',
  ge_4151       BIGINT       NULL        COMMENT 'how many took 4151 ms or longer; NULL: none',
  ge_6226       BIGINT       NULL        COMMENT 'how many took 6226 ms or longer; NULL: none',
  PRIMARY KEY (workspace_id, time, group_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='rate-limit decisions, counted by time and group; a table each for minutes, hours, days and months';

CREATE TABLE IF NOT EXISTS lk_ratelimit_hour LIKE lk_ratelimit_minute;
CREATE TABLE IF NOT EXISTS lk_ratelimit_day LIKE lk_ratelimit_minute;
CREATE TABLE IF NOT EXISTS lk_ratelimit_month LIKE lk_ratelimit_minute;

CREATE TABLE IF NOT EXISTS lk_maintenance (
  name VARCHAR(48) NOT NULL           COMMENT 'maintain: a complete run; workers: a slice done by a worker; verification, ratelimit: a slice rolled up',
  at   BIGINT      NOT NULL           COMMENT 'ms; when that last happened',
  done BIGINT      NOT NULL DEFAULT 0 COMMENT 'records rolled up so far',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='when periodic work was last done; who rolls up locks the row';

-- What was recorded before this step.
INSERT IGNORE INTO lk_verification_queue (workspace_id, time, request_id)
  SELECT workspace_id, time, request_id FROM lk_verification;
INSERT IGNORE INTO lk_ratelimit_queue (workspace_id, time, request_id, position)
  SELECT workspace_id, time, request_id, position FROM lk_ratelimit_decision;
