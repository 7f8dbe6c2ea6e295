/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - the files of a configuration become one tree
 *
 * A file may include others, by paths relative to itself; a pattern stands for all that fit, in the
 * order of their names, also for none. What they say is put together: mappings and lists of the top
 * grow, anything else may stand in one of them alone. Each value remembers its file.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_DOCUMENT_H
#define WB_ACTORS_RUNTIME_CONFIG_DOCUMENT_H

#include "actors/runtime/config/options.h"

/* Of `path`, its includes followed: the root (a mapping), or NULL when the file itself cannot be
 * used. All that is wrong goes to the reader's problems, all that was read to its digest. */
wb_yaml *wb_document_load(const wb_option_reader *reader, const char *path);
/* The same of a text, whose relative paths begin at `base_dir` (NULL = the working folder). */
wb_yaml *wb_document_parse(const wb_option_reader *reader, wb_view text, const char *base_dir);

/* All of it as JSON, appended: see wb_config_load_blind (rows.h). */
void wb_document_json(wb_pool *pool, const wb_yaml *root, wb_buf *out);

#endif
