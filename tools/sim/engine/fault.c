/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - what goes wrong in this world, how often, repeatable by its seed
 *
 * Each fault has its own stream of numbers, so that switching one on does not move the others.
 */
#include "tools/sim/engine/fault.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <string.h>

#define MILLION 1000000
#define FOR_EVER (-1)

typedef struct {
    const char *name;
    int at;
    const char *help;
} fault_row;

static const fault_row rows[WB_SIM_FAULT_COUNT] = {
#define WB_SIM_FAULT_ROW(id, name, at, help) {name, at, help},
    WB_SIM_FAULTS(WB_SIM_FAULT_ROW)
#undef WB_SIM_FAULT_ROW
};

static const char *const places[WB_SIM_PLACES] = {"sqs", "lwa", "orders", "erp"};

const char *
wb_sim_fault_name(wb_sim_fault fault)
{
    return rows[fault].name;
}

const char *
wb_sim_fault_help(wb_sim_fault fault)
{
    return rows[fault].help;
}

void
wb_sim_faults_init(wb_sim_faults *self, uint64_t seed)
{
    *self = (wb_sim_faults){.seed = seed};
    for (size_t i = 0; i < WB_SIM_FAULT_COUNT; i++) {
        self->rng[i].state = seed ^ wb_hash64(rows[i].name, strlen(rows[i].name), 1);
        self->left[i] = FOR_EVER;
    }
}

wb_rc
wb_sim_micro(int64_t *out, wb_view decimal, wb_err *err)
{
    int64_t value = 0, scale = 0;

    for (size_t i = 0; i < decimal.len; i++) {
        char c = decimal.data[i];
        if (c == '.' && !scale && decimal.len > 1) {
            scale = 1;
        } else if (c >= '0' && c <= '9' && scale < MILLION && value < INT64_MAX / 100 / MILLION) {
            value = value * 10 + (c - '0');
            scale *= 10;
        } else {
            return wb_fail(err, WB_REJECT, "'%.*s' is no number such as 10 or 0.5",
                           WB_VIEW_ARG(decimal));
        }
    }
    if (!decimal.len)
        return wb_fail(err, WB_REJECT, "a number is missing, such as 10 or 0.5");
    *out = value * (MILLION / (scale ? scale : 1));
    return WB_OK;
}

static wb_rc
find_fault(size_t *out, wb_view name, wb_err *err)
{
    for (size_t i = 0; i < WB_SIM_FAULT_COUNT; i++)
        if (wb_view_is(name, rows[i].name)) {
            *out = i;
            return WB_OK;
        }
    return wb_fail(err, WB_REJECT, "there is no fault '%.*s': see --help of waybill sim",
                   WB_VIEW_ARG(name));
}

static wb_rc
find_place(int *out, wb_view name, wb_err *err)
{
    for (int i = 0; i < WB_SIM_PLACES; i++)
        if (wb_view_is(name, places[i])) {
            *out = 1 << i;
            return WB_OK;
        }
    return wb_fail(err, WB_REJECT, "there is no place '%.*s': sqs, lwa, orders, erp",
                   WB_VIEW_ARG(name));
}

/* "0.01", or "1*3": three times and no more. */
static wb_rc
read_chance(int64_t *chance_micro, int64_t *times, wb_view text, wb_err *err)
{
    const char *star = text.len ? memchr(text.data, '*', text.len) : NULL;
    wb_view chance = {text.data, star ? (size_t)(star - text.data) : text.len};
    wb_rc rc = wb_sim_micro(chance_micro, chance, err);

    *times = FOR_EVER;
    if (!rc && star)
        rc = wb_text_int(times, (wb_view){star + 1, text.len - chance.len - 1}, err);
    if (rc)
        return rc;
    if (star && *times < 0)
        return wb_fail(err, WB_REJECT, "'%.*s': so often it cannot strike", WB_VIEW_ARG(text));
    return WB_OK;
}

/* "429@erp=0.01" */
static wb_rc
set_one(wb_sim_faults *self, wb_view item, wb_err *err)
{
    const char *equals = item.len ? memchr(item.data, '=', item.len) : NULL;
    size_t fault = 0;
    int at = WB_SIM_AT_ALL;
    int64_t chance_micro = 0, times = FOR_EVER;

    if (!equals)
        return wb_fail(err, WB_REJECT, "'%.*s' is not NAME=CHANCE", WB_VIEW_ARG(item));
    wb_view name = {item.data, (size_t)(equals - item.data)};
    wb_view chance = {equals + 1, item.len - name.len - 1};
    const char *mark = memchr(name.data, '@', name.len);
    if (mark) {
        wb_rc rc = find_place(&at, (wb_view){mark + 1, (size_t)(equals - mark) - 1}, err);
        if (rc)
            return rc;
        name.len = (size_t)(mark - name.data);
    }
    wb_rc rc = find_fault(&fault, name, err);
    if (!rc)
        rc = read_chance(&chance_micro, &times, chance, err);
    if (rc)
        return rc;
    if (chance_micro > MILLION)
        return wb_fail(err, WB_REJECT, "'%.*s': a chance is 0 to 1", WB_VIEW_ARG(item));
    if (!(at & rows[fault].at))
        return wb_fail(err, WB_REJECT, "'%.*s': not at that place", WB_VIEW_ARG(item));
    for (int i = 0; i < WB_SIM_PLACES; i++)
        if (at & rows[fault].at & (1 << i))
            self->chance_micro[fault][i] = chance_micro;
    self->left[fault] = times;
    return WB_OK;
}

wb_rc
wb_sim_faults_set(wb_sim_faults *self, wb_view spec, wb_err *err)
{
    const char *at = spec.data, *end = at ? at + spec.len : NULL;

    if (wb_view_is(spec, "none")) {
        memset(self->chance_micro, 0, sizeof self->chance_micro);
        for (size_t i = 0; i < WB_SIM_FAULT_COUNT; i++)
            self->left[i] = FOR_EVER;
        return WB_OK;
    }
    while (at && at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        wb_rc rc = set_one(self, (wb_view){at, (size_t)(stop - at)}, err);
        if (rc)
            return rc;
        at = stop + 1;
    }
    return WB_OK;
}

static int
place_index(int place)
{
    return __builtin_ctz((unsigned)place);
}

/* The chance that it has now: none when it has struck as often as it was to. */
static int64_t
chance_of(const wb_sim_faults *self, wb_sim_fault fault, int place)
{
    return self->left[fault] ? self->chance_micro[fault][place_index(place)] : 0;
}

bool
wb_sim_faults_on(const wb_sim_faults *self, wb_sim_fault fault, int place)
{
    return self->chance_micro[fault][place_index(place)] > 0;
}

bool
wb_sim_faults_strike(wb_sim_faults *self, wb_sim_fault fault, int place)
{
    int64_t chance_micro = chance_of(self, fault, place);

    if (!chance_micro)
        return false;
    if ((int64_t)wb_rng_below(&self->rng[fault], MILLION) >= chance_micro)
        return false;
    wb_sim_faults_took(self, fault);
    return true;
}

bool
wb_sim_faults_marked(const wb_sim_faults *self, wb_sim_fault fault, int place, uint64_t thing)
{
    int64_t chance_micro = chance_of(self, fault, place);

    if (!chance_micro)
        return false;
    return (int64_t)(wb_hash64(&thing, sizeof thing, self->seed + fault) % MILLION) < chance_micro;
}

void
wb_sim_faults_took(wb_sim_faults *self, wb_sim_fault fault)
{
    self->struck[fault]++;
    if (self->left[fault] > 0)
        self->left[fault]--;
}
