/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask_kit - a deployment that is asked: processes that answer by a script, in one loop with who
 * asks them
 */
#ifndef WB_TESTS_UNIT_ACTORS_ASK_ASK_KIT_H
#define WB_TESTS_UNIT_ACTORS_ASK_ASK_KIT_H

#include "actors/ask/client.h"

/* What a process says to a question whose body holds `asked`; the first row that fits. */
typedef struct {
    const char *instance;
    wb_kind kind;
    const char *asked; /* "" = any */
    const char *reply; /* NULL = never */
} ask_line;

/* Starts the processes named ("mapper-1 pusher-1"), and who asks. `wanted`: names too, or NULL.
 * `script` ends with instance NULL; what has no row is answered with {}. */
void ask_kit_open(const char *here, const char *wanted, const ask_line *script);
void ask_kit_close(void);
wb_client *ask_kit_client(void);
/* Turns, and lets the processes answer, until `*done`. */
void ask_kit_until(const bool *done, const char *what);
/* How many questions of a kind, with `asked` in them, came to an instance. */
size_t ask_kit_asked(const char *instance, wb_kind kind, const char *asked);

#endif
