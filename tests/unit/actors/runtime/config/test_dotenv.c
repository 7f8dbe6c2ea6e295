/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

static char path[] = "/tmp/wb-dotenv-XXXXXX";

static void
write_lines(const char *text)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static const char *const all_of_them[] = {
    "SP_API_CLIENT_ID",      "AMAZON_CLIENT_ID",     "SP_API_CLIENT_SECRET",
    "AMAZON_CLIENT_SECRET",  "AWS_REGION",           "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "SP_API_REFRESH_TOKEN", "ERP_WEBHOOK_URL",
    "ERP_WEBHOOK_SECRET",    "AMAZON_REFRESH_TOKEN", "SQS_QUEUE_URL",
    "AWS_SESSION_TOKEN",     "AWS_ENDPOINT_URL_SQS", "SP_API_ENDPOINT",
    "WAYBILL_STATE",         "LWA_ENDPOINT",         "SPACED",
};

static void
forget(void)
{
    for (size_t i = 0; i < WB_COUNT(all_of_them); i++)
        (void)unsetenv(all_of_them[i]);
}

START_TEST(every_missing_variable_at_once)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    forget();
    wb_buf_init(&out, 8192);
    write_lines("AWS_REGION=eu-west-1\nAMAZON_CLIENT_ID=a\n");
    ck_assert_int_eq(WB_FATAL, wb_config_from_env(&out, path, &err));
    ck_assert_str_eq(err.text, "environment variables not set: SP_API_CLIENT_SECRET (or "
                               "AMAZON_CLIENT_SECRET), SP_API_REFRESH_TOKEN (or "
                               "AMAZON_REFRESH_TOKEN), SQS_QUEUE_URL, AWS_ACCESS_KEY_ID, "
                               "AWS_SECRET_ACCESS_KEY");
}
END_TEST

static const char source[] = "SP_API_CLIENT_ID=i\nSP_API_CLIENT_SECRET=s\nSP_API_REFRESH_TOKEN=r\n"
                             "SQS_QUEUE_URL=http://q/1\nAWS_REGION=us-east-1\n"
                             "AWS_ACCESS_KEY_ID=k\nAWS_SECRET_ACCESS_KEY=s\n";

START_TEST(a_person_wants_to_see_orders_before_there_is_a_target)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    forget();
    wb_buf_init(&out, 8192);
    write_lines(source);
    ck_assert_msg(!wb_config_from_env(&out, path, &err), "%s", err.text);
    ck_assert_msg(!wb_config_parse(&config, wb_buf_view(&out), "/tmp", wb_connectors, NULL, &err),
                  "%s", err.text);
    ck_assert_uint_eq(wb_config_tree_of(config)->accounts.count, 1);
    ck_assert_uint_eq(wb_config_tree_of(config)->routes.count, 0);
}
END_TEST

START_TEST(a_targets_secret_without_its_url_is_told)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    forget();
    wb_buf_init(&out, 8192);
    (void)setenv("ERP_WEBHOOK_SECRET", "s", 1);
    write_lines(source);
    ck_assert_int_eq(WB_FATAL, wb_config_from_env(&out, path, &err));
    ck_assert_str_eq(err.text, "environment variables not set: ERP_WEBHOOK_URL");
}
END_TEST

START_TEST(references_not_values)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};
    const char *text;

    forget();
    wb_buf_init(&out, 8192);
    (void)setenv("ERP_WEBHOOK_URL", "http://kept/", 1);
    (void)setenv("SQS_QUEUE_URL", "", 1); /* as a container's empty variable */
    write_lines("\xEF\xBB\xBF# a comment\n\nexport AMAZON_CLIENT_ID=id-1 # why\n"
                "SP_API_CLIENT_SECRET='a # b'\nSP_API_REFRESH_TOKEN=\"q\\\"\\n\"  # c\n"
                "SQS_QUEUE_URL=http://q/1#frag\nAWS_REGION= eu-west-1 \r\n"
                "AWS_ACCESS_KEY_ID=k\nAWS_SECRET_ACCESS_KEY=s\nERP_WEBHOOK_URL=http://lost/\n"
                "LWA_ENDPOINT=\nSPACED=\n");
    ck_assert_msg(!wb_config_from_env(&out, path, &err), "%s", err.text);
    ck_assert_str_eq(getenv("AMAZON_CLIENT_ID"), "id-1");
    ck_assert_str_eq(getenv("SP_API_CLIENT_SECRET"), "a # b");
    ck_assert_str_eq(getenv("SP_API_REFRESH_TOKEN"), "q\"\n");
    ck_assert_str_eq(getenv("SQS_QUEUE_URL"), "http://q/1#frag");
    ck_assert_str_eq(getenv("AWS_REGION"), "eu-west-1");
    ck_assert_str_eq(getenv("ERP_WEBHOOK_URL"), "http://kept/");
    text = wb_buf_text(&out);
    ck_assert_ptr_nonnull(strstr(text, "client_id: ${env:AMAZON_CLIENT_ID}\n"));
    ck_assert_ptr_nonnull(strstr(text, "aws_region: ${env:AWS_REGION}\n"));
    ck_assert_ptr_null(strstr(text, "lwa_endpoint")); /* set, but to nothing */
    ck_assert_ptr_null(strstr(text, "a # b"));
}
END_TEST

static const struct {
    const char *text, *word;
} bads[] = {
    {"A=1\nB\n",    "line 2: not NAME=value"        },
    {"1A=2\n",      "line 1: not NAME=value"        },
    {"A = 2\n",     "line 1: not NAME=value"        },
    {"A='x\n",      "line 1: the quote does not end"},
    {"\nA='x' y\n", "line 2: something follows"     },
};

START_TEST(refused)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    forget();
    wb_buf_init(&out, 8192);
    write_lines(bads[_i].text);
    ck_assert_int_eq(WB_FATAL, wb_config_from_env(&out, path, &err));
    ck_assert_msg(strstr(err.text, bads[_i].word) != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {every_missing_variable_at_once,                        0                  },
        {references_not_values,                                 0                  },
        {a_person_wants_to_see_orders_before_there_is_a_target, 0                  },
        {a_targets_secret_without_its_url_is_told,              0                  },
        {refused,                                               (int)WB_COUNT(bads)},
        {NULL,                                                  0                  },
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    wb_fd_close(&fd);

    failed = wb_suite_run("dotenv", rows);
    (void)unlink(path);
    return failed;
}
