/* Showing answers. */
#include "app/envelope.h"

#include "base/json_text.h"
#include "schema/decode.h"
#include "schema/describe.h"
#include "schema/json_scan.h"

struct meta {
    struct f_str request_id;
};
static const struct field meta_fields[] = {
    F_STR(struct meta, request_id, "requestId", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_END,
};

struct violation {
    struct f_str location, message;
};
static const struct field violation_fields[] = {
    F_STR(struct violation, location, "location", F_REQUIRED, 0, F_NO_MAX, .text = "Where."),
    F_STR(struct violation, message, "message", F_REQUIRED, 0, F_NO_MAX, .text = "What."),
    F_END,
};
static const struct field violation_item = F_BODY(F_OPEN, violation_fields, struct violation);

struct error {
    struct f_str title, detail;
    struct f_list errors;
};
static const struct field error_fields[] = {
    F_STR(struct error, title, "title", F_REQUIRED, 0, F_NO_MAX, .text = "Of the status."),
    F_STR(struct error, detail, "detail", F_REQUIRED, 0, F_NO_MAX, .text = "What went wrong."),
    F_LIST(struct error, errors, "errors", 0, F_NO_MIN, F_NO_MAX, &violation_item,
           .text = "Violated rules."),
    F_END,
};

struct pagination {
    struct f_str cursor;
};
static const struct field pagination_fields[] = {
    F_STR(struct pagination, cursor, "cursor", 0, 0, F_NO_MAX, .text = "The next page."),
    F_END,
};

struct envelope {
    struct f_obj meta, error, pagination;
};
static const struct field envelope_fields[] = {
    F_OBJ(struct envelope, meta, "meta", F_REQUIRED | F_OPEN, meta_fields, struct meta,
          .text = "About the request."),
    F_OBJ(struct envelope, error, "error", F_OPEN, error_fields, struct error,
          .text = "Unless it was done."),
    F_OBJ(struct envelope, pagination, "pagination", F_OPEN, pagination_fields, struct pagination,
          .text = "Of lists."),
    F_END,
};
static const struct field envelope_body = F_BODY(F_OPEN, envelope_fields, struct envelope);

/* NULL when the answer is not one of the API. */
static const struct envelope *
read_envelope(struct arena *mem, struct str text)
{
    struct decode_parser *parser = decode_parser_new();
    struct decoded d;

    decode_body(mem, parser, text, &envelope_body, &d);
    decode_parser_free(parser);
    return d.v && d.issue_count == 0 ? d.v : NULL;
}

/* Valid UTF-8 in one line, with ? for control characters, C1 included. */
static struct str
printable(struct arena *mem, struct str s)
{
    struct sb b;

    if (!str_utf8_valid(s))
        return S("(not UTF-8)");
    sb_init(&b, mem, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool c1 = c == 0xc2 && (unsigned char)s.p[i + 1] < 0xa0;

        i += c1;
        sb_putc(&b, c1 || c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
    return sb_str(&b);
}

/* The same line by line: errors of SQL show the place. */
static struct str
printable_lines(struct arena *mem, struct str s)
{
    struct sb b;

    sb_init(&b, mem, s.n + 1);
    while (s.p) {
        sb_put(&b, printable(mem, str_cut(&s, '\n')));
        if (s.p)
            sb_putc(&b, '\n');
    }
    return sb_str(&b);
}

static void
put_error(struct sb *b, const struct client_answer *a, const struct error *e,
          const struct envelope_how *how)
{
    const struct violation *v = e->errors.v;
    struct str detail = printable(b->mem, e->detail.v);

    switch (a->status) {
    case 400:
        sb_addf(b, "%s\n", printable_lines(b->mem, e->detail.v).p);
        break;
    case 401:
        sb_addf(b, "Authentication failed: %s\n", detail.p);
        sb_addf(b, "The root key was taken from %s; `latchkey auth login` stores another one.\n",
                how->root_key_from.p);
        break;
    case 403:
        sb_addf(b, "Permission denied: %s\n", detail.p);
        break;
    case 404:
        sb_addf(b, "Not found: %s\n", detail.p);
        break;
    default:
        sb_addf(b, "%d %s: %s\n", a->status, printable(b->mem, e->title.v).p, detail.p);
    }
    for (size_t i = 0; i < e->errors.n; i++)
        sb_addf(b, "%s: %s\n", printable(b->mem, v[i].location.v).p,
                printable(b->mem, v[i].message.v).p);
}

/* Something other than the API answered. */
static void
put_stranger(struct sb *b, const struct client_answer *a, const struct envelope_how *how)
{
    if (a->status >= 300 && a->status < 400 && a->location.n)
        sb_addf(b,
                "%s redirects to %s, and redirects are not followed; give the right URL by "
                "--api-url\n",
                how->url.p, printable(b->mem, a->location).p);
    else
        sb_addf(b,
                "%s gives an unexpected answer (HTTP status %d, content type %s); is it the "
                "URL of the API?\n",
                how->url.p, a->status,
                a->content_type.n ? printable(b->mem, a->content_type).p : "unknown");
}

static struct str
success(struct arena *mem, const struct client_answer *a, struct str request_id,
        const struct envelope_how *how)
{
    struct str data = json_text_member(a->body, S("data"));
    struct sb b;

    sb_init(&b, mem, 256);
    if (how->json) {
        sb_put(&b, describe_pretty(mem, a->body));
        sb_putc(&b, '\n');
        return sb_str(&b);
    }
    sb_addf(&b, "%s (took %lldms)\n", printable(mem, request_id).p, (long long)how->took_ms);
    if (data.n > 0) {
        sb_putc(&b, '\n');
        sb_put(&b, describe_pretty(mem, data));
        sb_putc(&b, '\n');
    }
    return sb_str(&b);
}

struct envelope_text
envelope_show(struct arena *mem, const struct client_answer *a, const struct envelope_how *how)
{
    const struct envelope *e = read_envelope(mem, a->body);
    const struct pagination *page = e ? e->pagination.v : NULL;
    const struct meta *meta = e ? e->meta.v : NULL;
    struct envelope_text text = {.out = {"", 0}};
    struct sb err;

    sb_init(&err, mem, 256);
    if (e && a->status == 200) {
        text.ok = true;
        text.out = success(mem, a, meta->request_id.v, how);
        if (!how->json && page && page->cursor.v.n)
            sb_addf(&err, "There is more: --cursor=%s\n", printable(mem, page->cursor.v).p);
    } else if (e && a->status >= 400 && e->error.v) {
        put_error(&err, a, e->error.v, how);
        sb_addf(&err, "Request: %s\n", printable(mem, meta->request_id.v).p);
    } else {
        put_stranger(&err, a, how);
    }
    text.err = sb_str(&err);
    return text;
}
