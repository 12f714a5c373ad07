/* key_delete_svc.h: keys.deleteKey (contract keys.md section 9.6). */
#ifndef LATCHKEY_SERVICE_KEY_DELETE_SVC_H
#define LATCHKEY_SERVICE_KEY_DELETE_SVC_H

#include "service/key_svc.h"

/* Marks the key deleted, or removes it and everything that hangs on it. */
enum status key_delete_svc_run(struct ctx *c, struct str id, bool permanent) MUST_USE;

#endif
