-- What the gate has charged: servers ask it up to seven times for one request of a client.

CREATE TABLE IF NOT EXISTS lk_gate_charge (
  id            BINARY(16)   NOT NULL COMMENT 'first half of the SHA-256 of policy, section, request and key',
  charged_at    BIGINT       NOT NULL COMMENT 'ms; of no use an hour later',
  outcome       VARCHAR(32)  NOT NULL COMMENT 'VALID, or USAGE_EXCEEDED when only limits were charged',
  remaining     BIGINT       NULL COMMENT 'credits left; NULL: unlimited',
  max_count     BIGINT       NULL COMMENT 'the limit that the client was told; NULL: none',
  left_count    BIGINT       NULL COMMENT 'what remained of it',
  resets_at     BIGINT       NULL COMMENT 'ms; when it begins anew',
  PRIMARY KEY (id),
  KEY gate_charge_time (charged_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='requests charged by the gate; may be emptied at any time';
