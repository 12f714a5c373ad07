/* The principal. */
#include "service/principal.h"

#include "base/sb.h"

struct str
principal_subject(const struct key_row *k)
{
    return k->external_id.n ? k->external_id : k->id;
}

static void
put_text(struct sb *b, const char *name, struct str value)
{
    sb_puts(b, name);
    sb_json_str(b, value);
}

static void
put_texts(struct sb *b, const char *name, struct f_list list)
{
    const struct f_str *v = list.v;

    if (list.n == 0)
        return;
    sb_puts(b, name);
    for (size_t i = 0; i < list.n; i++) {
        sb_putc(b, i ? ',' : '[');
        sb_json_str(b, v[i].v);
    }
    sb_putc(b, ']');
}

/* JSON as it was sent, in one line: control characters can only be white space. */
static void
put_meta(struct sb *b, struct str text, enum principal_meta meta)
{
    sb_puts(b, ",\"meta\":");
    if (meta == PRINCIPAL_NO_META || text.n == 0)
        text = S("{}");
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x20)
            sb_putc(b, text.p[i]);
}

struct str
principal_json(struct arena *mem, const struct key_row *k, const struct verify_out *v,
               enum principal_meta meta)
{
    struct sb b;

    sb_init(&b, mem, 512);
    put_text(&b, "{\"version\":\"v1\",\"subject\":", principal_subject(k));
    sb_puts(&b, ",\"type\":\"API_KEY\"");
    if (k->identity_id.n) {
        put_text(&b, ",\"identity\":{\"externalId\":", k->external_id);
        put_meta(&b, k->identity_meta, meta);
        sb_putc(&b, '}');
    }
    put_text(&b, ",\"source\":{\"key\":{\"keyId\":", k->id);
    put_text(&b, ",\"keySpaceId\":", k->keyspace_id);
    if (k->name.n)
        put_text(&b, ",\"name\":", k->name);
    if (k->has_expiry) {
        sb_puts(&b, ",\"expiresAt\":");
        sb_i64(&b, k->expires_at);
    }
    if (v && v->credits.state == F_SET) {
        sb_puts(&b, ",\"credits\":");
        sb_i64(&b, v->credits.v);
    }
    put_meta(&b, k->meta, meta);
    if (v) {
        put_texts(&b, ",\"roles\":", v->roles);
        put_texts(&b, ",\"permissions\":", v->permissions);
    }
    sb_puts(&b, "}}}");
    return sb_str(&b);
}
