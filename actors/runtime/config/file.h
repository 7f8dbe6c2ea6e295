/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file - a file of the configuration, read whole
 *
 * Nobody watches these files: they are read when a person says so. What still is being written then
 * is read again, and refused when that goes on; who renames a finished file into its place never
 * meets that.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_FILE_H
#define WB_ACTORS_RUNTIME_CONFIG_FILE_H

#include <sys/stat.h>

#include "protocol/base/buf.h"

typedef enum {
    WB_FILE_ANY,    /* a pipe will do, and is what it is: the configuration itself */
    WB_FILE_REGULAR /* what is named in it */
} wb_file_kind;

#define WB_FILE_SPARE 65536 /* what the ceiling of a buffer has to lie above the largest file */

/* Into `out`, which is emptied first and has its ceiling. `was` (may be NULL) is the file as it was
 * read. WB_FATAL, with the path: it cannot be read, is no file, is too large, is being written. */
WB_MUST_CHECK wb_rc wb_file_read(wb_buf *out, const char *path, wb_file_kind kind, struct stat *was,
                                 wb_err *err);

#endif
