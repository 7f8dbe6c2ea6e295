/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - what an account's names stand for at the other side, as it told them at one moment
 *
 * People write "warehouse: Yiwu", and the other side wants 2501. Which names there are is asked by
 * the account's own question (ASK); what that has told lies here, in memory, with its age.
 */
#ifndef WB_ACTORS_CONNECTORS_NAMES_H
#define WB_ACTORS_CONNECTORS_NAMES_H

#include "protocol/base/buf.h"

#define WB_NAMES_MAX 5000 /* of an account; more are no names that people choose from */

typedef struct wb_names wb_names;

wb_names *wb_names_new(void);
void wb_names_destroy(wb_names **self_p);

/* One more: "warehouse", "2501", "Yiwu"; copied. What is there already (the same what and id) stays
 * as it is. False: there are WB_NAMES_MAX of them, and it is left out. */
bool wb_names_add(wb_names *self, wb_view what, wb_view id, wb_view name);
/* When the last of them was told, by the other side's clock. */
void wb_names_set_read(wb_names *self, int64_t read_utc_us);
int64_t wb_names_read_utc_us(const wb_names *self);
size_t wb_names_count(const wb_names *self);

typedef enum { WB_NAMES_NONE = 0, WB_NAMES_ONE, WB_NAMES_SEVERAL } wb_names_found;
/* By its name, byte for byte. ONE: *id is its id, good as long as the names. */
wb_names_found wb_names_find(const wb_names *self, wb_view what, wb_view name, wb_view *id);
/* "Yiwu (2501), Ningbo (2502)": those of one sort, or only those of one name ({NULL, 0} = all), as
 * far as they fit into `max` bytes; "..." where they do not. */
void wb_names_tell(const wb_names *self, wb_view what, wb_view name, wb_buf *out, size_t max);

#endif
