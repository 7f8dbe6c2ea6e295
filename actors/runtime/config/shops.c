/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shops - the numbers by which the HTTP API names accounts
 */
#include <stdio.h>

#include "actors/runtime/config/rows.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"

/* Who asks for one of two shops would get the other's. */
void
wb_config_check_shops(const wb_config *config, wb_problems *problems)
{
    const wb_option_list *list = &wb_config_tree_of(config)->accounts;
    wb_account_conf *accounts = list->items;
    WB_AUTO(wb_map_destroy) wb_map *known = wb_map_new(); /* "number tenant" -> wb_account_conf */

    for (size_t i = 0; i < list->count; i++) {
        const wb_account_conf *other;
        char name[128], place[WB_SPOT_SIZE];

        if (!accounts[i].shop_id || !accounts[i].tenant)
            continue;
        (void)snprintf(name, sizeof name, "%lld %.64s", (long long)accounts[i].shop_id,
                       accounts[i].tenant);
        other = wb_map_find(known, wb_view_of(name));
        if (other)
            wb_problems_add(problems, accounts[i].at,
                            "accounts.%.64s: '%.64s' in %s has the shop_id %lld as well: give each "
                            "shop of a tenant its own",
                            accounts[i].name, other->name,
                            wb_spot_text(place, other->at, accounts[i].at),
                            (long long)accounts[i].shop_id);
        else
            wb_map_put(known, wb_view_of(name), &accounts[i]);
    }
}
