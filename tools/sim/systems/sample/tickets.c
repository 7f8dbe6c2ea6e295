/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets - records that are taken and done later
 *
 *   PUT /later/KEY?attempt=ID   the body of PUT /records/KEY; a key for repeats is not looked at
 *       202 {"ticket", "again_ms"}
 *   GET /tickets?ids=T,T&attempts=ID,ID
 *       {"tickets": [{"id", "attempt", "state": pending|done|unchanged|refused|unknown, "reason"},
 *        ...]}
 *
 * What becomes of it is settled when it comes, so that the ledger has it in the order in which it
 * came; told it is after half a second.
 */
#include "tools/sim/systems/sample/records.h"

#include "protocol/base/clock.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <stdio.h>
#include <string.h>

#define AFTER_US (WB_US_PER_S / 2)
#define AGAIN_MS 300
#define ATTEMPT_MAX 64
#define LIST_MAX 8192

typedef struct {
    char id[24], attempt[ATTEMPT_MAX + 1];
    char word[16];
    const char *reason;
    int64_t ready_us;
} ticket;

/* Of all accounts: an id names one alone. */
struct wb_sim_sample_tickets {
    wb_map *by_id, *by_attempt;
    uint64_t last;
};

wb_sim_sample_tickets *
wb_sim_sample_tickets_new(void)
{
    wb_sim_sample_tickets *self = wb_alloc(sizeof *self);

    self->by_id = wb_map_new();
    self->by_attempt = wb_map_new();
    return self;
}

void
wb_sim_sample_tickets_destroy(wb_sim_sample_tickets **self_p)
{
    wb_sim_sample_tickets *self = wb_take(self_p);
    ticket *one;

    for (size_t at = 0; (one = wb_map_next(self->by_id, &at, NULL));)
        wb_free(&one);
    wb_map_destroy(&self->by_id);
    wb_map_destroy(&self->by_attempt);
    wb_free(&self);
}

static const ticket *
give(wb_sim_sample_tickets *self, const char *attempt, const wb_sim_taken *said)
{
    ticket *one = wb_alloc(sizeof *one);

    (void)snprintf(one->id, sizeof one->id, "T-%llu", (unsigned long long)++self->last);
    (void)snprintf(one->attempt, sizeof one->attempt, "%s", attempt);
    (void)snprintf(one->word, sizeof one->word, "%s", said->word);
    one->reason = said->reason;
    one->ready_us = wb_now_us() + AFTER_US;
    wb_map_put(self->by_id, wb_view_of(one->id), one);
    if (*attempt)
        wb_map_put(self->by_attempt, wb_view_of(one->attempt), one);
    return one;
}

static wb_sim_sample_tickets *
tickets_of(const wb_sim_visit *visit)
{
    return ((wb_sim_sample_state *)visit->part->state)->tickets;
}

static void
accept(const wb_sim_visit *visit, const ticket *one)
{
    wb_sim *sim = visit->sim;
    wb_json_writer writer;

    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "ticket", wb_view_of(one->id));
    wb_json_member_int(&writer, "again_ms", AGAIN_MS);
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 202, wb_buf_view(&sim->body));
}

void
wb_sim_sample_on_later(wb_sim_visit *visit)
{
    wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_LATER);
    wb_sim_taking taking = {
        .visit = visit, .target = target, .things = wb_sim_market_things(visit->sim->market)};
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};
    char attempt[ATTEMPT_MAX + 1];
    wb_sim_refusal refusal;
    wb_sim_taken said;

    if (!target)
        return;
    if (wb_text_set(attempt, sizeof attempt, wb_sim_sample_param(visit, "attempt"), NULL))
        *attempt = 0;
    if (!wb_sim_sample_key(visit, 1, &arrival.key) ||
        !wb_sim_sample_body(visit, "record.seller_order_id", &arrival))
        return;
    arrival.idempotency = (wb_view){NULL, 0};
    wb_sim_refusals_enter(visit->sim, wb_sim_at(visit));
    if (wb_sim_take_refused(&taking, &arrival, &refusal)) {
        wb_sim_refusal_answer(visit, &refusal);
        return;
    }
    said = wb_sim_take(&taking, &arrival);
    wb_sim_take_end(&taking, said.fresh);
    accept(visit, give(tickets_of(visit), attempt, &said));
}

static void
put_ticket(const ticket *one, wb_json_writer *out)
{
    bool ready = wb_now_us() >= one->ready_us;

    wb_json_open(out, '{');
    wb_json_member_text(out, "id", wb_view_of(one->id));
    wb_json_member_text(out, "attempt", wb_view_of(one->attempt));
    wb_json_member_text(out, "state", wb_view_of(ready ? one->word : "pending"));
    if (ready && one->reason)
        wb_json_member_text(out, "reason", wb_view_of(one->reason));
    wb_json_close(out, '}');
}

static void
put_unknown(const char *name, wb_view value, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, name, value);
    wb_json_member_text(out, "state", WB_VIEW_LIT("unknown"));
    wb_json_close(out, '}');
}

/* Each of "a,b". */
static void
put_list(const wb_map *known, const char *name, const char *list, wb_json_writer *out)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        const ticket *one = wb_map_find(known, (wb_view){list, len});

        if (one)
            put_ticket(one, out);
        else
            put_unknown(name, (wb_view){list, len}, out);
        list += len + (list[len] == ',');
    }
}

void
wb_sim_sample_on_tickets(wb_sim_visit *visit)
{
    const wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_TICKETS);
    const wb_sim_sample_tickets *self = tickets_of(visit);
    wb_sim *sim = visit->sim;
    char ids[LIST_MAX], attempts[LIST_MAX];
    wb_json_writer writer;

    if (!target)
        return;
    if (wb_text_set(ids, sizeof ids, wb_sim_sample_param(visit, "ids"), NULL) ||
        wb_text_set(attempts, sizeof attempts, wb_sim_sample_param(visit, "attempts"), NULL)) {
        wb_sim_refuse(visit, 400, "tickets", "too many at once");
        return;
    }
    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "tickets");
    wb_json_open(&writer, '[');
    put_list(self->by_id, "id", ids, &writer);
    put_list(self->by_attempt, "attempt", attempts, &writer);
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}
