/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_streams - which streams of an account are read, and how
 */
#include <string.h>

#include "actors/runtime/config.h"

const wb_stream_conf *
wb_config_stream(const wb_account_conf *account, const char *stream)
{
    const wb_stream_conf *rows = account->streams.items;

    for (size_t i = 0; i < account->streams.count; i++)
        if (!strcmp(rows[i].name, stream))
            return &rows[i];
    return NULL;
}

bool
wb_config_reads(const wb_account_conf *account, const char *stream)
{
    const wb_stream_conf *conf = wb_config_stream(account, stream);

    return !conf || conf->enabled;
}
