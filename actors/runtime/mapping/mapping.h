/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping - a person's own jq program over records, in a child that can do nothing else
 *
 * A record goes in as JSON, whole numbers as texts (jq rounds), and comes back as a whole record,
 * each field read by its type. The child (actors/jq) is started by exec with an empty environment,
 * 64 MiB of memory, no files, no core, nothing to write errors to, and ends with us. It has
 * WB_MAPPING_MS for a record; who misses that is ended, and the record tried once more in another
 * child. A program that misses it, or ends its child, WB_MAPPING_MISSES times in a row is off, with
 * its reason, until a new configuration.
 *
 * Everything happens in the loop; one record at a time, in the order in which they were given.
 */
#ifndef WB_ACTORS_RUNTIME_MAPPING_MAPPING_H
#define WB_ACTORS_RUNTIME_MAPPING_MAPPING_H

#include "actors/runtime/loop/loop.h"
#include "protocol/canonical.h"

#define WB_MAPPING_MS 1000
#define WB_MAPPING_MISSES 4
#define WB_MAPPING_PROGRAM_MAX (256 * 1024)
/* How the reason begins of what is set aside because of its mapping. */
#define WB_MAPPING_REASON "mapping"

typedef struct wb_mapping wb_mapping;

typedef struct {
    const char *name;       /* for people: the file that the program is in; outlives it */
    wb_view program;        /* outlives it */
    const char *executable; /* NULL: waybill-jq beside the executable that asks */
} wb_mapping_conf;

wb_mapping *wb_mapping_new(wb_loop *loop, const wb_mapping_conf *conf);
void wb_mapping_destroy(wb_mapping **self_p); /* what was asked ends without an answer */

/* WB_OK: `packed` is the record, as the program changed it; good until it returns. WB_REJECT: `why`
 * ("mapping erp.jq: lines[0].quantity is no whole number"); it may quote the record. */
typedef void (*wb_mapping_done)(void *arg, wb_rc rc, wb_view packed, const char *why);

/* A question lives in its owner, zeroed. */
typedef struct wb_mapping_ask {
    wb_link link; /* private */
    wb_record_kind kind;
    wb_buf text; /* the record as JSON; empty = does the program compile? */
    wb_mapping_done done;
    void *arg;
    unsigned tries;
} wb_mapping_ask;

/* `done` is called once, from the loop, and not before this returns. */
void wb_mapping_record(wb_mapping *self, wb_mapping_ask *ask, wb_record_kind kind, wb_view packed);
void wb_mapping_compile(wb_mapping *self, wb_mapping_ask *ask); /* `packed` is {NULL, 0} then */
void wb_mapping_cancel(wb_mapping *self, wb_mapping_ask *ask);  /* harmless when it is not asked */

typedef struct {
    const char *name;
    uint64_t mapped, refused, missed; /* records; times that a child had to be ended, or did */
    const char *off;                  /* why it is; "" = it is not */
} wb_mapping_view;
wb_mapping_view wb_mapping_look(const wb_mapping *self);

#endif
