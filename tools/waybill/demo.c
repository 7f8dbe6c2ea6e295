/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - one account for each simulated seller, one webhook, one route
 */
#include "tools/waybill/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tools/waybill/client.h"
#include "tools/waybill/state.h"

/* Settings of an account, and what /sim/accounts calls them. */
static const struct {
    const char *key, *member;
} secrets[] = {
    {"client_id",             "client_id"    },
    {"client_secret",         "client_secret"},
    {"refresh_token",         "refresh_token"},
    {"aws_access_key_id",     "access_key"   },
    {"aws_secret_access_key", "secret_key"   },
    {"aws_session_token",     "session_token"},
};

static wb_rc
put_secret(wb_buf *out, size_t number, size_t row, wb_json *json, wb_json_ref seller, wb_err *err)
{
    char name[64], value[256];

    (void)snprintf(name, sizeof name, "WAYBILL_SIM_%zu_%s", number, secrets[row].member);
    wb_read_text(json, seller, secrets[row].member, value, sizeof value);
    if (!value[0])
        return WB_OK;
    if (setenv(name, value, 1))
        return wb_fail(err, WB_FATAL, "setenv: %s", strerror(errno));
    wb_buf_addf(out, "      %s: ${env:%s}\n", secrets[row].key, name);
    return WB_OK;
}

static wb_rc
put_seller(wb_buf *out, size_t number, int port, wb_json *json, wb_json_ref seller, wb_err *err)
{
    char queue[64];
    wb_rc rc = WB_OK;

    wb_read_text(json, seller, "queue", queue, sizeof queue);
    wb_buf_addf(out,
                "  shop%zu:\n    connector: amazon\n    options:\n"
                "      aws_region: us-east-1\n"
                "      endpoint: http://127.0.0.1:%d\n"
                "      lwa_endpoint: http://127.0.0.1:%d/auth/o2/token\n"
                "      sqs_endpoint: http://127.0.0.1:%d\n"
                "      visibility: 30s\n"
                "      queue_url: http://127.0.0.1:%d/000000000000/%s\n",
                number, port, port, port, port, queue);
    for (size_t row = 0; !rc && row < WB_COUNT(secrets); row++)
        rc = put_secret(out, number, row, json, seller, err);
    return rc;
}

wb_rc
wb_demo_write(char *path, size_t size, const char *folder, int port, const wb_demo_counts *counts,
              wb_json *json, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_ref seller;
    size_t number = 0;
    wb_rc rc = WB_OK;

    wb_buf_init(&text, WB_CONFIG_MAX);
    wb_buf_addf(&text,
                "# the built-in configuration, against the simulator\nstate: .\n"
                "intake_free_bytes: 256MiB # to be tried on any machine\n"
                "calls_free_bytes: 128MiB\n"
                "stages: {poller: %lld, enricher: %lld, mapper: %lld, pusher: %lld}\naccounts:\n",
                (long long)counts->pollers, (long long)counts->enrichers,
                (long long)counts->mappers, (long long)counts->pushers);
    seller = wb_json_first(json, wb_json_get(json, 0, "accounts"));
    for (; !rc && seller != WB_JSON_NONE; seller = wb_json_next(json, seller))
        rc = put_seller(&text, ++number, port, json, seller, err);
    wb_buf_addf(&text,
                "  erp:\n    connector: webhook\n    options:\n"
                "      url: http://127.0.0.1:%d/erp/main\n"
                "      secret: ${env:WAYBILL_SIM_ERP_SECRET}\n"
                "routes:\n  - {from: \"*\", kind: order, to: erp}\n",
                port);
    if (!rc && setenv("WAYBILL_SIM_ERP_SECRET", WB_DEMO_ERP_SECRET, 1))
        rc = wb_fail(err, WB_FATAL, "setenv: %s", strerror(errno));
    if (!rc)
        rc = wb_buf_check(&text, "the configuration", err);
    if (rc)
        return rc;
    if (snprintf(path, size, "%s/waybill.yaml", folder) >= (int)size)
        return wb_fail(err, WB_FATAL, "the path of the state folder is too long");
    if (wb_state_write(path, wb_buf_text(&text)))
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
    return WB_OK;
}
