/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal - records that this world does not give or take, and which they were
 */
#include "tools/sim/engine/refusal.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/sim.h"

#define ID_MAX 128
#define SPELL_GAP 5 /* times its length: what it met with comes through before the next one */
/* Far from the seeds that draw: what is drawn would look alike. */
#define LOOK_SEED UINT64_C(0x6c6f6f6b)
#define NAME_MAX_LEN 64

/* One record that was refused at one place. */
typedef struct row {
    struct row *next;
    int at;
    char target[NAME_MAX_LEN + 1], id[ID_MAX + 1];
    wb_sim_refusal last;
    const wb_sim_things *things;
    uint32_t number;
    bool own;     /* something of this world */
    bool lasting; /* once by itself */
    uint64_t times;
} row;

struct wb_sim_refusals {
    wb_map *by_name;
    row *first, *newest;
    int64_t spell_end_ms[WB_SIM_PLACES_MAX]; /* 0 = none */
    uint64_t spells;
};

static const struct {
    int status;
    bool page;
} looks[] = {
#define WB_SIM_REFUSAL_LOOK(word, status, page) {status, page},
    WB_SIM_REFUSALS(WB_SIM_REFUSAL_LOOK)
#undef WB_SIM_REFUSAL_LOOK
};

wb_sim_refusals *
wb_sim_refusals_new(void)
{
    wb_sim_refusals *self = wb_alloc(sizeof *self);

    self->by_name = wb_map_new();
    return self;
}

void
wb_sim_refusals_destroy(wb_sim_refusals **self_p)
{
    wb_sim_refusals *self = *self_p;

    if (!self)
        return;
    while (self->first) {
        row *first = self->first;
        self->first = first->next;
        wb_free(&first);
    }
    wb_map_destroy(&self->by_name);
    wb_free(self_p);
}

static const char *
place_name(const wb_sim *sim, int at)
{
    return sim->places[at].row->name;
}

static bool
takes(const wb_sim *sim, int at)
{
    return sim->places[at].row->nature & WB_SIM_TAKES;
}

static const wb_sim_things *
things_of(const wb_sim *sim, const wb_sim_subject *subject)
{
    return subject->things ? subject->things : wb_sim_market_things(sim->market);
}

static bool
is_order(const wb_sim *sim, const wb_sim_subject *subject)
{
    return things_of(sim, subject) == wb_sim_market_things(sim->market);
}

static bool
is_foreign(const wb_sim *sim, const wb_sim_subject *subject)
{
    return is_order(sim, subject) && wb_sim_is_foreign(subject->order);
}

/* The same record is another one at each place and target. */
static uint64_t
thing_of(const wb_sim *sim, const wb_sim_subject *subject)
{
    const char *name = place_name(sim, subject->at), *kind = things_of(sim, subject)->kind;
    uint64_t place = wb_hash64(name, strlen(name), 0);

    if (!is_order(sim, subject))
        place = wb_hash64(kind, strlen(kind), place);
    return wb_hash64(subject->target, strlen(subject->target), place) ^ subject->order;
}

typedef struct {
    unsigned char count, looks[8]; /* of WB_SIM_REFUSALS */
} choice;

/* What "mixed" chooses from. Where orders are read, 404 says that one cannot be seen yet: a client
 * rightly waits for it. Where all are refused for a moment it says what an account may be told,
 * too: of two records that meet with a 400 nobody could say afterwards that it was not they. */
static const choice mixed_given = {
    .count = 4, .looks = {0, 1, 4, 5}
};
static const choice mixed_taken = {
    .count = 6, .looks = {0, 1, 2, 3, 5, 8}
};
static const choice all_given = {
    .count = 2, .looks = {1, 5}
};
static const choice all_taken = {
    .count = 3, .looks = {1, 2, 5}
};

/* As --refuse-as says; "mixed": by its number. */
static void
look_of(const wb_sim *sim, int at, const choice *mixed, uint64_t thing, wb_sim_refusal *out)
{
    size_t pick = (size_t)wb_hash64(&thing, sizeof thing, LOOK_SEED) % mixed->count;
    size_t look = sim->conf.refuse_as ? (size_t)sim->conf.refuse_as - 1 : mixed->looks[pick];

    out->status = looks[look].status;
    out->page = looks[look].page;
    if (out->status == 200 && !takes(sim, at))
        out->status = 400;
}

static bool
in_spell(const wb_sim *sim, int at)
{
    return sim->refusals->spell_end_ms[at] > wb_now_ms() &&
           wb_sim_faults_on(&sim->faults, WB_SIM_FAULT_REFUSE_ALL, at);
}

void
wb_sim_refusals_enter(wb_sim *sim, int at)
{
    int64_t *end_ms = &sim->refusals->spell_end_ms[at];

    if ((*end_ms && *end_ms + SPELL_GAP * sim->conf.spell > wb_now_ms()) ||
        !wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_REFUSE_ALL, at))
        return;
    sim->refusals->spells++;
    *end_ms = wb_now_ms() + sim->conf.spell;
}

static bool
told_to(const wb_sim_subject *subject, bool *lasting)
{
    const wb_sim_told *told = subject->told;

    *lasting = told->status && *told->bad;
    if (!told->status || !*told->bad)
        return told->status != 0;
    return subject->key.len &&
           memmem(subject->key.data, subject->key.len, told->bad, strlen(told->bad));
}

static bool
drawn(const wb_sim *sim, const wb_sim_subject *subject)
{
    return subject->order != WB_SIM_NO_ORDER && !is_foreign(sim, subject) &&
           wb_sim_faults_marked(&sim->faults, WB_SIM_FAULT_REFUSE_ONE, subject->at,
                                thing_of(sim, subject));
}

bool
wb_sim_refusal_find(const wb_sim *sim, const wb_sim_subject *subject, wb_sim_refusal *out)
{
    bool lasting = false, taken = takes(sim, subject->at);

    *out = (wb_sim_refusal){0};
    if (told_to(subject, &lasting)) {
        out->status = (int)subject->told->status;
        out->page = subject->told->page;
        out->retry_after = subject->told->retry_after;
        out->lasting = lasting;
        return true;
    }
    if (is_foreign(sim, subject)) {
        *out = (wb_sim_refusal){.status = 403, .lasting = true};
        return true;
    }
    if (drawn(sim, subject)) {
        look_of(sim, subject->at, taken ? &mixed_taken : &mixed_given, thing_of(sim, subject), out);
        out->lasting = sim->faults.faults[WB_SIM_FAULT_REFUSE_ONE].left < 0;
        return true;
    }
    if (!in_spell(sim, subject->at))
        return false;
    look_of(sim, subject->at, taken ? &all_taken : &all_given, sim->refusals->spells, out);
    out->all = true;
    return true;
}

bool
wb_sim_refusal_lasts(const wb_sim *sim, const wb_sim_subject *subject)
{
    wb_sim_refusal refusal;

    return wb_sim_refusal_find(sim, subject, &refusal) && refusal.lasting;
}

/* Credentials, limits and troubles of the server are nothing that a record has done. */
static bool
is_of_record(int status)
{
    return status == 200 || (status >= 400 && status < 500 && status != 401 && status != 429);
}

/* As it is kept: by place, target and id. */
static wb_view
name_of(char out[ID_MAX + 2 * NAME_MAX_LEN + 16], const wb_sim *sim, const wb_sim_subject *subject,
        wb_view id)
{
    size_t size = ID_MAX + 2 * NAME_MAX_LEN + 16;
    int len = snprintf(out, size, "%s/%s/%.*s", place_name(sim, subject->at), subject->target,
                       WB_VIEW_ARG(id));

    return (wb_view){out, (size_t)len < size ? (size_t)len : size - 1};
}

/* Orders that are taken are kept by their own ids, all else as it is called there. */
static wb_view
id_of(char out[WB_SIM_ID_LEN + 1], const wb_sim *sim, const wb_sim_subject *subject)
{
    if (!takes(sim, subject->at) || subject->order == WB_SIM_NO_ORDER || !is_order(sim, subject))
        return subject->key;
    wb_sim_market_id(sim->market, out, subject->order);
    return wb_view_of(out);
}

static row *
row_of(const wb_sim *sim, const wb_sim_subject *subject, wb_view id)
{
    wb_sim_refusals *self = sim->refusals;
    char name[ID_MAX + 2 * NAME_MAX_LEN + 16];
    wb_view key = name_of(name, sim, subject, id);
    row *found = wb_map_find(self->by_name, key);

    if (found)
        return found;
    found = wb_alloc(sizeof *found);
    found->at = subject->at;
    found->things = things_of(sim, subject);
    found->number = subject->order;
    found->own = subject->order != WB_SIM_NO_ORDER && !is_foreign(sim, subject);
    (void)snprintf(found->target, sizeof found->target, "%s", subject->target);
    (void)snprintf(found->id, sizeof found->id, "%.*s", WB_VIEW_ARG(id));
    if (self->newest)
        self->newest->next = found;
    else
        self->first = found;
    self->newest = found;
    wb_map_put(self->by_name, key, found);
    return found;
}

bool
wb_sim_refusal_noted(const wb_sim *sim, const wb_sim_subject *subject)
{
    char name[ID_MAX + 2 * NAME_MAX_LEN + 16], id[WB_SIM_ID_LEN + 1];
    const row *at =
        wb_map_find(sim->refusals->by_name, name_of(name, sim, subject, id_of(id, sim, subject)));

    return at && at->lasting;
}

void
wb_sim_refusal_note(wb_sim *sim, const wb_sim_subject *subject, const wb_sim_refusal *refusal)
{
    char id[WB_SIM_ID_LEN + 1];

    if (!is_of_record(refusal->status))
        return;
    if (drawn(sim, subject))
        wb_sim_faults_took(&sim->faults, WB_SIM_FAULT_REFUSE_ONE);
    row *at = row_of(sim, subject, id_of(id, sim, subject));
    at->last = *refusal;
    at->lasting |= refusal->lasting;
    at->times++;
}

static void
answer_page(wb_sim_conn *conn, const wb_sim_refusal *refusal)
{
    char text[512];
    int len = snprintf(text, sizeof text,
                       "<html>\r\n<head><title>%d Request blocked</title></head>\r\n<body>\r\n"
                       "<h1>%d Request blocked</h1>\r\n<p>This request was blocked by a rule. "
                       "Reference: 18.2f4c1702.%d</p>\r\n</body>\r\n</html>\r\n",
                       refusal->status, refusal->status, refusal->status);

    wb_sim_http_answer(conn, &(wb_sim_answer){
                                 .status = refusal->status,
                                 .type = "text/html",
                                 .body = {text, (size_t)len},
    });
}

static void
answer_told(wb_sim_conn *conn, const wb_sim_refusal *refusal)
{
    char header[48];
    int len =
        snprintf(header, sizeof header, "Retry-After: %lld\r\n", (long long)refusal->retry_after);

    wb_sim_http_answer(conn,
                       &(wb_sim_answer){
                           .status = refusal->status,
                           .type = "application/json",
                           .headers = {header, (size_t)len},
                           .body = WB_VIEW_LIT("{\"error\":\"told\",\"reason\":\"told to wait\"}"),
    });
}

static const wb_sim_word *
word_of(const wb_sim_word *words, int status)
{
    while (words && words->status && words->status != status)
        words++;
    return words && words->status ? words : NULL;
}

void
wb_sim_refusal_answer(const wb_sim_visit *visit, const wb_sim_refusal *refusal)
{
    const wb_sim_word *words = visit->part->system->places[visit->place].words;
    const wb_sim_word *word = refusal->all ? word_of(words, WB_SIM_WORD_ALL) : NULL;

    if (refusal->page) {
        answer_page(visit->conn, refusal);
        return;
    }
    if (refusal->retry_after) {
        answer_told(visit->conn, refusal);
        return;
    }
    if (!word)
        word = word_of(words, refusal->status);
    if (word)
        wb_sim_refuse(visit, refusal->status, word->code, word->message);
    else
        wb_sim_refuse(visit, refusal->status, "told", "told to refuse");
}

bool
wb_sim_list_refused(const wb_sim_visit *visit)
{
    wb_sim *sim = visit->sim;
    int at = wb_sim_at(visit);
    const wb_sim_told *told = &sim->places[at].told;
    wb_sim_subject subject = {.at = at, .target = "", .order = WB_SIM_NO_ORDER, .told = told};
    wb_sim_refusal refusal;

    wb_sim_refusals_enter(sim, at);
    if (*told->bad || !wb_sim_refusal_find(sim, &subject, &refusal))
        return false;
    wb_sim_refusal_answer(visit, &refusal);
    return true;
}

static bool
is_kept(const row *self, const wb_sim_things *things)
{
    return self->own && self->lasting && self->things == things;
}

/* The same thing, refused elsewhere as well: at a target, or wherever. */
static bool
was_before(const wb_sim *sim, const row *at, bool taken)
{
    const row *first = sim->refusals->first;

    for (; first != at; first = first->next)
        if (is_kept(first, at->things) && (!taken || takes(sim, first->at)) &&
            first->number == at->number)
            return true;
    return false;
}

uint64_t
wb_sim_refusals_kept(const wb_sim *sim, const wb_sim_things *things,
                     uint32_t (*held)(const wb_sim *sim, const wb_sim_things *things,
                                      uint32_t number))
{
    uint64_t count = 0;

    for (const row *at = sim->refusals->first; at; at = at->next) {
        if (!is_kept(at, things) || was_before(sim, at, false))
            continue;
        uint32_t newest = things->newest(things->self, at->number);
        count += newest && held(sim, things, at->number) != newest;
    }
    return count;
}

void
wb_sim_orders_refused(const wb_sim *sim, void (*each)(void *arg, uint32_t order), void *arg)
{
    for (const row *at = sim->refusals->first; at; at = at->next)
        if (is_kept(at, wb_sim_market_things(sim->market)) && takes(sim, at->at) &&
            !was_before(sim, at, true))
            each(arg, at->number);
}

bool
wb_sim_order_unread(const wb_sim *sim, uint32_t order)
{
    for (const row *at = sim->refusals->first; at; at = at->next)
        if (is_kept(at, wb_sim_market_things(sim->market)) && !takes(sim, at->at) &&
            at->number == order)
            return true;
    return false;
}

static void
put_row(const wb_sim *sim, const row *at, const char *id, wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "at", wb_view_of(place_name(sim, at->at)));
    wb_json_member_text(writer, "target", wb_view_of(at->target));
    wb_json_member_text(writer, "id", wb_view_of(id));
    wb_json_member_text(writer, "kind", wb_view_of(at->things->kind));
    if (at->own)
        wb_json_member_int(writer, "number", at->number);
    wb_json_member_bool(writer, "own", at->own);
    wb_json_member_int(writer, "status", at->last.status);
    wb_json_member_bool(writer, "page", at->last.page);
    wb_json_member_bool(writer, "lasting", at->lasting);
    wb_json_member_int(writer, "times", (int64_t)at->times);
    wb_json_close(writer, '}');
}

/* One thing may be several records to those who tell of it: a row each. */
static void
put_rows(const wb_sim *sim, const row *at, wb_json_writer *writer)
{
    const wb_sim_things *things = at->things;
    char id[WB_SIM_THING_ID_MAX];
    int count = 0;

    while (at->own && things->name && things->name(things->self, at->number, count, id)) {
        put_row(sim, at, id, writer);
        count++;
    }
    if (!count)
        put_row(sim, at, at->id, writer);
}

void
wb_sim_refusals_write(const wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "refused");
    wb_json_open(writer, '[');
    for (const row *at = sim->refusals->first; at; at = at->next)
        put_rows(sim, at, writer);
    wb_json_close(writer, ']');
}
