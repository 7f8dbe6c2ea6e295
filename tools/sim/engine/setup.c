/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup - the accounts of a run, as its configuration has them: each system says what its own needs
 */
#include "tools/sim/engine/setup.h"

#include "protocol/base/own.h"

#include <stdarg.h>
#include <stdio.h>

#define VALUE_MAX 512
#define MEMBERS_MAX 65536

/* Members of an object. */
typedef struct {
    wb_buf text;
    wb_json_writer writer;
} members;

struct wb_sim_setup {
    members options, secrets, streams;
};

void
wb_sim_setup_option(wb_sim_setup *self, const char *name, const char *fmt, ...)
{
    char value[VALUE_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    wb_json_member_text(&self->options.writer, name, wb_view_of(value));
}

void
wb_sim_setup_secret(wb_sim_setup *self, const char *name, const char *value)
{
    wb_json_member_text(&self->secrets.writer, name, wb_view_of(value));
}

void
wb_sim_setup_stream(wb_sim_setup *self, const char *name, const char *settings)
{
    wb_json_member_text(&self->streams.writer, name, wb_view_of(settings));
}

static void
members_open(members *self)
{
    wb_buf_init(&self->text, MEMBERS_MAX);
    wb_json_writer_init(&self->writer, &self->text);
    wb_json_open(&self->writer, '{');
}

/* Appends them, as a member of that name. */
static void
members_end(members *self, const char *name, wb_json_writer *writer)
{
    wb_json_close(&self->writer, '}');
    wb_json_put_key(writer, name);
    wb_json_put_raw(writer, wb_buf_view(&self->text));
    wb_buf_fini(&self->text);
}

static void
setup_init(wb_sim_setup *self)
{
    members_open(&self->options);
    members_open(&self->secrets);
    members_open(&self->streams);
}

/* Appends the account and ends it. */
static void
setup_write(wb_sim_setup *self, const char *name, const char *connector, wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "name", wb_view_of(name));
    wb_json_member_text(writer, "connector", wb_view_of(connector));
    members_end(&self->options, "options", writer);
    members_end(&self->secrets, "secrets", writer);
    members_end(&self->streams, "streams", writer);
    wb_json_close(writer, '}');
}

void
wb_sim_setup_write(const wb_sim *sim, const char *target, wb_json_writer *writer)
{
    const wb_sim_part *shop = sim->shop, *erp = sim->erp;
    wb_sim_setup one;
    char name[32];

    wb_json_put_key(writer, "accounts");
    wb_json_open(writer, '[');
    for (unsigned number = 1; number <= shop->account_count; number++) {
        setup_init(&one);
        shop->system->shop(shop, number, &one);
        (void)snprintf(name, sizeof name, "shop%u", number);
        setup_write(&one, name, shop->system->name, writer);
    }
    setup_init(&one);
    erp->system->erp(erp, target, &one);
    setup_write(&one, "erp", erp->system->name, writer);
    wb_json_close(writer, ']');
}
