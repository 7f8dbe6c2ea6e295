/* SPDX-License-Identifier: Apache-2.0 */
/*
 * untold - what a target never got, and is told no more
 *
 * A newer state of a record may leave nothing to be told: its channel has shipped an order. What
 * was wanted between it and what the target has, and waited, was refused or was never seen here, is
 * then dropped, and mostly that is right. Not where it changed where goods go, or how many: the
 * target goes by what it has. So a mark says that of what was delivered (wb_aim), and what is not
 * to be told is held against it. Where they differ it is parked, as a conflict that a person has to
 * see to.
 *
 *   killed   what is parked and what the mark says of it are one transaction
 *   twice    once parked, the mark has the aim that was told: to a person. The same is not parked
 *            again, also when it was dropped; yet another one is
 *   unknown  a mark that does not tell its aim (of a former release, of a probe that may have found
 *            an older state) is held against nothing
 */
#ifndef WB_ACTORS_PUSHER_UNTOLD_H
#define WB_ACTORS_PUSHER_UNTOLD_H

#include "actors/runtime/pump/pump.h"
#include "storage/marks.h"

/* The target of the job has what its record says now; `known` false: perhaps something older. */
void wb_untold_note(const wb_job *job, bool known, wb_mark_row *mark);
/* Why a state that is not to be told is one for a person: a literal; NULL = it is none. */
const char *wb_untold_why(const wb_job *job, const wb_mark_row *mark);
/* Is the job parked as a conflict? Then a person is told. */
bool wb_untold_is_conflict(const wb_job *job);

#endif
