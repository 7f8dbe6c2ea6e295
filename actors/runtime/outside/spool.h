/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool - answers that are too large for memory, in files of this process
 *
 * A file is whole and synced when it has a name; until then it is a part, and a part is of the life
 * that writes it. Whoever names a file stores the name durably; what nobody names is removed at the
 * start. A file that is named and not there (a store that was brought to another host) is asked for
 * again by whoever reads it.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_SPOOL_H
#define WB_ACTORS_RUNTIME_OUTSIDE_SPOOL_H

#include "actors/connectors/connector.h"
#include "storage/store.h"

typedef struct wb_spool wb_spool;

/* The folder is made when absent; parts of former lives are removed. `store` tells how full the
 * disk is; NULL = nobody does. WB_FATAL: no such folder can be made. */
WB_MUST_CHECK wb_rc wb_spool_open(wb_spool **out, const char *folder, wb_store *store, wb_err *err);
void wb_spool_close(wb_spool **self_p);
/* Remove all that is not one of these. */
void wb_spool_keep(wb_spool *self, const wb_id *names, size_t count);
void wb_spool_remove(wb_spool *self, const wb_id *name); /* or there is none */
int64_t wb_spool_bytes(const wb_spool *self);            /* of all files and parts */
/* Appends at most `len` bytes from `offset` on. WB_REJECT: no such file, or it ends before. */
WB_MUST_CHECK wb_rc wb_spool_read(const wb_spool *self, const wb_id *name, int64_t offset,
                                  size_t len, wb_buf *out, wb_err *err);

/* A part: bytes as they come from the wire, unpacked when wb_sink says so, in a file. */
typedef struct wb_part wb_part;

WB_MUST_CHECK wb_rc wb_part_new(wb_part **out, wb_spool *spool, const wb_sink *how, wb_err *err);
void wb_part_destroy(wb_part **self_p);    /* its file too, when it has no name */
void wb_part_packed(wb_part *self);        /* the answer's headers say that it is */
int64_t wb_part_came(const wb_part *self); /* bytes from the wire so far */
/* WB_FULL: the disk, or the spool. WB_REJECT: more than it may be. WB_RETRY: what is packed is
 * damaged. */
WB_MUST_CHECK wb_rc wb_part_take(wb_part *self, wb_view bytes, wb_err *err);
WB_MUST_CHECK wb_rc wb_part_anew(wb_part *self, wb_err *err); /* from the first byte */
/* All is there. WB_RETRY: it is cut, or has another digest than was declared; WB_FULL as above. */
WB_MUST_CHECK wb_rc wb_part_end(wb_part *self, wb_id *name, int64_t *len, wb_err *err);

#endif
