/* analytics.getVerifications and getRatelimits: the example queries of the contract (analytics.md
 * section 11) over events whose results analytics_examples.mjs has computed. */
#include "support/events.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *
examples(void)
{
    const char *top = getenv("LATCHKEY_SRCDIR");
    struct json_object *all;

    CHECK(top != NULL);
    all = json_object_from_file(fx_fmt("%s/tests/api/analytics_examples.json", top ? top : "."));
    CHECK(all != NULL);
    return all;
}

static struct json_object *
member(struct json_object *o, const char *name)
{
    return json_object_object_get(o, name);
}

static const char *
text(struct json_object *o, const char *name)
{
    return json_object_get_string(member(o, name));
}

static int64_t
number(struct json_object *o, const char *name)
{
    return json_object_get_int64(member(o, name));
}

static void
seed(struct json_object *all)
{
    struct json_object *list = member(all, "verifications");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *e = json_object_array_get_idx(list, i);

        events_add_verification(&(struct events_verification){
            .time = number(e, "time"),
            .request_id = text(e, "request_id"),
            .key_space_id = text(e, "key_space_id"),
            .identity_id = text(e, "identity_id"),
            .external_id = text(e, "external_id"),
            .key_id = text(e, "key_id"),
            .outcome = text(e, "outcome"),
            .region = text(e, "region"),
            .source = text(e, "source"),
            .app_id = text(e, "app_id"),
            .tags = json_object_to_json_string_ext(
                member(e, "tags"), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
            .spent_credits = number(e, "spent_credits"),
            .latency = number(e, "latency"),
        });
    }
    list = member(all, "decisions");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *d = json_object_array_get_idx(list, i);

        events_add_decision(&(struct events_decision){
            .time = number(d, "time"),
            .request_id = text(d, "request_id"),
            .namespace_id = text(d, "namespace_id"),
            .identifier = text(d, "identifier"),
            .passed = json_object_get_boolean(member(d, "passed")),
            .override_id = text(d, "override_id"),
            .limit = number(d, "limit"),
            .remaining = number(d, "remaining"),
            .reset_at = number(d, "reset_at"),
            .tokens = number(d, "tokens"),
            .latency = number(d, "latency"),
        });
    }
    fx_clock(number(all, "now"));
    fx_sql("UPDATE lk_workspace SET analytics_retention_days = 400");
}

/* Comparing */

static int
by_text(const void *a, const void *b)
{
    return strcmp(json_object_get_string(*(struct json_object *const *)a),
                  json_object_get_string(*(struct json_object *const *)b));
}

static bool
same(struct json_object *got, struct json_object *want)
{
    double a, b;

    if (json_object_is_type(got, json_type_double) || json_object_is_type(want, json_type_double)) {
        a = json_object_get_double(got);
        b = json_object_get_double(want);
        return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
    }
    if (json_object_is_type(got, json_type_array)) {
        size_t n = json_object_array_length(got);

        if (!json_object_is_type(want, json_type_array) || json_object_array_length(want) != n)
            return false;
        json_object_array_sort(got, by_text);
        json_object_array_sort(want, by_text);
        for (size_t i = 0; i < n; i++)
            if (!same(json_object_array_get_idx(got, i), json_object_array_get_idx(want, i)))
                return false;
        return true;
    }
    return json_object_equal(got, want);
}

static bool
same_row(struct json_object *got, struct json_object *want)
{
    if (json_object_object_length(got) != json_object_object_length(want))
        return false;
    json_object_object_foreach(want, name, value)
    {
        struct json_object *mine;

        if (!json_object_object_get_ex(got, name, &mine) || !same(mine, value))
            return false;
    }
    return true;
}

/* Finds each row, the i-th one at i or anywhere, and each at most once. */
static void
check_rows(struct json_object *got, struct json_object *want, bool ordered)
{
    size_t n = json_object_array_length(want);
    bool *taken = calloc(n + 1, sizeof(*taken));

    for (size_t i = 0; i < json_object_array_length(got); i++) {
        struct json_object *row = json_object_array_get_idx(got, i);
        size_t at = ordered ? i : 0;

        while (at < n && !ordered &&
               (taken[at] || !same_row(row, json_object_array_get_idx(want, at))))
            at++;
        if (at < n && same_row(row, json_object_array_get_idx(want, at))) {
            taken[at] = true;
            continue;
        }
        CHECK_STR(json_object_to_json_string(row),
                  ordered && i < n ? json_object_to_json_string(json_object_array_get_idx(want, i))
                                   : "(no such row)");
        break;
    }
    free(taken);
}

static void
answers_the_examples(void)
{
    struct json_object *all = examples(), *list = member(all, "examples");

    seed(all);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *e = json_object_array_get_idx(list, i), *any = member(e, "any"), *data;
        struct answer a;

        test_row("%s", text(e, "name"));
        a = events_query(NULL, text(e, "endpoint"), text(e, "query"));
        if (a.status != 200) {
            CHECK_STR(a.text, "200");
            continue;
        }
        data = at(a, "data");
        CHECK_INT(json_object_array_length(data),
                  any ? json_object_get_int64(any)
                      : (int64_t)json_object_array_length(member(e, "want")));
        check_rows(data, member(e, "want"), json_object_get_boolean(member(e, "ordered")));
    }
    json_object_put(all);
}

CU_TestInfo suite_api_analytics[] = {
    {"answers the examples of the contract", answers_the_examples},
    CU_TEST_INFO_NULL,
};
