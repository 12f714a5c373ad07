/* HTTP/1.1 requests and answers (RFC 9112), with none of the leniency that it allows: the other
 * side is a latchkey behind a web server, and everything else is an error worth telling. */
#include "config.h"
#include "http/client_message.h"

#include <string.h>
#include <strings.h>

/* Requests */

bool
client_message_is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
            return false;
    return s.n > 0;
}

bool
client_message_request(struct arena *mem, const struct client_request *r, struct str *out,
                       struct str *why)
{
    struct sb b;

    if (!client_message_is_token(r->bearer)) {
        *why = S("the root key holds a character that no root key has");
        return false;
    }
    sb_init(&b, mem, r->body.n + 512);
    sb_addf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\n", r->path.p, r->authority.p);
    sb_puts(&b, "User-Agent: latchkey/" PACKAGE_VERSION "\r\nAccept: application/json\r\n"
                "Content-Type: application/json\r\nConnection: close\r\nAuthorization: Bearer ");
    sb_put(&b, r->bearer);
    sb_puts(&b, "\r\nContent-Length: ");
    sb_i64(&b, (int64_t)r->body.n);
    sb_puts(&b, "\r\n\r\n");
    sb_put(&b, r->body);
    *out = sb_str(&b);
    return true;
}

struct str
client_message_plain(struct arena *mem, struct str authority, struct str method, struct str target,
                     struct str headers)
{
    return arena_fmt(mem,
                     "%.*s %.*s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: latchkey/" PACKAGE_VERSION
                     "\r\nConnection: close\r\n%.*s\r\n",
                     STR_ARG(method), STR_ARG(target), STR_ARG(authority), STR_ARG(headers));
}

/* Answers */

void
client_message_begin(struct client_answer *a, struct arena *mem)
{
    *a = (struct client_answer){
        .content_type = {"", 0}, .location = {"", 0}, .body = {"", 0}, .mem = mem, .length = -1};
    sb_init(&a->line, mem, 256);
    sb_init(&a->content, mem, 4096);
    sb_init(&a->headers, mem, 512);
}

static bool
fail(struct client_answer *a, const char *why)
{
    a->why = why;
    return false;
}

static bool
same(struct str a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

/* Moves what belongs to the current line from *piece to a->line. True when the line is complete;
 * its CRLF is cut off. False: more is needed, or a->why is set. */
static bool
take_line(struct client_answer *a, struct str *piece)
{
    size_t end = str_find(*piece, '\n', 0), n = end < piece->n ? end + 1 : end;
    bool head = a->at == AT_STATUS || a->at == AT_HEADER || a->at == AT_TRAILER;

    sb_put(&a->line, (struct str){piece->p, n});
    *piece = str_from(*piece, n);
    a->head += head ? n : 0;
    if (a->at == AT_STATUS &&
        strncmp(sb_str(&a->line).p, "HTTP/1.", a->line.n < 7 ? a->line.n : 7) != 0)
        return fail(a, "the answer is not HTTP");
    if (a->line.n > CLIENT_LINE_MAX || a->head > CLIENT_HEAD_MAX)
        return fail(a, "the answer's headers are too long");
    if (n == 0 || a->line.p[a->line.n - 1] != '\n')
        return false;
    if (a->line.n < 2 || a->line.p[a->line.n - 2] != '\r')
        return fail(a, "the answer is not HTTP: a line does not end in CR LF");
    a->line.n -= 2;
    for (size_t i = 0; i < a->line.n; i++) {
        unsigned char c = (unsigned char)a->line.p[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return fail(a, "the answer is not HTTP: control characters in a header");
    }
    return true;
}

/* HTTP/1.1 200 OK */
static bool
read_status(struct client_answer *a, struct str line)
{
    int64_t status;

    if (line.n < 12 || line.p[8] != ' ' || (line.p[7] != '1' && line.p[7] != '0') ||
        !str_i64((struct str){line.p + 9, 3}, 100, 999, &status) ||
        (line.n > 12 && line.p[12] != ' '))
        return fail(a, "the answer is not HTTP: the status line is malformed");
    a->status = (int)status;
    a->http10 = line.p[7] == '0';
    a->at = AT_HEADER;
    return true;
}

static bool
read_length(struct client_answer *a, struct str value)
{
    int64_t n;

    if (value.n == 0 || value.p[0] == '-' || !str_i64(value, 0, INT64_MAX, &n) ||
        (a->length >= 0 && a->length != n))
        return fail(a, "the answer is not HTTP: its Content-Length is malformed");
    if (n > CLIENT_BODY_MAX)
        return fail(a, "the answer is larger than 64 MiB");
    a->length = n;
    return true;
}

static bool
is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!plain && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

static bool
read_header(struct client_answer *a, struct str line)
{
    struct str value = line, name = str_cut(&value, ':');

    if (!value.p || !is_token(name))
        return fail(a, "the answer is not HTTP: a header is malformed");
    value = str_trim(value);
    if (a->at == AT_TRAILER)
        return true;
    sb_addf(&a->headers, "%.*s: %.*s\n", STR_ARG(name), STR_ARG(value));
    if (same(name, "Content-Length"))
        return read_length(a, value);
    if (same(name, "Transfer-Encoding")) {
        if (a->http10 || a->chunked || !same(value, "chunked"))
            return fail(a, "the answer has a transfer coding other than chunked");
        a->chunked = true;
    } else if (same(name, "Content-Encoding") && !same(value, "identity")) {
        return fail(a, "the answer is compressed, though that was not asked for");
    } else if (same(name, "Content-Type")) {
        a->content_type = arena_str(a->mem, value);
    } else if (same(name, "Location")) {
        a->location = arena_str(a->mem, value);
    }
    return true;
}

/* The empty line behind the headers: what comes now? */
static bool
begin_body(struct client_answer *a)
{
    if (a->chunked && a->length >= 0)
        return fail(a, "the answer is not HTTP: it has a length and is chunked");
    if (a->status == 101)
        return fail(a, "the answer changes to another protocol");
    if (a->status < 200) { /* 100 Continue and its like: the answer is still to come */
        a->at = AT_STATUS;
        a->length = -1;
        a->chunked = false;
        a->headers.n = 0;
    } else if (a->without_body || a->status == 204 || a->status == 304 || a->length == 0) {
        a->at = AT_END;
    } else if (a->chunked) {
        a->at = AT_SIZE;
    } else if (a->length > 0) {
        a->at = AT_BODY;
        a->left = (size_t)a->length;
    } else {
        a->at = AT_REST;
    }
    return true;
}

/* The size of a chunk, perhaps with extensions behind a semicolon. */
static bool
read_size(struct client_answer *a, struct str line)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    struct str rest = line, size = str_trim(str_cut(&rest, ';'));
    size_t n = 0;

    if (size.n == 0)
        return fail(a, "the answer is not HTTP: a chunk has no size");
    for (size_t i = 0; i < size.n; i++) {
        const char *at = strchr(digits, size.p[i]);
        size_t digit = at ? (size_t)(at - digits) : 0;

        if (!at)
            return fail(a, "the answer is not HTTP: the size of a chunk is malformed");
        n = n * 16 + (digit < 16 ? digit : digit - 6);
        if (n > CLIENT_BODY_MAX - a->content.n)
            return fail(a, "the answer is larger than 64 MiB");
    }
    a->left = n;
    a->at = n > 0 ? AT_CHUNK : AT_TRAILER;
    return true;
}

static bool
read_line(struct client_answer *a)
{
    struct str line = {a->line.p, a->line.n};

    a->line.n = 0;
    switch (a->at) {
    case AT_STATUS:
        return read_status(a, line);
    case AT_HEADER:
        return line.n > 0 ? read_header(a, line) : begin_body(a);
    case AT_SIZE:
        return read_size(a, line);
    case AT_CHUNK_END:
        a->at = AT_SIZE;
        return line.n == 0 || fail(a, "the answer is not HTTP: a chunk has not the size it says");
    default:
        if (line.n > 0)
            return read_header(a, line);
        a->at = AT_END;
        return true;
    }
}

static void
take_content(struct client_answer *a, struct str *piece)
{
    size_t n = piece->n;

    if (a->at == AT_REST && n > CLIENT_BODY_MAX - a->content.n) {
        a->why = "the answer is larger than 64 MiB";
        return;
    }
    if (a->at != AT_REST) {
        n = n < a->left ? n : a->left;
        a->left -= n;
        if (a->left == 0)
            a->at = a->at == AT_BODY ? AT_END : AT_CHUNK_END;
    }
    sb_put(&a->content, (struct str){piece->p, n});
    *piece = str_from(*piece, n);
}

static enum client_progress
progress(struct client_answer *a)
{
    if (a->why)
        return CLIENT_BAD;
    if (a->at != AT_END)
        return CLIENT_MORE;
    a->body = sb_str(&a->content);
    return CLIENT_DONE;
}

enum client_progress
client_message_take(struct client_answer *a, struct str piece)
{
    while (piece.n > 0 && a->at != AT_END && !a->why) {
        if (a->at == AT_BODY || a->at == AT_CHUNK || a->at == AT_REST)
            take_content(a, &piece);
        else if (take_line(a, &piece) && !read_line(a))
            break;
    }
    return progress(a);
}

struct str
client_message_header(struct client_answer *a, struct str name)
{
    struct str rest = sb_str(&a->headers);

    while (rest.p && rest.n > 0) {
        struct str value = str_cut(&rest, '\n'), one = str_cut(&value, ':');

        if (one.n == name.n && strncasecmp(one.p, name.p, name.n) == 0)
            return str_trim(value);
    }
    return S("");
}

enum client_progress
client_message_end(struct client_answer *a)
{
    if (a->at == AT_REST)
        a->at = AT_END;
    else if (a->head == 0 && a->at != AT_END)
        a->why = "the server closed the connection without an answer";
    else if (a->at != AT_END)
        a->why = "the answer is truncated";
    return progress(a);
}
