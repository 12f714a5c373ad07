/* client.h: one HTTP request to an API, over TCP or TLS. The only user of libssl. */
#ifndef LATCHKEY_HTTP_CLIENT_H
#define LATCHKEY_HTTP_CLIENT_H

#include "http/client_message.h"
#include "http/client_url.h"

enum { CLIENT_TIMEOUT_S = 30 }; /* for everything after the name is resolved */

/* Posts body to path, which begins with a slash and follows the URL's own. Redirects are answers
 * like others: they are not followed. Certificates must be valid for the host and go back to an
 * authority of the system, or of $SSL_CERT_FILE and $SSL_CERT_DIR. False, with a sentence in *why,
 * when there is no complete answer. */
bool client_post(struct arena *mem, const struct client_url *url, struct str path,
                 struct str bearer, struct str body, struct client_answer *out, struct str *why);

/* The same for any request, as bytes. head: it is HEAD, whose answer has no body. */
bool client_send(struct arena *mem, const struct client_url *url, struct str request, bool head,
                 struct client_answer *out, struct str *why);

#endif
