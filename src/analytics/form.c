/* Matching calls with the rows of forms.def. */
#include "analytics/form.h"

#include "analytics/convert.h"
#include "base/sb.h"

#include <string.h>

static const struct form forms[] = {
#define FORM(name, args, result, fold, sql) {name, args, result, fold, sql},
#include "analytics/forms.def"
#undef FORM
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]), ARGS_MAX = 2100 };

/* The argument as the letter wants it; NULL, with nothing set, when it does not fit. */
static const struct expr *
fit(struct ctx *c, char letter, const struct expr *e)
{
    enum type_kind k = e->type.kind;
    bool ok;

    if (k == TYPE_NULL)
        return e;
    switch (letter) {
    case 'f':
        return k == TYPE_FLOAT ? e : type_is_int(k) ? form_call1(c, "floatOf", e) : NULL;
    case 'd':
        return convert_date(c, e);
    case 't':
        return k == TYPE_DATE ? NULL : convert_ticks(c, e, 0);
    case 'u':
        return convert_ticks(c, e, 3);
    case 'i':
        ok = type_is_int(k);
        break;
    case 'b':
        ok = type_is_number(k);
        break;
    case 'z':
        ok = true;
        break;
    case 'x':
        ok = k != TYPE_TUPLE && k != TYPE_INTERVAL;
        break;
    case 'y':
        ok = k != TYPE_TUPLE && k != TYPE_INTERVAL && k != TYPE_ARRAY;
        break;
    default:
        ok = k == (letter == 's'   ? TYPE_TEXT
                   : letter == 'B' ? TYPE_BOOL
                   : letter == 'D' ? TYPE_DATE
                   : letter == 'T' ? TYPE_DATETIME
                   : letter == 'U' ? TYPE_DATETIME64
                   : letter == 'm' ? TYPE_MS
                                   : TYPE_ARRAY);
    }
    return ok ? e : NULL;
}

/* The letter of the i-th argument; 0: there is none. */
static char
letter_of(const char *args, size_t i)
{
    size_t n = strlen(args);
    bool open = n && args[n - 1] == '*';

    n -= open;
    return i < n ? args[i] : open ? args[n - 1] : '\0';
}

static bool
fits(struct ctx *c, const struct form *f, const struct expr *const *args, size_t n,
     const struct expr **converted)
{
    size_t least = strlen(f->args) - (strchr(f->args, '*') != NULL);

    if (n < least || (n > least && !strchr(f->args, '*')))
        return false;
    for (size_t i = 0; i < n; i++) {
        converted[i] = fit(c, letter_of(f->args, i), args[i]);
        if (!converted[i])
            return false;
    }
    return true;
}

static void
refuse(struct ctx *c, const char *name, const struct expr *const *args, size_t n)
{
    struct sb b;

    sb_init(&b, c->mem, 80);
    for (size_t i = 0; i < n && i < 8; i++)
        sb_addf(&b, "%s%s", i ? ", " : "", type_name(args[i]->type));
    expr_refuse(c, "Invalid analytics query: %s cannot be applied to (%s).", name, sb_str(&b).p);
}

const struct form *
form_match(struct ctx *c, const char *name, const struct expr *const *args, size_t n,
           const struct expr **converted)
{
    for (size_t i = 0; i < n; i++)
        if (!args[i])
            return NULL;
    for (size_t i = 0; i < FORMS && n < ARGS_MAX; i++)
        if (strcmp(forms[i].name, name) == 0 && fits(c, &forms[i], args, n, converted))
            return &forms[i];
    if (c->err.status == ST_OK)
        refuse(c, name, args, n);
    return NULL;
}

struct type
form_result(const struct form *f, const struct expr *const *args, size_t n)
{
    struct type t = {.kind = TYPE_INT};

    switch (f->result) {
    case 'I':
    case 'i':
        break;
    case 'F':
    case 'f':
        t.kind = TYPE_FLOAT;
        break;
    case 's':
        t.kind = TYPE_TEXT;
        break;
    case 'D':
        t.kind = TYPE_DATE;
        break;
    case 'T':
        t.kind = TYPE_DATETIME;
        break;
    case 'U':
        t = (struct type){.kind = TYPE_DATETIME64, .digits = 3};
        break;
    default:
        t = args[0]->type;
    }
    t.nullable = f->result == 'I' || f->result == 'F';
    for (size_t i = 0; i < n; i++)
        t.nullable = t.nullable || args[i]->type.nullable;
    return t;
}

const struct expr *
form_call(struct ctx *c, const char *name, const struct expr *const *args, size_t n)
{
    const struct expr **converted = ARENA_ARRAY(c->mem, n + 1, const struct expr *);
    const struct form *f = form_match(c, name, args, n, converted);
    struct type t;
    struct expr *e;

    if (!f)
        return NULL;
    t = form_result(f, converted, n);
    e = expr_new(c, EXPR_CONST, t, 0);
    if (fold_call(f->fold, converted, n, e))
        return expr_done(c, e);
    e = expr_new(c, EXPR_CALL, t, n);
    e->form = f;
    memcpy(e->kid, converted, n * sizeof(*converted));
    return expr_done(c, e);
}

const struct expr *
form_call1(struct ctx *c, const char *name, const struct expr *a)
{
    return form_call(c, name, &a, 1);
}

const struct expr *
form_call2(struct ctx *c, const char *name, const struct expr *a, const struct expr *b)
{
    const struct expr *args[2] = {a, b};

    return form_call(c, name, args, 2);
}
