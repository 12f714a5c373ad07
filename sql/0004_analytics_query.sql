-- Limits of analytics queries, for workspaces that do not have the usual ones.

CREATE TABLE IF NOT EXISTS lk_analytics_limit (
  workspace_id       VARCHAR(48) NOT NULL COMMENT 'lk_workspace.id',
  window_s           BIGINT      NOT NULL COMMENT 'length of the windows in which queries are counted',
  window_execution_s BIGINT      NOT NULL COMMENT 'execution time of all queries of a window',
  query_execution_s  BIGINT      NOT NULL COMMENT 'execution time of one query, at most 30',
  query_memory_bytes BIGINT      NOT NULL COMMENT 'memory of one query',
  result_rows        BIGINT      NOT NULL COMMENT 'rows of one result',
  PRIMARY KEY (workspace_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='limits of analytics queries';
