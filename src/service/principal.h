/* principal.h: who has logged in, as JSON for the application (contract product-map.md section
 * D.7).
 */
#ifndef LATCHKEY_SERVICE_PRINCIPAL_H
#define LATCHKEY_SERVICE_PRINCIPAL_H

#include "service/verify_svc.h"

/* Whether the meta objects of key and identity are told. */
enum principal_meta { PRINCIPAL_META, PRINCIPAL_NO_META };

/* The identity's external id, else the key's id. */
struct str principal_subject(const struct key_row *k);
/* One line of JSON. v: what the verification found; NULL: it has not been made, and neither
 * credits, roles nor permissions are told. */
struct str principal_json(struct arena *mem, const struct key_row *k, const struct verify_out *v,
                          enum principal_meta meta);

#endif
