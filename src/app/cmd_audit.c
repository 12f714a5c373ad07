/* latchkey audit list. */
#include "app/command.h"
#include "base/utc.h"
#include "service/workspace_svc.h"
#include "store/audit_store.h"

#include <inttypes.h>

enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000, EVENTS_MAX = 8 };

struct in {
    struct f_str workspace, actor, resource, cursor;
    struct f_list event; /* struct f_str */
    struct f_int since, until, limit;
};
struct actor_out {
    struct f_str type, id, name;
};
struct resource_out {
    struct f_str type, id, name;
    struct f_map meta;
};
struct event_out {
    struct f_str id, event, description, remote_ip, user_agent, correlation_id;
    struct f_int time;
    struct f_obj actor;
    struct f_list resources;
};
struct page_out {
    struct f_bool has_more;
    struct f_str cursor;
};
struct out {
    struct f_list data;
    struct f_obj pagination;
};

static const struct field event_name = F_ITEM_STR(1, 64, NULL);
static const struct field in_fields[] = {
    F_STR(struct in, workspace, "workspace", F_REQUIRED, 1, 48, .text = "Id of the workspace."),
    F_LIST(struct in, event, "event", 0, F_NO_MIN, EVENTS_MAX, &event_name,
           .text = "Only these events, such as key.create; repeatable."),
    F_STR(struct in, actor, "actor", 0, 1, 256, .text = "Only what this root key or user did."),
    F_STR(struct in, resource, "resource", 0, 1, 48, .text = "Only what concerns this id."),
    F_INT(struct in, since, "since", 0, 0, F_NO_MAX, .text = "From this time on, Unix ms."),
    F_INT(struct in, until, "until", 0, 0, F_NO_MAX, .text = "Up to this time, Unix ms."),
    F_INT(struct in, limit, "limit", 0, 1, PAGE_MAX, .dflt = "50", .text = "Records per page."),
    F_STR(struct in, cursor, "cursor", 0, 1, 128, .text = "Where to go on."),
    F_END,
};
static const struct field actor_fields[] = {
    F_STR(struct actor_out, type, "type", F_REQUIRED, 0, F_NO_MAX,
          .text = "rootkey, user, system."),
    F_STR(struct actor_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Who."),
    F_STR(struct actor_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_END,
};
static const struct field resource_fields[] = {
    F_STR(struct resource_out, type, "type", F_REQUIRED, 0, F_NO_MAX, .text = "Kind."),
    F_STR(struct resource_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id."),
    F_STR(struct resource_out, name, "name", F_REQUIRED, 0, F_NO_MAX, .text = "Name."),
    F_MAP(struct resource_out, meta, "meta", 0, F_NO_MAX, .text = "More."),
    F_END,
};
static const struct field resource = F_BODY(0, resource_fields, struct resource_out);
static const struct field event_fields[] = {
    F_INT(struct event_out, time, "time", F_REQUIRED, F_NO_MIN, F_NO_MAX, .text = "Unix ms."),
    F_STR(struct event_out, event, "event", F_REQUIRED, 0, F_NO_MAX, .text = "What happened."),
    F_STR(struct event_out, description, "description", F_REQUIRED, 0, F_NO_MAX,
          .text = "The same for people."),
    F_OBJ(struct event_out, actor, "actor", F_REQUIRED, actor_fields, struct actor_out,
          .text = "Who did it."),
    F_LIST(struct event_out, resources, "resources", F_REQUIRED, F_NO_MIN, F_NO_MAX, &resource,
           .text = "To what."),
    F_STR(struct event_out, remote_ip, "remoteIp", F_REQUIRED, 0, F_NO_MAX, .text = "From where."),
    F_STR(struct event_out, user_agent, "userAgent", F_REQUIRED, 0, F_NO_MAX,
          .text = "With which program."),
    F_STR(struct event_out, correlation_id, "correlationId", F_REQUIRED, 0, F_NO_MAX,
          .text = "Shared by the events of one change."),
    F_STR(struct event_out, id, "id", F_REQUIRED, 0, F_NO_MAX, .text = "Id of the record."),
    F_END,
};
static const struct field event = F_BODY(0, event_fields, struct event_out);
static const struct field page_fields[] = {
    F_BOOL(struct page_out, has_more, "hasMore", F_REQUIRED, .text = "Whether there are more."),
    F_STR(struct page_out, cursor, "cursor", 0, 0, F_NO_MAX, .text = "For --cursor."),
    F_END,
};
static const struct field out_fields[] = {
    F_LIST(struct out, data, "data", F_REQUIRED, F_NO_MIN, F_NO_MAX, &event, .text = "Records."),
    F_OBJ(struct out, pagination, "pagination", F_REQUIRED, page_fields, struct page_out,
          .text = "Position."),
    F_END,
};
static const struct field in_body = F_BODY(0, in_fields, struct in);
static const struct field out_body = F_BODY(0, out_fields, struct out);

static struct event_out
event_of(struct ctx *c, const struct audit_event *e)
{
    struct actor_out *actor = ARENA_NEW(c->mem, struct actor_out);
    struct resource_out *res = ARENA_ARRAY(c->mem, AUDIT_MAX_TARGETS, struct resource_out);

    *actor = (struct actor_out){f_str(e->actor_type), f_str(e->actor_id), f_str(e->actor_name)};
    for (size_t i = 0; i < e->n_targets; i++)
        res[i] =
            (struct resource_out){f_str(e->targets[i].type),
                                  f_str(e->targets[i].id),
                                  f_str(e->targets[i].name),
                                  {e->targets[i].meta.n ? F_SET : F_ABSENT, e->targets[i].meta, 0}};
    return (struct event_out){
        .id = f_str(e->id),
        .time = f_int(e->time),
        .event = f_str(e->event),
        .description = f_str(e->description),
        .actor = {F_SET, actor},
        .resources = f_list(res, e->n_targets),
        .remote_ip = f_str(e->remote_ip),
        .user_agent = f_str(e->user_agent),
        .correlation_id = f_str(e->correlation_id),
    };
}

/* A cursor is the time and id of the last record of the page before. */
static bool
read_cursor(struct str cursor, struct audit_filter *f)
{
    struct str rest = cursor, time = str_cut(&rest, ':');

    f->before_id = rest;
    return rest.p && str_i64(time, 0, INT64_MAX, &f->before_ms);
}

static enum status
filter_of(struct ctx *c, const struct in *in, const struct workspace_row *w, struct audit_filter *f)
{
    const struct f_str *names = in->event.v;
    struct str *list = ARENA_ARRAY(c->mem, in->event.n + 1, struct str);
    int64_t since = f_int_or(in->since, 0);
    int64_t visible = c->now_ms - w->audit_retention_days * UTC_DAY_MS;

    for (size_t i = 0; i < in->event.n; i++)
        list[i] = names[i].v;
    *f = (struct audit_filter){
        .workspace_id = in->workspace.v,
        .actor_id = f_str_or_empty(in->actor),
        .resource_id = f_str_or_empty(in->resource),
        .event_names = list,
        .n_event_names = in->event.n,
        .since_ms = since > visible ? since : visible,
        .until_ms = f_int_or(in->until, INT64_MAX),
        .before_ms = INT64_MAX,
        .before_id = S(""),
        .limit = f_int_or(in->limit, PAGE_DEFAULT) + 1,
    };
    if (in->cursor.state == F_SET && !read_cursor(in->cursor.v, f))
        return err_set(c, ST_INVALID_INPUT, "--cursor is not one that this command gave out.");
    return ST_OK;
}

static enum status
run(struct ctx *c, const void *pin, struct command_result *r)
{
    const struct in *in = pin;
    struct out *out = r->data;
    struct page_out *page = ARENA_NEW(c->mem, struct page_out);
    struct workspace_row *w;
    struct audit_filter f;
    struct audit_event *rows;
    struct event_out *events;
    size_t n = 0, limit;
    enum status st = workspace_store_now(c);

    if (st == ST_OK)
        st = workspace_svc_load(c, in->workspace.v, &w);
    if (st == ST_OK)
        st = filter_of(c, in, w, &f);
    if (st == ST_OK)
        st = audit_store_list(c, &f, &rows, &n);
    if (st != ST_OK)
        return st;
    limit = (size_t)f.limit - 1;
    page->has_more = f_bool(n > limit);
    if (n > limit) {
        n = limit;
        page->cursor =
            f_str(arena_fmt(c->mem, "%" PRId64 ":%.*s", rows[n - 1].time, STR_ARG(rows[n - 1].id)));
    }
    events = ARENA_ARRAY(c->mem, n + 1, struct event_out);
    for (size_t i = 0; i < n; i++)
        events[i] = event_of(c, &rows[i]);
    *out = (struct out){f_list(events, n), {F_SET, page}};
    return ST_OK;
}

const struct command cmd_audit_list = {
    .summary = "show who changed what, newest first",
    .help = "Text output leaves out what --output json has: targets, user agent, correlation id.",
    .columns = "time event actor.name remoteIp description",
    .in = &in_body,
    .out = &out_body,
    .run = run,
};
