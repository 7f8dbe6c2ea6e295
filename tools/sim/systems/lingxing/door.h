/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door - what every request of the open interface passes, and how it is answered
 *
 * Four common parameters in the query (access_token, app_key, timestamp, sign); the signature over
 * them and the members of the body; the token; how many are on their way at this path. Then the
 * answer, in one of the vendor's envelopes.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_DOOR_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_DOOR_H

#include "tools/sim/systems/lingxing/house.h"

typedef struct {
    wb_sim_visit *visit;
    wb_sim_lingxing_house *house;
    wb_sim_lingxing_app *app;
    wb_json *json;     /* the body; its root is the object of parameters */
    int64_t *slot;     /* the place that the request has at its path */
    bool repeats;      /* a list gives its first page */
    uint64_t too_much; /* a list says so many more */
    wb_json_writer writer;
} wb_sim_lingxing_call;

/* A request begins. false = it is answered, or never is. A call that has begun ends in one of
 * wb_sim_lingxing_end, _business, _illegal, or in an answer behind wb_sim_lingxing_leave. */
bool wb_sim_lingxing_enter(wb_sim_visit *visit, int op, wb_sim_lingxing_call *out);
/* {"code":CODE, "message":TEXT, ..., "data": ; a value follows. */
void wb_sim_lingxing_open(wb_sim_lingxing_call *self, int code, const char *message);
/* The rest of it, with "total" behind the data; -1 = none. The answer leaves. */
void wb_sim_lingxing_end(wb_sim_lingxing_call *self, int64_t total);
/* 500, "error_details": what is wrong with what was asked. */
void wb_sim_lingxing_business(wb_sim_lingxing_call *self, const char *details);
/* 102: parameters that are not legal. */
void wb_sim_lingxing_illegal(wb_sim_lingxing_call *self);

/* Before any other answer to a call that has begun: its place at the path is given back. */
void wb_sim_lingxing_leave(wb_sim_lingxing_call *self);

/* A refusal of the gateway: a code as a text, and a trace. Texts need no escape. */
void wb_sim_lingxing_gateway(const wb_sim_visit *visit, const char *code, const char *message);
/* The same in the form of a place: `status` is that of HTTP, by which it is looked up. */
void wb_sim_lingxing_refuse(const wb_sim_visit *visit, int status, const char *code,
                            const char *message);

/* A token for who has the secret: see token.c. */
void wb_sim_lingxing_new_tokens(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app);

/* Behind the last element of a list: perhaps one that is no record. */
void wb_sim_lingxing_odd_element(const wb_sim_lingxing_call *self, bool follows);

/* Members of the body: a number or a text of digits, else `other`; text, "" = none; a decimal. */
int64_t wb_sim_lingxing_int(wb_json *json, wb_json_ref ref, const char *name, int64_t other);
wb_view wb_sim_lingxing_text(wb_json *json, wb_json_ref ref, const char *name);
/* Is this text, or number, one of the array `name`? Without such an array everything is. */
bool wb_sim_lingxing_among(wb_json *json, const char *name, wb_view text);
bool wb_sim_lingxing_has(wb_json *json, const char *name);

/* A page of a list. false = answered: `offset` is negative, or `length` outside least..most. */
typedef struct {
    int64_t from, most, at, given; /* at: elements that fit, so far */
} wb_sim_lingxing_page;
bool wb_sim_lingxing_page_read(wb_sim_lingxing_call *call, const int64_t limits[3],
                               wb_sim_lingxing_page *out);
/* One more fits: is it on the page? */
bool wb_sim_lingxing_page_takes(wb_sim_lingxing_page *self);

#endif
