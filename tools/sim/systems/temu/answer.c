/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what a call is answered with: 200 and an envelope, be it good or bad
 */
#include "tools/sim/systems/temu/answer.h"

#include "protocol/base/clock.h"
#include "tools/sim/systems/temu/sign.h"

#include <stdio.h>
#include <string.h>

static void
put_request_id(const wb_sim_visit *visit, wb_json_writer *writer)
{
    char id[64];

    (void)snprintf(id, sizeof id, "us-5afe0000-0000-4000-9000-%012llx",
                   (unsigned long long)++wb_sim_temu_of(visit)->requests);
    wb_json_member_text(writer, "requestId", wb_view_of(id));
}

void
wb_sim_temu_open(const wb_sim_visit *visit, wb_json_writer *writer)
{
    wb_buf_clear(&visit->sim->body);
    wb_json_writer_init(writer, &visit->sim->body);
    wb_json_open(writer, '{');
    wb_json_member_bool(writer, "success", true);
    wb_json_member_int(writer, "errorCode", 1000000);
    wb_json_member_text(writer, "errorMsg", WB_VIEW_LIT(""));
    put_request_id(visit, writer);
    wb_json_put_key(writer, "result");
}

void
wb_sim_temu_open_twice(const wb_sim_visit *visit, wb_json_writer *writer)
{
    wb_sim_temu_open(visit, writer);
    wb_json_open(writer, '{');
    wb_json_member_bool(writer, "success", true);
    wb_json_member_int(writer, "errorCode", 0);
    wb_json_member_int(writer, "serverTime", wb_now_utc_us() / WB_US_PER_MS);
    wb_json_member_text(writer, "errorMsg", WB_VIEW_LIT("SUC"));
    wb_json_put_key(writer, "result");
}

void
wb_sim_temu_close(const wb_sim_visit *visit, wb_json_writer *writer)
{
    while (writer->depth)
        wb_json_close(writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}

void
wb_sim_temu_fail(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_json_writer writer;

    wb_buf_clear(&visit->sim->body);
    wb_json_writer_init(&writer, &visit->sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_bool(&writer, "success", false);
    put_request_id(visit, &writer);
    wb_json_put_key(&writer, "errorCode");
    wb_json_put_raw(&writer, wb_view_of(code));
    wb_json_member_text(&writer, "errorMsg", wb_view_of(message));
    wb_json_put_key(&writer, "result");
    wb_json_put_null(&writer);
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}

void
wb_sim_temu_answer_page(const wb_sim_visit *visit, int status)
{
    static const char page[] = "<html><head><title>Service</title></head><body>"
                               "<h1>Please try again later</h1></body></html>";

    wb_sim_http_answer(
        visit->conn,
        &(wb_sim_answer){.status = status, .type = "text/html", .body = WB_VIEW_LIT(page)});
}

/* Of credentials it is said by a code, of trouble before the gateway by the status alone. */
void
wb_sim_temu_refuse(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    if (status == 429 || status >= 500)
        wb_sim_temu_answer_page(visit, status);
    else if (status == 401)
        wb_sim_temu_fail(visit, "3000034", "access_token is expired or has been refreshed");
    else if (code[strspn(code, "0123456789")])
        wb_sim_temu_fail(visit, "7000000", message);
    else
        wb_sim_temu_fail(visit, code, message);
}

/* --- members of a request --- */

wb_json_ref
wb_sim_temu_param(const wb_sim_visit *visit, const char *name)
{
    return wb_sim_temu_member(visit->sim->json, name);
}

static bool
is_none(const wb_sim_visit *visit, wb_json_ref at)
{
    wb_json_type kind = wb_json_kind(visit->sim->json, at);

    return kind == WB_JSON_ABSENT || kind == WB_JSON_NULL;
}

bool
wb_sim_temu_int(const wb_sim_visit *visit, wb_json_ref at, int64_t *out)
{
    if (is_none(visit, at) || (wb_json_kind(visit->sim->json, at) == WB_JSON_NUMBER &&
                               !wb_json_int(visit->sim->json, at, out, "", NULL)))
        return true;
    wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
    return false;
}

bool
wb_sim_temu_text(const wb_sim_visit *visit, wb_json_ref at, wb_view *out)
{
    if (is_none(visit, at) || !wb_json_text(visit->sim->json, at, out, "", NULL))
        return true;
    wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
    return false;
}

bool
wb_sim_temu_id(const wb_sim_visit *visit, wb_json_ref at, int64_t *out)
{
    if (is_none(visit, at) || !wb_json_int(visit->sim->json, at, out, "", NULL))
        return true;
    wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
    return false;
}
