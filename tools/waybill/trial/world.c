/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world - one child, one question at a time
 */
#include "tools/waybill/trial/world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/host/place.h"
#include "tools/waybill/terminal/command.h"

#define LOOK_MS 10
#define ANSWER_MS 10000
#define ARGS_MAX 40
#define READY_MAX 256
/* Of a story: what is ordered is shipped soon, and each of the goods goes several times. */
#define SHIP_AFTER "300ms"
#define ORDERS_OF_GOODS 10
#define GOODS_MAX 1000
#define CASE_EACH 40 /* orders of a seller: each special case once */

struct wb_world {
    wb_loop *loop;
    wb_http *http;
    wb_json *json;
    wb_request request;
    wb_http_call *call;
    wb_world_answer answer;
    void *answer_arg;
    pid_t pid;
    bool refused;
    int port;
    char ready_file[WB_PATH_SIZE];
    wb_timer look;
    wb_world_ready ready;
    void *ready_arg;
};

static bool
read_port(wb_world *self)
{
    char text[READY_MAX];
    WB_AUTO(wb_fd_close) int fd = open(self->ready_file, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);
    int64_t port = 0;

    if (got <= 0 || wb_json_parse(self->json, (wb_view){text, (size_t)got}, NULL) ||
        wb_json_int(self->json, wb_json_get(self->json, 0, "port"), &port, "port", NULL))
        return false;
    self->port = (int)port;
    return port > 0;
}

static void
on_look(wb_timer *timer, void *arg)
{
    wb_world *self = arg;

    if (read_port(self) || !wb_world_alive(self))
        self->ready(self->ready_arg);
    else
        wb_timer_start(self->loop, timer, LOOK_MS);
}

/* --- the child --- */

typedef struct {
    const char *items[ARGS_MAX];
    size_t count;
    char numbers[8][24];
    size_t number_count;
    char shop[64];
} argument_list;

static void
add_text(argument_list *self, const char *name, const char *value)
{
    if (!value)
        return;
    self->items[self->count++] = name;
    self->items[self->count++] = value;
}

static void
add_number(argument_list *self, const char *name, int64_t value)
{
    char *text = self->numbers[self->number_count++];

    (void)snprintf(text, sizeof self->numbers[0], "%lld", (long long)value);
    add_text(self, name, text);
}

/* Who sells and who buys: "SHOP-ERP", or one that does both. */
static void
add_story(argument_list *self, const wb_world_conf *conf)
{
    const char *story = conf->story;
    const char *dash = story ? strchr(story, '-') : NULL;

    if (!story)
        return;
    (void)snprintf(self->shop, sizeof self->shop, "%.*s",
                   (int)(dash ? (size_t)(dash - story) : strlen(story)), story);
    add_text(self, "--shop", self->shop);
    add_text(self, "--erp", dash ? dash + 1 : story);
    add_text(self, "--ship-after", SHIP_AFTER);
    add_number(self, "--case-each", CASE_EACH);
    add_number(self, "--goods",
               conf->orders / ORDERS_OF_GOODS + 1 < GOODS_MAX ? conf->orders / ORDERS_OF_GOODS + 1
                                                              : GOODS_MAX);
}

/* Between fork and exec: only what is safe there. */
static void
become(const argument_list *args, int log_fd, pid_t parent)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0); /* Ctrl-C is ours: the world ends last */
    wb_process_end_with(parent, SIGKILL);
    if (dup2(log_fd, STDOUT_FILENO) >= 0 && dup2(log_fd, STDERR_FILENO) >= 0)
        execv(args->items[0], (char *const *)(uintptr_t)args->items);
    _exit(1);
}

static wb_rc
spawn(wb_world *self, const wb_world_conf *conf, wb_err *err)
{
    char path[WB_PATH_SIZE], log[WB_PATH_SIZE + 16];
    argument_list args = {.items = {path}, .count = 1};
    WB_AUTO(wb_fd_close) int fd = -1;
    pid_t parent = getpid();
    wb_rc rc = wb_place_executable(path, sizeof path, "waybill-sim", err);

    if (rc)
        return rc;
    (void)snprintf(log, sizeof log, "%.500s/sim.log", conf->folder);
    fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", log, strerror(errno));
    add_text(&args, "--ready-file", self->ready_file);
    add_text(&args, "--start", "manual");
    add_number(&args, "--orders", conf->orders);
    add_number(&args, "--changes", conf->changes);
    add_number(&args, "--accounts", conf->accounts);
    add_number(&args, "--seed", conf->seed);
    add_text(&args, "--pace", conf->pace);
    add_text(&args, "--faults", conf->faults);
    add_text(&args, "--rate-scale", conf->rate_scale);
    add_text(&args, "--erp-secret", conf->erp_secret);
    add_story(&args, conf);
    self->pid = fork();
    if (self->pid == 0)
        become(&args, fd, parent);
    return self->pid < 0 ? wb_fail(err, WB_FATAL, "no process: %s", strerror(errno)) : WB_OK;
}

bool
wb_world_alive(wb_world *self)
{
    int status = 0;

    if (self->pid > 0 && waitpid(self->pid, &status, WNOHANG) == self->pid) {
        self->pid = 0;
        self->refused = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_USAGE;
    }
    return self->pid > 0;
}

bool
wb_world_refused(const wb_world *self)
{
    return self->refused;
}

wb_rc
wb_world_new(wb_world **out, wb_loop *loop, const wb_world_conf *conf, wb_world_ready ready,
             void *arg, wb_err *err)
{
    WB_AUTO(wb_world_destroy) wb_world *self = wb_alloc(sizeof *self);
    wb_http_conf http = {
        .connect_timeout_ms = ANSWER_MS, .max_connections = 4, .user_agent = "waybill-run"};
    wb_rc rc;

    self->loop = loop;
    self->json = wb_json_new();
    self->ready = ready;
    self->ready_arg = arg;
    self->look = (wb_timer){.fire = on_look, .arg = self};
    wb_request_init(&self->request);
    (void)snprintf(self->ready_file, sizeof self->ready_file, "%.490s/sim.ready", conf->folder);
    (void)unlink(self->ready_file);
    rc = wb_http_new(&self->http, loop, &http, err);
    if (!rc)
        rc = spawn(self, conf, err);
    if (rc)
        return rc;
    wb_timer_start(loop, &self->look, LOOK_MS);
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_world_destroy(wb_world **self_p)
{
    wb_world *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_timer_stop(self->loop, &self->look);
    if (self->http)
        wb_http_destroy(&self->http);
    if (self->pid > 0) {
        (void)kill(self->pid, SIGTERM);
        (void)waitpid(self->pid, NULL, 0);
    }
    wb_request_fini(&self->request);
    wb_json_destroy(&self->json);
    wb_free(&self);
}

int
wb_world_port(const wb_world *self)
{
    return self->port;
}

pid_t
wb_world_pid(const wb_world *self)
{
    return self->pid;
}

/* --- questions --- */

static void
on_done(void *arg, const wb_http_answer *http)
{
    wb_world *self = arg;
    bool good = http->end == WB_HTTP_ANSWERED && http->response.status == 200 &&
                !wb_json_parse(self->json, http->response.body, NULL);

    self->call = NULL;
    self->answer(self->answer_arg, good ? self->json : NULL);
}

bool
wb_world_busy(const wb_world *self)
{
    return self->call != NULL;
}

wb_rc
wb_world_ask(wb_world *self, const char *method, const char *path, wb_world_answer answer,
             void *arg, wb_err *err)
{
    if (self->call)
        return wb_fail(err, WB_RETRY, "the world is being asked already");
    wb_request_clear(&self->request);
    self->request.method = method;
    self->request.template = "/sim";
    wb_buf_addf(&self->request.url, "http://127.0.0.1:%d%s", self->port, path);
    self->answer = answer;
    self->answer_arg = arg;
    return wb_http_start(self->http, &self->request, &(wb_http_waiter){ANSWER_MS, on_done, self},
                         &self->call, err);
}
