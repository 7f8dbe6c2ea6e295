/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip - bytes in the gzip format (RFC 1952), in blocks that are stored as they are
 *
 * Nothing gets smaller: it is there so that somebody who did not ask for it gets it.
 */
#ifndef WB_TOOLS_SIM_ENGINE_GZIP_H
#define WB_TOOLS_SIM_ENGINE_GZIP_H

#include "protocol/base/buf.h"

void wb_sim_gzip(wb_buf *out, wb_view bytes);

#endif
