/* rollup.h: what those who write rollups and those who read them with what is not in them yet have
 * to agree about (store/rollup_store.h): when two records v belong to the same group. */
#ifndef LATCHKEY_DOMAIN_ROLLUP_H
#define LATCHKEY_DOMAIN_ROLLUP_H

/* group_hash of a record. Only the last column may contain a line break. */
#define ROLLUP_HASH(columns) "UNHEX(LEFT(SHA2(CONCAT_WS('\n', " columns "), 256), 32))"
#define ROLLUP_VERIFICATION_HASH                                                                   \
    ROLLUP_HASH("v.keyspace_id, v.key_id, v.identity_id, v.outcome, v.source, v.app_id, v.tags, "  \
                "v.external_id")
#define ROLLUP_RATELIMIT_HASH ROLLUP_HASH("v.namespace_id, v.identifier")

#endif
