/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lingxing_kit - what the tests of this connector share: an account with one shop, official answers
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_LINGXING_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_LINGXING_KIT_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/unit/suite.h"

#define OFFICIAL WB_SOURCE_DIR "/../shared/fixtures/lingxing/"

static inline lingxing_options *
options_of(kit *self)
{
    return self->options;
}

static inline lingxing_store *
store_at(kit *self, size_t at)
{
    return (lingxing_store *)options_of(self)->stores.items + at;
}

/* Account "a" of tenant "t" has the shop "a". */
static inline void
begin(kit *self)
{
    kit_init(self, kit_connector("lingxing"));
    kit_lists(self);
    kit_text(&store_at(self, 0)->store_id, "a");
    kit_text(&options_of(self)->url, "https://erp.example/");
    kit_text(&options_of(self)->app_id, "ak_TestOnlyKey01");
    self->call.from_utc_us = KIT_NOW_US - INT64_C(3600000000);
    self->call.to_utc_us = KIT_NOW_US;
}

/* One more shop, of account "b". */
static inline void
add_store(kit *self)
{
    wb_option_list *list = &options_of(self)->stores;

    list->items = wb_realloc(list->items, (list->count + 1) * sizeof(lingxing_store));
    *store_at(self, list->count) = (lingxing_store){.account = wb_text_dup("b"),
                                                    .store_id = wb_text_dup("222"),
                                                    .platform_code = wb_text_dup("10009")};
    list->count++;
}

/* An official answer, by its name or a pattern; NULL = they are not there, which is told. */
static inline char *
official(const char *name, wb_view *out)
{
    char path[512], *bytes = NULL;
    size_t len = 0;
    glob_t found;

    snprintf(path, sizeof path, OFFICIAL "%s", name);
    if (!glob(path, 0, NULL, &found)) {
        bytes = kit_file(found.gl_pathv[0], &len);
        globfree(&found);
    }
    if (!bytes)
        printf("skipped: the vendor's answers are not at ../shared/fixtures/lingxing\n");
    *out = (wb_view){bytes, len};
    return bytes;
}

/* Of what was built. */
static inline void
has_part(kit *it, const char *part)
{
    ck_assert_msg(kit_has(wb_buf_view(&it->request.body), part), "%s in %s", part,
                  wb_buf_text(&it->request.body));
}

#endif
