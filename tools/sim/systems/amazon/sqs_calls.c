/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs_calls - a request to the queue service: which operation it is, of which queue
 *
 * The JSON protocol: POST /, the operation in X-Amz-Target, the queue in the body.
 */
#include "tools/sim/systems/amazon/inside.h"

#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/sign.h"

#include <string.h>

#define TARGET "AmazonSQS."

static const struct {
    const char *name;
    int op;
    bool named; /* works on a queue that the body names */
    void (*run)(const wb_sim_sqs_call *call);
} operations[] = {
    {"ReceiveMessage",               WB_SIM_OP_RECEIVE,          true,  wb_sim_sqs_receive         },
    {"DeleteMessage",                WB_SIM_OP_DELETE,           true,  wb_sim_sqs_delete          },
    {"DeleteMessageBatch",           WB_SIM_OP_DELETE_BATCH,     true,  wb_sim_sqs_delete_batch    },
    {"ChangeMessageVisibility",      WB_SIM_OP_VISIBILITY,       true,  wb_sim_sqs_visibility      },
    {"ChangeMessageVisibilityBatch", WB_SIM_OP_VISIBILITY_BATCH, true,  wb_sim_sqs_visibility_batch},
    {"SendMessage",                  WB_SIM_OP_SEND,             true,  wb_sim_sqs_send            },
    {"CreateQueue",                  WB_SIM_OP_CREATE,           false, wb_sim_sqs_create          },
    {"SetQueueAttributes",           WB_SIM_OP_SET,              true,  wb_sim_sqs_set             },
    {"GetQueueAttributes",           WB_SIM_OP_ATTRIBUTES,       true,  wb_sim_sqs_attributes      },
    {"GetQueueUrl",                  WB_SIM_OP_URL,              false, wb_sim_sqs_url             },
};

/* The queue that the body names: by the last part of its URL. */
static bool
call_queue(wb_sim_sqs_call *call)
{
    wb_json *json = call->visit->sim->json;
    wb_view url = {NULL, 0};

    if (wb_json_text(json, wb_json_get(json, 0, "QueueUrl"), &url, "QueueUrl", NULL) || !url.len) {
        wb_sim_sqs_refuse(call, "MissingParameter", "QueueUrl");
        return false;
    }
    const char *slash = memrchr(url.data, '/', url.len);
    wb_view name = slash ? (wb_view){slash + 1, url.len - (size_t)(slash + 1 - url.data)} : url;
    call->queue = wb_sim_sqs_find(wb_sim_amazon_of(call->visit)->sqs, name);
    if (call->queue)
        return true;
    wb_sim_sqs_refuse(call, "QueueDoesNotExist", "The specified queue does not exist.");
    return false;
}

static void
call_run(wb_sim_sqs_call *call, size_t index)
{
    wb_sim_visit *visit = call->visit;
    wb_sim *sim = visit->sim;
    wb_sim_sign_fault wrong = {NULL, ""};

    if (wb_sim_begin(visit, operations[index].op))
        return;
    if (sim->conf.auth)
        wb_sim_sign_check(wb_sim_amazon_of(visit), visit->request, &sim->scratch, &wrong);
    if (wrong.code) {
        sim->unauthorized++;
        wb_sim_refuse(visit, 403, wrong.code, wrong.message);
        return;
    }
    if (wb_json_parse(sim->json, visit->request->body, NULL)) {
        wb_sim_sqs_refuse(call, "SerializationException", "the body is not JSON");
        return;
    }
    if (!operations[index].named || call_queue(call))
        operations[index].run(call);
}

void
wb_sim_on_sqs(wb_sim_visit *visit)
{
    wb_sim_sqs_call call = {.visit = visit};
    wb_view target = wb_sim_request_header(visit->request, "x-amz-target");

    if (target.len > sizeof TARGET - 1 && !memcmp(target.data, TARGET, sizeof TARGET - 1)) {
        target.data += sizeof TARGET - 1;
        target.len -= sizeof TARGET - 1;
        for (size_t i = 0; i < WB_COUNT(operations); i++)
            if (wb_view_is(target, operations[i].name)) {
                call_run(&call, i);
                return;
            }
    }
    wb_sim_sqs_refuse(&call, "UnsupportedOperation", "the operation is not known here");
}
