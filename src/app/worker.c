/* The worker loop: wait, answer, record, forget. */
#include "app/worker.h"

#include "api/gate.h"
#include "api/pipeline.h"
#include "app/setup.h"
#include "base/utc.h"
#include "http/cgi.h"
#include "http/fcgi.h"
#include "service/premise.h"
#include "service/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What lives as long as the process. */
struct worker {
    struct setup setup;
    struct arena *mem; /* the request's; reset after each */
    struct decode_parser *parser;
    struct recorder *recorder;
    struct gate_config gate;
    struct db *db; /* what the last request used; records go the same way */
    struct premises *premises;
    int64_t reported_dropped;
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
    arena_free(w->mem);
    setup_free(&w->setup);
}

static void
answer(struct worker *w, const struct http_req *req, struct http_res *res)
{
    struct ctx c = setup_ctx(&w->setup, w->mem);

    c.recorder = w->recorder;
    c.premises = w->premises;
    if (req->role == HTTP_GATE)
        c.db = w->setup.gate_db;
    w->db = c.db;
    if (req->role == HTTP_GATE)
        gate_run(&c, &w->gate, req, res);
    else if (req->role == HTTP_DENIED)
        gate_denied(&c, req, res);
    else
        pipeline_run(&c, w->parser, req, res);
}

/* Writes the records that wait. A failure is logged; they are kept for the next time. */
static void
flush(struct worker *w)
{
    struct ctx c = setup_ctx(&w->setup, w->mem);
    size_t n = recorder_waiting(w->recorder);

    c.db = w->db;
    if (recorder_flush(w->recorder, &c) != ST_OK)
        log_event(&w->setup.log, LOG_ERROR, "analytics_not_written", log_i("waiting", (int64_t)n),
                  log_s("cause", c.err.cause));
    if (recorder_dropped(w->recorder) > w->reported_dropped) {
        w->reported_dropped = recorder_dropped(w->recorder);
        log_event(&w->setup.log, LOG_ERROR, "analytics_dropped",
                  log_i("total", w->reported_dropped));
    }
    arena_reset(w->mem);
}

/* How long the wait for a request may last before records have to be written. */
static int
patience_ms(const struct worker *w)
{
    int64_t left = w->setup.conf.analytics_flush_ms - recorder_age_us(w->recorder) / 1000;

    if (recorder_waiting(w->recorder) == 0)
        return -1;
    return left > 0 ? (int)left : 0;
}

static void
serve_one(struct worker *w, struct fcgi *f)
{
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
    struct fcgi *f;

    if (!worker_start(&w, policy))
        return EXIT_FAILURE;
    f = fcgi_open(fd);
    if (!f) {
        log_event(&w.setup.log, LOG_ERROR, "start_failed", log_z("reason", strerror(errno)));
        return EXIT_FAILURE;
    }
    w.setup.log.sink = fcgi_log;
    w.setup.log.sink_arg = f;
    log_event(&w.setup.log, LOG_INFO, "started", log_i("pid", getpid()),
              log_z("config", w.setup.conf.file ? w.setup.conf.file : "(none)"));
    for (;;) {
        enum fcgi_event ev = fcgi_wait(f, patience_ms(&w));

        if (ev == FCGI_STOP)
            break;
        if (ev == FCGI_REQUEST)
            serve_one(&w, f);
        if (ev == FCGI_IDLE || recorder_due(w.recorder, w.setup.conf.analytics_flush_ms * 1000))
            flush(&w);
    }
    flush(&w);
    log_event(&w.setup.log, LOG_INFO, "stopped", log_i("pid", getpid()));
    w.setup.log.sink = log_stderr;
    fcgi_close(f);
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
    flush(&w);
    worker_end(&w);
    return EXIT_SUCCESS;
}
