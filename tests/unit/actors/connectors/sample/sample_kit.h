/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_kit - an operation of the sample, to be built, read and mapped
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_SAMPLE_SAMPLE_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_SAMPLE_SAMPLE_KIT_H

#include "actors/connectors/all.h"
#include "actors/connectors/sample/sample.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define SAMPLE_URL "http://127.0.0.1:1"

static inline sample_options *
sample_start(kit *self, const char *op)
{
    sample_options *options;

    kit_init(self, &wb_connector_sample);
    options = self->options;
    kit_text(&options->url, SAMPLE_URL);
    kit_op(self, op);
    return options;
}

/* What a raw body of that kind says. Freed by wb_mapped_fini, in any case. */
static inline wb_rc
sample_say(kit *self, wb_record_kind kind, const char *body, wb_mapped *out)
{
    wb_envelope raw = {.body = wb_view_of(body), .record_kind = kind};

    self->err = (wb_err){0};
    *out = (wb_mapped){0};
    return wb_connector_map(&wb_connector_sample, &raw, self->json, out, &self->err);
}

#endif
