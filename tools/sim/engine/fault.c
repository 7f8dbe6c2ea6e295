/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault - what goes wrong in this world, how often, repeatable by its seed
 *
 * Each fault has its own stream of numbers, so that switching one on does not move the others.
 */
#include "tools/sim/engine/fault.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <assert.h>
#include <string.h>

#define MILLION 1000000
#define FOR_EVER (-1)
#define EVERYWHERE UINT64_MAX

static const struct {
    const char *name;
    int nature;
    const char *help;
} rows[WB_SIM_FAULT_COUNT] = {
#define WB_SIM_FAULT_ROW(id, name, nature, help) {name, nature, help},
    WB_SIM_FAULTS(WB_SIM_FAULT_ROW)
#undef WB_SIM_FAULT_ROW
};

static int
find_fault(const wb_sim_faults *self, wb_view name)
{
    for (int i = 0; i < self->fault_count; i++)
        if (wb_view_is(name, self->faults[i].name))
            return i;
    return -1;
}

static int
find_place(const wb_sim_faults *self, wb_view name)
{
    for (int i = 0; i < self->place_count; i++)
        if (wb_view_is(name, self->places[i]))
            return i;
    return -1;
}

/* What it draws follows from its name: one more fault, or system, does not move the others. */
static wb_sim_fault *
fault_add(wb_sim_faults *self, const char *name, const char *help)
{
    wb_sim_fault *fault = &self->faults[self->fault_count];

    assert(self->fault_count < WB_SIM_FAULTS_MAX && find_fault(self, wb_view_of(name)) < 0);
    self->fault_count++;
    *fault = (wb_sim_fault){.name = name, .help = help, .left = FOR_EVER};
    fault->rng.state = self->seed ^ wb_hash64(name, strlen(name), 1);
    fault->salt = self->seed ^ wb_hash64(name, strlen(name), 2);
    return fault;
}

void
wb_sim_faults_init(wb_sim_faults *self, uint64_t seed)
{
    memset(self, 0, sizeof *self);
    self->seed = seed;
    for (size_t i = 0; i < WB_SIM_FAULT_COUNT; i++)
        (void)fault_add(self, rows[i].name, rows[i].help);
}

int
wb_sim_faults_place(wb_sim_faults *self, const char *name, int nature)
{
    int place = self->place_count;

    assert(place < WB_SIM_PLACES_MAX && find_place(self, wb_view_of(name)) < 0);
    self->places[place] = name;
    self->place_count++;
    for (size_t i = 0; i < WB_SIM_FAULT_COUNT; i++)
        if (rows[i].nature == WB_SIM_ANY || rows[i].nature & nature)
            self->faults[i].places |= UINT64_C(1) << place;
    return place;
}

int
wb_sim_faults_add(wb_sim_faults *self, const char *name, int place, const char *help)
{
    fault_add(self, name, help)->places = UINT64_C(1) << place;
    return self->fault_count - 1;
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

/* The bit of the place that is named; `all` has their names, for people. */
static wb_rc
read_place(const wb_sim_faults *self, uint64_t *out, wb_view name, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf all = {0};
    int place = find_place(self, name);

    if (place >= 0) {
        *out = UINT64_C(1) << place;
        return WB_OK;
    }
    wb_buf_init(&all, 4096);
    for (int i = 0; i < self->place_count; i++)
        wb_buf_addf(&all, "%s%s", i ? ", " : "", self->places[i]);
    return wb_fail(err, WB_REJECT, "there is no place '%.*s': %s", WB_VIEW_ARG(name),
                   wb_buf_text(&all));
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

/* "429@erp" */
static wb_rc
read_name(const wb_sim_faults *self, int *fault, uint64_t *places, wb_view text, wb_err *err)
{
    const char *mark = text.len ? memchr(text.data, '@', text.len) : NULL;
    wb_view name = {text.data, mark ? (size_t)(mark - text.data) : text.len};
    wb_rc rc = WB_OK;

    *places = EVERYWHERE;
    if (mark)
        rc = read_place(self, places, (wb_view){mark + 1, text.len - name.len - 1}, err);
    if (rc)
        return rc;
    *fault = find_fault(self, name);
    if (*fault < 0)
        return wb_fail(err, WB_REJECT, "there is no fault '%.*s': see --help of waybill sim",
                       WB_VIEW_ARG(name));
    return WB_OK;
}

/* "429@erp=0.01" */
static wb_rc
set_one(wb_sim_faults *self, wb_view item, wb_err *err)
{
    const char *equals = item.len ? memchr(item.data, '=', item.len) : NULL;
    uint64_t places = 0;
    int64_t chance_micro = 0, times = FOR_EVER;
    int number = 0;

    if (!equals)
        return wb_fail(err, WB_REJECT, "'%.*s' is not NAME=CHANCE", WB_VIEW_ARG(item));
    wb_view name = {item.data, (size_t)(equals - item.data)};
    wb_view chance = {equals + 1, item.len - name.len - 1};
    wb_rc rc = read_name(self, &number, &places, name, err);
    if (!rc)
        rc = read_chance(&chance_micro, &times, chance, err);
    if (rc)
        return rc;
    if (chance_micro > MILLION)
        return wb_fail(err, WB_REJECT, "'%.*s': a chance is 0 to 1", WB_VIEW_ARG(item));
    wb_sim_fault *fault = &self->faults[number];
    if (places != EVERYWHERE && !(places & fault->places))
        return wb_fail(err, WB_REJECT, "'%.*s': not at that place", WB_VIEW_ARG(item));
    for (int i = 0; i < self->place_count; i++)
        if (places & fault->places & UINT64_C(1) << i)
            fault->chance_micro[i] = chance_micro;
    fault->left = times;
    return WB_OK;
}

static void
clear_all(wb_sim_faults *self)
{
    for (int i = 0; i < self->fault_count; i++) {
        memset(self->faults[i].chance_micro, 0, sizeof self->faults[i].chance_micro);
        self->faults[i].left = FOR_EVER;
    }
}

wb_rc
wb_sim_faults_set(wb_sim_faults *self, wb_view spec, wb_err *err)
{
    const char *at = spec.data, *end = at ? at + spec.len : NULL;

    if (wb_view_is(spec, "none")) {
        clear_all(self);
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

/* The chance that it has now: none when it has struck as often as it was to. */
static int64_t
chance_of(const wb_sim_faults *self, int fault, int place)
{
    return self->faults[fault].left ? self->faults[fault].chance_micro[place] : 0;
}

bool
wb_sim_faults_on(const wb_sim_faults *self, int fault, int place)
{
    return self->faults[fault].chance_micro[place] > 0;
}

bool
wb_sim_faults_strike(wb_sim_faults *self, int fault, int place)
{
    int64_t chance_micro = chance_of(self, fault, place);

    if (!chance_micro)
        return false;
    if ((int64_t)wb_rng_below(&self->faults[fault].rng, MILLION) >= chance_micro)
        return false;
    wb_sim_faults_took(self, fault);
    return true;
}

bool
wb_sim_faults_marked(const wb_sim_faults *self, int fault, int place, uint64_t thing)
{
    int64_t chance_micro = chance_of(self, fault, place);

    if (!chance_micro)
        return false;
    return (int64_t)(wb_hash64(&thing, sizeof thing, self->faults[fault].salt) % MILLION) <
           chance_micro;
}

void
wb_sim_faults_took(wb_sim_faults *self, int fault)
{
    self->faults[fault].struck++;
    if (self->faults[fault].left > 0)
        self->faults[fault].left--;
}
