/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/commands/map_try.h"

#include "protocol/base/own.h"

typedef struct {
    bool over;
    wb_rc rc;
    wb_buf *out; /* may be NULL */
    wb_err *err;
} heard;

static void
on_done(void *arg, wb_rc rc, wb_view packed, const char *why)
{
    heard *self = arg;

    self->over = true;
    self->rc = rc ? wb_fail(self->err, rc, "%s", why) : WB_OK;
    if (!rc && self->out)
        wb_buf_add_view(self->out, packed);
}

/* Its loop turns here until it has said something: it has deadlines of its own. */
static wb_rc
turn(wb_loop *loop, heard *said, wb_err *err)
{
    wb_rc rc = WB_OK;

    while (!rc && !said->over)
        rc = wb_loop_turn(loop, 1000, err);
    return rc ? rc : said->rc;
}

static wb_rc
ask(const wb_map_program *program, wb_record_kind kind, wb_view packed, heard *said, wb_err *err)
{
    WB_AUTO(wb_loop_destroy) wb_loop *loop = NULL;
    WB_AUTO(wb_mapping_destroy) wb_mapping *mapping = NULL;
    wb_mapping_ask one = {.done = on_done, .arg = said};
    wb_rc rc = wb_loop_new(&loop, err);

    if (rc)
        return rc;
    mapping = wb_mapping_new(
        loop, &(wb_mapping_conf){.name = program->name, .program = program->program});
    if (kind)
        wb_mapping_record(mapping, &one, kind, packed);
    else
        wb_mapping_compile(mapping, &one);
    return turn(loop, said, err);
}

wb_rc
wb_map_compiles(const wb_map_program *program, wb_err *err)
{
    heard said = {.err = err};

    return ask(program, WB_RECORD_NONE, (wb_view){NULL, 0}, &said, err);
}

wb_rc
wb_map_once(const wb_map_program *program, wb_record_kind kind, wb_view packed, wb_buf *out,
            wb_err *err)
{
    heard said = {.out = out, .err = err};

    return ask(program, kind, packed, &said, err);
}
