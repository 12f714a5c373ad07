/* gate_check.h: does the gate close, seen from outside? */
#ifndef LATCHKEY_APP_GATE_CHECK_H
#define LATCHKEY_APP_GATE_CHECK_H

#include "domain/gate_policy.h"
#include "http/client.h"

enum gate_result { GATE_PASS, GATE_FAIL, GATE_SKIPPED };

struct gate_finding {
    struct str trick, detail;
    enum gate_result result;
    const char *fix;
};

/* The protected place, and where a key is put in requests for it. */
struct gate_place {
    struct client_url url; /* of the host */
    struct str target;     /* path and query */
    const struct gate_credential *credential;
};

/* Reads http://HOST/PATH?QUERY. False with a sentence in *why. */
bool gate_check_place(struct arena *mem, struct str text, struct gate_place *out, struct str *why);
/* The bytes of a GET with the key, and further header lines. */
struct str gate_check_request(struct arena *mem, const struct gate_place *p, struct str key,
                              struct str headers);

/* What an answer says of a request that is to be kept out. content: what is protected; empty:
 * unknown. elsewhere: as in struct gate_trick. */
enum gate_result gate_check_judge(const struct client_answer *a, struct str content,
                                  bool elsewhere);

/* How many credits the key has left, in *left; false: that cannot be known. */
typedef bool gate_check_credits(void *arg, int64_t *left);

struct gate_check {
    struct gate_place place;
    struct str key; /* one that is let in; empty: only look whether the place is closed */
    int64_t cost;   /* credits a request takes */
    bool proxied;   /* the application learns who has come by headers X-Latchkey-* */
    gate_check_credits *credits;
    void *arg;
};
/* All findings, in mem. */
const struct gate_finding *gate_check_run(struct arena *mem, const struct gate_check *k, size_t *n);
/* The gate, or its database, is stopped: is the place closed, quickly, for a key too? */
const struct gate_finding *gate_check_down(struct arena *mem, const struct gate_check *k,
                                           size_t *n);

#endif
