/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs_errors - every way SQS says no
 *
 * The code is in X-Amzn-ErrorType, else in "__type", else in "code", as
 * "com.amazonaws.sqs#QueueDoesNotExist:..." at its longest. A body that cannot be parsed (XML, HTML
 * of a proxy) is judged by its status.
 */
#include "actors/connectors/amazon/amazon.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define SLOWLY_MS 5000 /* too much in flight, or throttled: SQS names no time */

typedef struct {
    const char *code;
    wb_rc rc;
    bool slowly;
    const char *why;
} sqs_error;

static const sqs_error errors[] = {
    {"AccessDenied",                        WB_SUSPEND, false, "AWS refuses access"               },
    {"AccessDeniedException",               WB_SUSPEND, false, "AWS refuses access"               },
    {"ExpiredToken",                        WB_SUSPEND, false, "the AWS session token has expired"},
    {"ExpiredTokenException",               WB_SUSPEND, false, "the AWS session token has expired"},
    {"IncompleteSignature",                 WB_SUSPEND, false, "AWS refuses the signature"        },
    {"IncompleteSignatureException",        WB_SUSPEND, false, "AWS refuses the signature"        },
    {"InternalError",                       WB_RETRY,   false, "SQS failed"                       },
    {"InternalFailure",                     WB_RETRY,   false, "SQS failed"                       },
    {"InvalidAccessKeyId",                  WB_SUSPEND, false, "AWS does not know the access key" },
    {"InvalidClientTokenId",                WB_SUSPEND, false, "AWS does not know the access key" },
    {"InvalidSignatureException",           WB_SUSPEND, false, "AWS refuses the signature"        },
    {"KmsThrottled",                        WB_RETRY,   true,  "throttled"                        },
    {"MissingAuthenticationToken",          WB_SUSPEND, false, "AWS refuses the signature"        },
    {"MissingAuthenticationTokenException", WB_SUSPEND, false, "AWS refuses the signature"        },
    {"OptInRequired",                       WB_SUSPEND, false, "AWS refuses access"               },
    {"OverLimit",                           WB_RETRY,   true,  "too many messages are in flight"  },
    {"RequestExpired",                      WB_RETRY,   false, "the clock differs from AWS's"     },
    {"RequestThrottled",                    WB_RETRY,   true,  "throttled"                        },
    {"RequestTimeTooSkewed",                WB_RETRY,   false, "the clock differs from AWS's"     },
    {"ServiceUnavailable",                  WB_RETRY,   false, "SQS is not available"             },
    {"SignatureDoesNotMatch",               WB_SUSPEND, false, "AWS refuses the signature"        },
    {"Throttling",                          WB_RETRY,   true,  "throttled"                        },
    {"ThrottlingException",                 WB_RETRY,   true,  "throttled"                        },
    {"TooManyRequestsException",            WB_RETRY,   true,  "throttled"                        },
    {"UnrecognizedClientException",         WB_SUSPEND, false, "AWS does not know the access key" },
};

/* "com.amazonaws.sqs#QueueDoesNotExist:http://..." -> "QueueDoesNotExist" */
static wb_view
bare_code(wb_view text)
{
    const char *mark = text.len ? memchr(text.data, '#', text.len) : NULL;
    const char *colon;

    if (mark)
        text = (wb_view){mark + 1, text.len - (size_t)(mark + 1 - text.data)};
    colon = text.len ? memchr(text.data, ':', text.len) : NULL;
    if (colon)
        text.len = (size_t)(colon - text.data);
    return text;
}

static void
read_error(wb_json *json, const wb_response *resp, wb_view *code, wb_view *message)
{
    static const char *const names[] = {"__type", "code"};
    wb_view header = wb_response_header(resp, "x-amzn-errortype");

    *code = *message = (wb_view){NULL, 0};
    if (wb_json_parse_answer(json, resp->body, NULL) == WB_OK) {
        for (size_t i = 0; !code->len && i < WB_COUNT(names); i++)
            wb_ignore(wb_json_text(json, wb_json_get(json, 0, names[i]), code, "code", NULL),
                      "then the status decides");
        wb_answer_text(json, wb_json_get_nocase(json, 0, "message"), message, "message");
    }
    if (header.len)
        *code = header;
    *code = bare_code(*code);
}

/* Old and new services say it in words; and the answer's own Date proves it. */
static bool
clock_skew(const wb_response *resp, wb_view message)
{
    static const char *const words[] = {"Signature expired", "Signature not yet current",
                                        "not yet valid"};
    wb_view date = wb_response_header(resp, "date");
    int64_t told = 0;

    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (message.len && memmem(message.data, message.len, words[i], strlen(words[i])))
            return true;
    if (!date.len || !resp->sent_utc_us || wb_time_parse_http(&told, date, NULL))
        return false;
    told -= resp->sent_utc_us;
    return told > AMAZON_SKEW_MS * WB_US_PER_MS || told < -AMAZON_SKEW_MS * WB_US_PER_MS;
}

static wb_rc
by_status(int status)
{
    if (status == 401 || status == 403)
        return WB_SUSPEND;
    if (status < 400 || status == 408 || status == 429 || status >= 500)
        return WB_RETRY;
    return WB_REJECT; /* a setting is wrong: the queue, its key, its policy */
}

wb_rc
amazon_sqs_refusal(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_view code, message;
    char word[64], id[96];
    const char *why = "refused";
    bool slowly = resp->status == 429;
    wb_rc rc = by_status(resp->status);

    read_error(call->json, resp, &code, &message);
    for (size_t i = 0; i < WB_COUNT(errors); i++)
        if (wb_view_is(code, errors[i].code)) {
            rc = errors[i].rc;
            slowly = errors[i].slowly;
            why = errors[i].why;
        }
    if (rc == WB_SUSPEND && clock_skew(resp, message)) {
        rc = WB_RETRY; /* signed again by the corrected clock it is accepted */
        why = "the clock differs from AWS's";
    }
    out->throttled = slowly;
    out->retry_ms = wb_response_retry_ms(resp, call->now_utc_us);
    if (!out->retry_ms && slowly)
        out->retry_ms = SLOWLY_MS;
    wb_text_tame(word, sizeof word, code);
    amazon_request_id(resp, id, sizeof id);
    return wb_fail(err, rc, "%s: %s (HTTP %d%s%s%s)", call->op->name, why, resp->status,
                   *word ? ", " : "", word, id);
}
