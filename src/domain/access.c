/* Evaluating requirements of access.def. The texts are short, so they are walked as they stand. */
#include "domain/access.h"

#include "base/sb.h"
#include "domain/urn.h"

#include <assert.h>
#include <string.h>

static const char *const specs[ACCESS__MAX] = {
#define ACCESS(name, spec) [ACCESS_##name] = spec,
#include "domain/access.def"
#undef ACCESS
};

/* An id of a request has at most 255 characters, of up to 4 bytes each. */
enum { WALK_LEAF_MAX = 1280 };

/* One look at a requirement: where we are in its text, and against what. */
struct walk {
    const char *at;
    const struct access_scope *scope;
    const struct access_grants *grants;
};

const char *
access_spec(enum access a)
{
    return specs[a];
}

static struct str
placeholder(const struct access_scope *s, struct str name)
{
    const struct {
        struct str name, value;
    } known[] = {
        {S("api"), s->api},           {S("ks"), s->ks}, {S("key"), s->key},
        {S("identity"), s->identity}, {S("ns"), s->ns}, {S("override"), s->override},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_eq(known[i].name, name))
            return known[i].value;
    assert(false && "unknown placeholder in access.def");
    return S("");
}

/* Appends as much of s as fits: longer ids exist nowhere, so nothing could match them. */
static size_t
leaf_put(char buf[WALK_LEAF_MAX], size_t len, struct str s)
{
    size_t n = s.n < WALK_LEAF_MAX - len ? s.n : WALK_LEAF_MAX - len;

    if (n)
        memcpy(buf + len, s.p, n);
    return len + n;
}

/* The permission at w->at with its placeholders filled in; moves past it. */
static struct str
leaf_text(struct walk *w, char buf[WALK_LEAF_MAX], bool *urn)
{
    struct str leaf = {w->at, strcspn(w->at, ",()")};
    size_t len = 0;

    w->at += leaf.n;
    *urn = str_find(leaf, '#', 0) < leaf.n;
    if (*urn) {
        len = leaf_put(buf, len, S(URN_PREFIX));
        len = leaf_put(buf, len, w->scope->workspace);
        len = leaf_put(buf, len, S(":"));
    }
    while (leaf.p) {
        len = leaf_put(buf, len, str_cut(&leaf, '{'));
        if (leaf.p)
            len = leaf_put(buf, len, placeholder(w->scope, str_cut(&leaf, '}')));
    }
    return (struct str){buf, len};
}

static bool
leaf_allows(struct walk *w)
{
    char buf[WALK_LEAF_MAX];
    bool urn;
    struct str need = leaf_text(w, buf, &urn);

    for (size_t i = 0; i < w->grants->n; i++) {
        if (str_eq(w->grants->held[i], need))
            return true;
        if (urn && urn_covers(w->grants->held[i], need))
            return true;
    }
    return false;
}

static void
skip_space(struct walk *w)
{
    while (*w->at == ' ')
        w->at++;
}

/* Enters any( or all( and says which; false at a leaf. */
static bool
group_open(struct walk *w, bool *all)
{
    skip_space(w);
    if (strncmp(w->at, "any(", 4) != 0 && strncmp(w->at, "all(", 4) != 0)
        return false;
    *all = w->at[1] == 'l';
    w->at += 4;
    return true;
}

/* Moves to the next member; false behind the closing parenthesis. */
static bool
group_next(struct walk *w)
{
    skip_space(w);
    if (*w->at == ',') {
        w->at++;
        return true;
    }
    assert(*w->at == ')');
    w->at++;
    return false;
}

static bool
node_allows(struct walk *w)
{
    bool all, result;

    if (!group_open(w, &all)) {
        skip_space(w);
        return leaf_allows(w);
    }
    result = all;
    do {
        bool one = node_allows(w);

        result = all ? result && one : result || one;
    } while (group_next(w));
    return result;
}

bool
access_allows(const char *spec, const struct access_scope *scope,
              const struct access_grants *grants)
{
    struct walk w = {spec, scope, grants};

    return node_allows(&w);
}

static void
node_render(struct walk *w, struct sb *out)
{
    char buf[WALK_LEAF_MAX];
    bool all, urn;

    if (!group_open(w, &all)) {
        skip_space(w);
        sb_put(out, leaf_text(w, buf, &urn));
        return;
    }
    for (bool first = true;; first = false) {
        if (!first)
            sb_puts(out, all ? " and " : " or ");
        node_render(w, out);
        if (!group_next(w))
            return;
    }
}

struct str
access_explain(struct arena *mem, const char *spec, const struct access_scope *scope,
               const struct access_grants *grants)
{
    struct walk w = {spec, scope, grants}, inside;
    struct sb out;
    bool all;

    sb_init(&out, mem, 160);
    inside = w;
    if (!group_open(&inside, &all)) {
        sb_puts(&out, "Missing permission: '");
        node_render(&w, &out);
        sb_puts(&out, "'");
        return sb_str(&out);
    }
    if (!all) {
        sb_puts(&out, "Missing one of these permissions: ");
        node_render(&w, &out);
        return sb_str(&out);
    }
    for (;;) {
        struct walk child = inside;

        if (!node_allows(&inside))
            return access_explain(mem, child.at, scope, grants);
        if (!group_next(&inside))
            return sb_str(&out);
    }
}
