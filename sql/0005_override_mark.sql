-- Whether a namespace has overrides, so that ratelimit.limit can count without looking for them.

SET @latchkey_step = IF(
  (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()
    AND table_name = 'lk_namespace' AND column_name = 'may_have_overrides') = 0,
  'ALTER TABLE lk_namespace ADD COLUMN may_have_overrides TINYINT NOT NULL DEFAULT 0 COMMENT ''0: there is no lk_override in it, which saves ratelimit.limit a query''',
  'DO 0');
PREPARE latchkey_step FROM @latchkey_step;
EXECUTE latchkey_step;
DEALLOCATE PREPARE latchkey_step;

UPDATE lk_namespace SET may_have_overrides = 1 WHERE id IN (SELECT namespace_id FROM lk_override);
