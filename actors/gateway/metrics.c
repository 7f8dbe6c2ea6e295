/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"

#define LABELS_MAX 512 /* of a series, printed; a longer one is left out */
#define TOTAL "_total"

typedef enum { COUNTER, GAUGE } metric_type;
typedef enum { ONE, MILLI, MICRO, KIB } metric_scale;

typedef struct {
    const char *name;
    metric_type type;
    metric_scale scale;
    const char *list, *labels, *member, *help;
} metric;

static const metric metrics[] = {
#define WB_METRIC(name, type, scale, list, labels, member, help)                                   \
    {name, type, scale, list, labels, member, help},
#include "actors/gateway/metrics.def"
#undef WB_METRIC
};

/* An answer under way. */
typedef struct {
    wb_buf *out;
    const metric *metric;
    const wb_metrics_of *of;
    wb_map *told; /* label sets of this metric; to the telling itself: it is a set */
} telling;

static void
put_label(wb_buf *labels, const char *name, wb_view value)
{
    wb_buf_addf(labels, "%s%s=\"", labels->len ? "," : "", name);
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '\n') {
            wb_buf_add_text(labels, "\\n");
            continue;
        }
        if (value.data[i] == '"' || value.data[i] == '\\')
            wb_buf_add_char(labels, '\\');
        wb_buf_add_char(labels, value.data[i]);
    }
    wb_buf_add_char(labels, '"');
}

static void
put_value(wb_buf *out, metric_scale scale, int64_t value)
{
    int64_t part = scale == MICRO ? 1000000 : 1000;
    int digits = scale == MICRO ? 6 : 3;

    if (scale == ONE || scale == KIB)
        wb_buf_addf(out, "%" PRId64, scale == KIB ? value * 1024 : value);
    else
        wb_buf_addf(out, "%s%" PRId64 ".%0*" PRId64, value < 0 && value > -part ? "-" : "",
                    value / part, digits, value % part < 0 ? -(value % part) : value % part);
}

static bool
number_of(const wb_json *json, wb_json_ref ref, int64_t *out)
{
    wb_json_type type = wb_json_kind(json, ref);

    *out = type == WB_JSON_TRUE;
    if (type == WB_JSON_TRUE || type == WB_JSON_FALSE)
        return true;
    return type == WB_JSON_NUMBER && !wb_json_int(json, ref, out, "number", NULL);
}

static void
put_sample(telling *self, const wb_buf *labels, wb_json_ref value)
{
    char key[LABELS_MAX];
    int64_t number;

    if (!number_of(self->of->json, value, &number) || labels->overflow || labels->len >= sizeof key)
        return;
    memcpy(key, labels->data, labels->len);
    key[labels->len] = '\0';
    if (wb_map_find(self->told, wb_view_of(key)))
        return;
    wb_map_put(self->told, wb_view_of(key), self);
    wb_buf_addf(self->out, "%s{%s} ", self->metric->name, key);
    put_value(self->out, self->metric->scale, number);
    wb_buf_add_char(self->out, '\n');
}

/* An object that is one sample; its labels are texts of it. */
static void
put_object(telling *self, wb_json_ref object)
{
    WB_AUTO(wb_buf_fini) wb_buf labels = {0};
    const char *names = self->metric->labels;
    wb_json *json = self->of->json;
    char name[32];

    wb_buf_init(&labels, LABELS_MAX);
    put_label(&labels, "process", wb_view_of(self->of->instance));
    while (*names) {
        size_t len = strcspn(names, " ");
        wb_view value = {NULL, 0};

        (void)snprintf(name, sizeof name, "%.*s", (int)len, names);
        if (wb_json_text(json, wb_json_get(json, object, name), &value, name, NULL) || !value.len)
            return;
        put_label(&labels, name, value);
        names += len + (names[len] == ' ');
    }
    put_sample(self, &labels, wb_json_get(json, object, self->metric->member));
}

/* An object each of whose members is a sample. */
static void
put_members(telling *self, wb_json_ref object)
{
    wb_json *json = self->of->json;

    for (wb_json_ref at = wb_json_first(json, object); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        WB_AUTO(wb_buf_fini) wb_buf labels = {0};

        wb_buf_init(&labels, LABELS_MAX);
        put_label(&labels, "process", wb_view_of(self->of->instance));
        put_label(&labels, self->metric->labels, wb_json_key(json, at));
        put_sample(self, &labels, at);
    }
}

static void
put_process(telling *self)
{
    const metric *of = self->metric;
    wb_json *json = self->of->json;
    wb_json_ref list = *of->list ? wb_json_at(json, 0, of->list) : 0;
    wb_json_type type = wb_json_kind(json, list);

    if (type == WB_JSON_OBJECT && strcmp(of->member, "*") == 0)
        put_members(self, list);
    else if (type == WB_JSON_OBJECT)
        put_object(self, list);
    else if (type == WB_JSON_ARRAY)
        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            put_object(self, at);
}

/* OpenMetrics names a counter's family without what its samples end in. */
static void
put_head(wb_buf *out, const char *name, metric_type type, const char *help, bool open)
{
    int len = (int)strlen(name);

    if (open && type == COUNTER)
        len -= (int)strlen(TOTAL);
    wb_buf_addf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", len, name, help, len, name,
                type == COUNTER ? "counter" : "gauge");
}

static void
put_metric(wb_buf *out, const metric *of, const wb_metrics_of *processes, size_t count, bool open)
{
    telling self = {.out = out, .metric = of, .told = wb_map_new()};

    put_head(out, of->name, of->type, of->help, open);
    for (size_t i = 0; i < count; i++) {
        self.of = &processes[i];
        if (self.of->json)
            put_process(&self);
    }
    wb_map_destroy(&self.told);
}

/* Who is there, and which release it is: the two that are no plain numbers of a status. */
static void
put_presence(wb_buf *out, const wb_metrics_of *processes, size_t count, bool open)
{
    put_head(out, "waybill_up", GAUGE, "1: the process answered; 0: it should be there", open);
    for (size_t i = 0; i < count; i++)
        wb_buf_addf(out, "waybill_up{process=\"%s\"} %d\n", processes[i].instance,
                    processes[i].json != NULL);
    put_head(out, "waybill_build_info", GAUGE, "Which release a process is, and of which actor",
             open);
    for (size_t i = 0; i < count; i++) {
        WB_AUTO(wb_buf_fini) wb_buf labels = {0};
        wb_view actor = {NULL, 0}, version = {NULL, 0};
        wb_json *json = processes[i].json;

        wb_buf_init(&labels, LABELS_MAX);
        if (!json || wb_json_text(json, wb_json_get(json, 0, "actor"), &actor, "actor", NULL) ||
            wb_json_text(json, wb_json_get(json, 0, "version"), &version, "version", NULL))
            continue;
        put_label(&labels, "process", wb_view_of(processes[i].instance));
        put_label(&labels, "actor", actor);
        put_label(&labels, "version", version);
        wb_buf_addf(out, "waybill_build_info{%.*s} 1\n", WB_VIEW_ARG(wb_buf_view(&labels)));
    }
}

void
wb_metrics_put(wb_buf *out, const wb_metrics_of *processes, size_t count, bool open)
{
    put_presence(out, processes, count, open);
    for (size_t i = 0; i < WB_COUNT(metrics); i++)
        put_metric(out, &metrics[i], processes, count, open);
    if (open)
        wb_buf_add_text(out, "# EOF\n");
}

bool
wb_metrics_open(wb_view accept)
{
    return memmem(accept.data ? accept.data : "", accept.len, "application/openmetrics-text",
                  strlen("application/openmetrics-text")) != NULL;
}
