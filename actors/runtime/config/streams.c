/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams - which streams of an account are read, and how; and that each queue is read once
 */
#include <string.h>

#include "actors/runtime/config/rows.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

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
wb_config_reads(const wb_account_conf *account, const wb_stream *stream)
{
    const wb_stream_conf *conf = wb_config_stream(account, stream->name);

    return conf ? conf->enabled : !stream->optional;
}

/* A queue that an account takes from: the first of them. Begun here. */
static void
queue_of(const wb_config *config, size_t index, wb_buf *out)
{
    const wb_account_conf *accounts = wb_config_tree_of(config)->accounts.items;
    const wb_connector *connector = wb_config_connector_of(config, index);

    wb_buf_init(out, WB_CONFIG_MAX);
    if (!connector || !connector->queue || !wb_config_options_of(config, index))
        return;
    for (const wb_stream *stream = connector->streams; stream && stream->name; stream++)
        if (!out->len && wb_config_reads(&accounts[index], stream))
            connector->queue(wb_config_options_of(config, index), stream, out);
}

/* What one of them takes the other does not get, and each is refused the other's records. */
void
wb_config_check_queues(const wb_config *config, wb_problems *problems)
{
    const wb_option_list *list = &wb_config_tree_of(config)->accounts;
    const wb_account_conf *accounts = list->items;
    WB_AUTO(wb_map_destroy) wb_map *taken = wb_map_new(); /* queue -> wb_account_conf */

    for (size_t i = 0; i < list->count; i++) {
        WB_AUTO(wb_buf_fini) wb_buf queue = {0};
        const wb_account_conf *other;
        char place[WB_SPOT_SIZE];

        queue_of(config, i, &queue);
        if (!queue.len)
            continue;
        other = wb_map_find(taken, wb_buf_view(&queue));
        if (other)
            wb_problems_add(problems, accounts[i].at,
                            "accounts.%.64s: takes from the same queue as '%.64s' in %s: each "
                            "would delete what is the other's",
                            accounts[i].name, other->name,
                            wb_spot_text(place, other->at, accounts[i].at));
        else
            (void)wb_map_put(taken, wb_buf_view(&queue), (wb_account_conf *)list->items + i);
    }
}
