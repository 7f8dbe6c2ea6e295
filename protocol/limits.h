/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits - every size that a stranger chooses has a name here, and is refused at the door
 */
#ifndef WB_PROTOCOL_LIMITS_H
#define WB_PROTOCOL_LIMITS_H

/* names */
#define WB_TENANT_MAX 32
#define WB_ACCOUNT_MAX 64
#define WB_TARGET_MAX 64
#define WB_CONNECTOR_MAX 32
#define WB_EXTERNAL_ID_MAX 255
#define WB_INSTANCE_MAX 64
#define WB_STREAM_MAX 64
#define WB_SHOP_ID_MAX ((INT64_C(1) << 53) - 1) /* exact in any JSON reader */
#define WB_NOTICE_TYPE_MAX 64                   /* what a notice announces, in its source's word */
#define WB_REMOTE_ID_MAX 255                    /* a target's own id; a longer one is not kept */
#define WB_TICKET_MAX 255 /* of work that a target accepted and has not done yet */
#define WB_REASON_MAX 511 /* of a mark */
#define WB_ENDPOINT_MAX 255
#define WB_SOURCE_TARGETS_MAX 256 /* that the routes of one account lead to */
/* tenant/account, percent-encoded */
#define WB_ACCOUNT_KEY_MAX (3 * (WB_TENANT_MAX + WB_ACCOUNT_MAX) + 1)
/* tenant/account/kind/external-id, percent-encoded (three bytes for one at worst) */
#define WB_KEY_MAX (3 * (WB_TENANT_MAX + WB_ACCOUNT_MAX + WB_EXTERNAL_ID_MAX) + 16)

/* messages */
#define WB_HEADER_MAX 8192            /* an envelope's header frame */
#define WB_BODY_MAX (8 * 1024 * 1024) /* its body frame, and an answer's body */
#define WB_HOPS_MAX 12
/* Bodies under way: of one account to a stage, and of all; each may have one message all the same.
 */
#define WB_WINDOW_BYTES_MAX (32 * 1024 * 1024)
#define WB_WINDOWS_BYTES_MAX (128 * 1024 * 1024)
#define WB_PACK_DEPTH_MAX 16
#define WB_PACK_ELEMENTS_MAX 100000

/* documents */
#define WB_NOTICE_MAX (1024 * 1024)    /* one notification body (SQS: 1 MiB) */
#define WB_JSON_MAX (64 * 1024 * 1024) /* bytes of one JSON text */
#define WB_JSON_DEPTH_MAX 64
#define WB_JSON_NODES_MAX 1000000  /* its values and keys together */
#define WB_ANSWER_NAMES_MAX 512    /* bytes: names of the fields of one record that were left out */
#define WB_ORDER_MAX (1024 * 1024) /* one canonical order */
#define WB_ORDER_LINES_MAX 2000
#define WB_RECORD_LIST_MAX 2000       /* items of any list of a canonical record */
#define WB_RECORD_ELEMENTS_MAX 200000 /* msgpack values in one canonical record */
#define WB_CONFIG_MAX (1024 * 1024)   /* one file */
#define WB_CONFIG_DEPTH_MAX 32
#define WB_CONFIG_INCLUDE_MAX 8  /* files that include each other */
#define WB_CONFIG_FILES_MAX 1000 /* of one configuration */
#define WB_CONFIG_ALL_MAX (16 * 1024 * 1024)
#define WB_TABLES_MAX 64                /* of a configuration */
#define WB_TABLE_MAX (64 * 1024 * 1024) /* bytes of one file */
#define WB_TABLES_ALL_MAX (128 * 1024 * 1024)
#define WB_TABLE_ROWS_MAX 1000000
#define WB_TABLE_COLUMNS_MAX 64
#define WB_TABLE_NAME_MAX 64 /* of a table, and of a column */
#define WB_TABLE_CELL_MAX 4096

/* large answers, in files */
#define WB_SPOOL_FILE_MAX                                                                          \
    (INT64_C(1) << 30)                        /* one of them, unpacked, unless its connector says  \
                                               */
#define WB_SPOOL_BYTES_MAX (INT64_C(4) << 30) /* all of a process */
#define WB_PIECE_MIN (256 * 1024)             /* of one is read at a time ... */
#define WB_PIECE_MAX WB_BODY_MAX              /* ... and at most, for one element that is longer */

/* HTTP */
#define WB_URL_MAX 8192
#define WB_HTTP_HEADER_MAX 16384

/* A time that is further ahead of its vendor's clock than this is nobody's clock. */
#define WB_CLOCK_AHEAD_MAX_US INT64_C(300000000)

/* shards of a stage; part of the deployment */
#define WB_SHARDS_MAX 1024
#define WB_SHARDS_DEFAULT 64

#endif
