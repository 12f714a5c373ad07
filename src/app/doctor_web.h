/* doctor_web.h: what doctor learns from outside, through the web server. */
#ifndef LATCHKEY_APP_DOCTOR_WEB_H
#define LATCHKEY_APP_DOCTOR_WEB_H

#include "http/client.h"

struct doctor_finding {
    const char *check;
    bool ok;
    struct str detail;
    const char *fix;
};

/* What the answer to a request with an unknown root key says: does it reach latchkey, and does its
 * Authorization header? */
struct doctor_finding doctor_web_reached(struct arena *mem, const struct client_answer *a);
/* What the answer to a large request says. */
struct doctor_finding doctor_web_large(struct arena *mem, const struct client_answer *a);

/* Sends both kinds of request to the API at url; at most DOCTOR_WEB_FINDINGS findings into out,
 * their number returned. */
enum { DOCTOR_WEB_FINDINGS = 3, DOCTOR_WEB_LARGE = 1024 * 1024 };
size_t doctor_web_check(struct arena *mem, struct str url, struct doctor_finding *out);

#endif
