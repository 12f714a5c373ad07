/* The worker loop: wait, answer, record, forget. */
#include "app/worker.h"

#include "api/gate.h"
#include "api/metrics_page.h"
#include "api/pipeline.h"
#include "app/setup.h"
#include "base/utc.h"
#include "http/cgi.h"
#include "http/fcgi.h"
#include "service/maintain_svc.h"
#include "service/premise.h"
#include "service/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LAST_FLUSH_US = 3000000,
    LAST_FLUSH_NAP_US = 100000,
    SHARE_EVERY_US = 60000000, /* how often to ask for a share of maintenance */
    SHARE_US = 1000000,        /* how long to be at it, when there are no requests */
};

/* What lives as long as the process. */
struct worker {
    struct setup setup;
    struct arena *mem; /* the request's; reset after each */
    struct decode_parser *parser;
    struct recorder *recorder;
    struct gate_config gate;
    struct db *db; /* what the last request used; records go the same way */
    struct premises *premises;
    struct metrics *metrics;
    int64_t reported_dropped, counted, counted_written, counted_dropped; /* of the recorder */
    int64_t share_at_us, share_until_us;
    struct fcgi *fcgi; /* NULL: CGI */
};

extern char **environ;

static bool
worker_start(struct worker *w, const char *policy)
{
    struct str why;

    *w = (struct worker){0};
    if (!setup_load(&w->setup, NULL, &why) ||
        !setup_database(&w->setup, (struct setup_how){false, false}, &why)) {
        log_event(&w->setup.log, LOG_ERROR, "start_failed", log_s("reason", why));
        return false;
    }
    w->metrics = metrics_page_open(w->setup.mem, &w->setup.conf, &why);
    if (why.n) /* keys are verified all the same */
        log_event(&w->setup.log, LOG_ERROR, "metrics_off", log_s("reason", why));
    w->mem = arena_new(SETUP_REQUEST_MEMORY);
    w->parser = decode_parser_new();
    w->recorder = recorder_new();
    w->db = w->setup.db;
    gate_config_load(w->setup.mem, &w->setup.conf, policy, environ, &w->gate);
    if (w->gate.broken.n)
        log_event(&w->setup.log, LOG_ERROR, "gate_policies_refused",
                  log_s("reason", w->gate.broken));
    w->premises = premise_open();
    return true;
}

static void
worker_end(struct worker *w)
{
    premise_close(w->premises);
    recorder_free(w->recorder);
    decode_parser_free(w->parser);
    metrics_close(w->metrics);
    arena_free(w->mem);
    setup_free(&w->setup);
}

static struct ctx
context(struct worker *w)
{
    struct ctx c = setup_ctx(&w->setup, w->mem);

    c.recorder = w->recorder;
    c.premises = w->premises;
    c.metrics = w->metrics;
    return c;
}

/* Counts what has happened to the recorder since the last time. */
static void
count_records(struct worker *w)
{
    int64_t written = recorder_written(w->recorder), dropped = recorder_dropped(w->recorder);
    int64_t all = (int64_t)recorder_waiting(w->recorder) + written + dropped;

    metrics_add(w->metrics, METRIC_RECORDS, all - w->counted);
    metrics_add(w->metrics, METRIC_RECORDS_WRITTEN, written - w->counted_written);
    metrics_add(w->metrics, METRIC_RECORDS_DROPPED, dropped - w->counted_dropped);
    w->counted = all;
    w->counted_written = written;
    w->counted_dropped = dropped;
}

static void
answer(struct worker *w, const struct http_req *req, struct http_res *res)
{
    struct ctx c = context(w);

    if (req->role == HTTP_GATE)
        c.db = w->setup.gate_db;
    w->db = c.db;
    if (req->role == HTTP_GATE)
        gate_run(&c, &w->gate, req, res);
    else if (req->role == HTTP_DENIED)
        gate_denied(&c, req, res);
    else
        pipeline_run(&c, w->parser, req, res);
    count_records(w);
}

static int64_t
due_us(const struct worker *w)
{
    return recorder_wait_us(w->recorder, w->setup.conf.analytics_flush_ms * 1000);
}

static void
report_dropped(struct worker *w)
{
    int64_t total = recorder_dropped(w->recorder);

    if (total > w->reported_dropped)
        log_event(&w->setup.log, LOG_ERROR, "analytics_dropped", log_i("total", total));
    w->reported_dropped = total;
    count_records(w);
}

/* Writes a batch of records. A failure is logged; they are kept for the next time. */
static bool
flush(struct worker *w)
{
    struct ctx c = context(w);
    bool ok;

    c.db = w->db;
    ok = recorder_flush(w->recorder, &c) == ST_OK;
    if (!ok)
        log_event(&w->setup.log, LOG_ERROR, "analytics_not_written",
                  log_i("waiting", (int64_t)recorder_waiting(w->recorder)),
                  log_s("cause", c.err.cause));
    report_dropped(w);
    arena_reset(w->mem);
    return ok;
}

/* The last flush. Web servers kill a worker that takes long to end. */
static void
flush_all(struct worker *w)
{
    int64_t end = utc_mono_us() + LAST_FLUSH_US;

    while (recorder_waiting(w->recorder) && utc_mono_us() < end)
        if (!flush(w))
            usleep(LAST_FLUSH_NAP_US);
    recorder_give_up(w->recorder);
    report_dropped(w);
}

/* How long the wait for a request may last before records have to be written. */
static int
patience_ms(const struct worker *w)
{
    int64_t us = due_us(w);

    return us < 0 ? -1 : (int)((us + 999) / 1000);
}

static bool
share_goes_on(void *arg)
{
    const struct worker *w = arg;

    return utc_mono_us() < w->share_until_us && !(w->fcgi && fcgi_waiting(w->fcgi));
}

/* Does a share of maintenance, when it is time and nobody waits. */
static void
maintain(struct worker *w)
{
    struct ctx c = context(w);
    int64_t now = utc_mono_us();

    if (!w->setup.conf.maintain_in_workers || now < w->share_at_us ||
        (w->fcgi && fcgi_waiting(w->fcgi)))
        return;
    w->share_at_us = now + SHARE_EVERY_US;
    w->share_until_us = now + SHARE_US;
    if (maintain_svc_share(&c, share_goes_on, w) != ST_OK)
        log_event(&w->setup.log, LOG_WARN, "maintenance_failed", log_s("cause", c.err.cause));
    arena_reset(w->mem);
}

static void
serve_one(struct worker *w)
{
    struct fcgi *f = w->fcgi;
    struct http_req req;
    struct http_res res;

    fcgi_read(f, w->mem, w->setup.conf.max_body_bytes, &req);
    answer(w, &req, &res);
    if (!fcgi_reply(f, w->mem, &res))
        log_event(&w->setup.log, LOG_INFO, "client_gone", log_i("status", 499));
    arena_reset(w->mem);
}

int
worker_fastcgi(int fd, const char *policy)
{
    struct worker w;

    if (!worker_start(&w, policy))
        return EXIT_FAILURE;
    w.fcgi = fcgi_open(fd);
    if (!w.fcgi) {
        log_event(&w.setup.log, LOG_ERROR, "start_failed", log_z("reason", strerror(errno)));
        return EXIT_FAILURE;
    }
    w.setup.log.sink = fcgi_log;
    w.setup.log.sink_arg = w.fcgi;
    log_event(&w.setup.log, LOG_INFO, "started", log_i("pid", getpid()),
              log_z("config", w.setup.conf.file ? w.setup.conf.file : "(none)"));
    for (;;) {
        enum fcgi_event ev = fcgi_wait(w.fcgi, patience_ms(&w));

        if (ev == FCGI_STOP)
            break;
        if (ev == FCGI_REQUEST)
            serve_one(&w);
        if (due_us(&w) == 0)
            flush(&w);
        maintain(&w);
    }
    flush_all(&w);
    log_event(&w.setup.log, LOG_INFO, "stopped", log_i("pid", getpid()));
    w.setup.log.sink = log_stderr;
    fcgi_close(w.fcgi);
    worker_end(&w);
    return EXIT_SUCCESS;
}

int
worker_cgi(void)
{
    struct worker w;
    struct http_req req;
    struct http_res res;

    if (!worker_start(&w, NULL)) {
        struct arena *mem = arena_new(4096);

        cgi_reply(mem, &(struct http_res){.status = 500,
                                          .content_type = S("text/plain; charset=utf-8"),
                                          .body = S("latchkey is not configured; the reason is in "
                                                    "the server's error log.\n")});
        return EXIT_FAILURE;
    }
    cgi_read(w.mem, w.setup.conf.max_body_bytes, &req);
    answer(&w, &req, &res);
    cgi_reply(w.mem, &res);
    flush_all(&w);
    maintain(&w);
    worker_end(&w);
    return EXIT_SUCCESS;
}
