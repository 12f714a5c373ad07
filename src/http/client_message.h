/* client_message.h: what a client sends and gets, as bytes: HTTP/1.1 without the network. Pure. */
#ifndef LATCHKEY_HTTP_CLIENT_MESSAGE_H
#define LATCHKEY_HTTP_CLIENT_MESSAGE_H

#include "base/sb.h"

enum {
    CLIENT_BODY_MAX = 64 * 1024 * 1024, /* of an answer */
    CLIENT_HEAD_MAX = 64 * 1024,        /* status lines, headers and trailers together */
    CLIENT_LINE_MAX = 16 * 1024,
};

/* A POST of JSON with a bearer token. */
struct client_request {
    struct str authority, path; /* see client_url.h */
    struct str bearer, body;
};

/* Whether s can be a token: printable ASCII without spaces, not empty. */
bool client_message_is_token(struct str s);
/* The bytes to send. False, with a sentence in *why, when the token cannot stand in a header. */
bool client_message_request(struct arena *mem, const struct client_request *r, struct str *out,
                            struct str *why);

/* Any request without a body. headers: lines, each with its CR LF. Nothing is checked: what is sent
 * may be meant to be odd. */
struct str client_message_plain(struct arena *mem, struct str authority, struct str method,
                                struct str target, struct str headers);

/* Reading an answer, however it is cut into pieces. */
enum client_progress { CLIENT_MORE, CLIENT_DONE, CLIENT_BAD };
enum client_part {
    AT_STATUS,
    AT_HEADER,
    AT_BODY,
    AT_SIZE,
    AT_CHUNK,
    AT_CHUNK_END,
    AT_TRAILER,
    AT_REST, /* a body that ends with the connection */
    AT_END,
};

struct client_answer {
    int status;
    struct str content_type, location; /* empty when absent */
    struct sb headers;                 /* all of them, in lines; see client_message_header */
    struct str body;
    const char *why;   /* a sentence after CLIENT_BAD */
    bool without_body; /* set it after client_message_begin: it answers HEAD */

    /* how far it has been read */
    struct arena *mem;
    enum client_part at;
    struct sb line, content;
    size_t head;    /* bytes of status lines, headers and trailers so far */
    int64_t length; /* Content-Length; -1: none */
    size_t left;    /* of the body or chunk */
    bool chunked, http10;
};

void client_message_begin(struct client_answer *a, struct arena *mem);
/* Takes the next piece. After anything but CLIENT_MORE, nothing more may be taken. */
enum client_progress client_message_take(struct client_answer *a, struct str piece);
/* A header by its name in any letter case; empty when there is none. */
struct str client_message_header(struct client_answer *a, struct str name);
/* The connection has been closed; never CLIENT_MORE. */
enum client_progress client_message_end(struct client_answer *a);

#endif
