/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_format FOLDER DEPLOYMENT NUMBER - makes a store say that it has that format
 */
#include <stdio.h>
#include <stdlib.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/store.h"

static wb_rc
set_format(wb_store *store, uint64_t number, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    const char value[4] = {(char)(number >> 24), (char)(number >> 16), (char)(number >> 8),
                           (char)number};
    wb_rc rc = wb_txn_begin(&txn, store, true, err);

    rc =
        rc ? rc
           : wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("format"), (wb_view){value, sizeof value}, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

int
main(int argc, char **argv)
{
    WB_AUTO(wb_store_close) wb_store *store = NULL;
    wb_store_conf conf;
    uint64_t number = 0;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    if (argc != 4 || wb_text_uint(&number, wb_view_of(argv[3]), &err))
        return EXIT_FAILURE;
    conf.path = argv[1];
    conf.deployment = argv[2];
    if (!wb_store_open(&store, &conf, &err) && !set_format(store, number, &err))
        return EXIT_SUCCESS;
    fprintf(stderr, "%s\n", err.text);
    return EXIT_FAILURE;
}
