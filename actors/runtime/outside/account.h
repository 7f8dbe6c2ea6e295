/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - one set of credentials at one outside system, as a process sees it while it runs
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_ACCOUNT_H
#define WB_ACTORS_RUNTIME_OUTSIDE_ACCOUNT_H

#include "actors/runtime/config/config.h"

#define WB_ACCOUNT_PAUSED "paused" /* by the configuration: the reason */

typedef struct wb_account {
    char key[WB_ACCOUNT_KEY_MAX + 1]; /* "tenant/account", encoded */
    wb_view key_view;
    wb_view tenant, name;
    const wb_connector *connector;
    const void *options;
    const wb_account_conf *conf;
    uint16_t shard;   /* of account stages: wb_shard_of(key) */
    bool suspended;   /* stopped on refused credentials, or paused */
    bool guarded;     /* paused, and who has its work asks for what was released alone */
    char reason[200]; /* why */
    char suspect[WB_KEY_MAX + 1]; /* the record whose call was refused first; "" = none */
    int64_t since_utc_us;
    int64_t clock_offset_us; /* the vendor's clock minus ours, by its Date; 0 until told */
    wb_names *names;         /* that its question told (learn.h); NULL = it was not asked */
    char names_error[120];   /* why it could not be asked lately; "" = it could */
    void *user;              /* the actor's own */
} wb_account;

typedef struct wb_accounts wb_accounts;

wb_accounts *wb_accounts_new(const wb_config *config);
void wb_accounts_destroy(wb_accounts **self_p);
size_t wb_accounts_count(const wb_accounts *self);
wb_account *wb_accounts_at(wb_accounts *self, size_t index);
wb_account *wb_accounts_find(wb_accounts *self, wb_view key); /* by "tenant/account"; NULL = none */
wb_account *wb_accounts_find_name(wb_accounts *self, wb_view name); /* of the configuration */

#endif
