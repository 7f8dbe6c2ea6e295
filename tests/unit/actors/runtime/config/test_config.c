/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/connectors/webhook/webhook.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

static const wb_stream streams[] = {
    {.name = "orders.queue",          .mode = WB_STREAM_QUEUE, .record_kind = WB_RECORD_ORDER},
    {.name = "orders.list",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .cron = "0 3 * * *"},
    {.name = "stock",           .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_INVENTORY, .optional = true},
    {.name = NULL },
};
static const wb_connector shop = {.name = "shop", .summary = "a test's shop", .streams = streams};
static const wb_connector *const connectors[] = {&shop, &wb_connector_webhook, NULL};

static wb_rc
parse(wb_config **out, const char *yaml, wb_problems *problems, wb_err *err)
{
    return wb_config_parse(out, wb_view_of(yaml), "/base", connectors, problems, err);
}

/* One configuration; each test looks at a part of it. */
static const char whole[] = "deployment: here\n"
                            "state: remembered\n"
                            "shards: 8\n"
                            "stages: {mapper: 2}\n"
                            "drain_ms: 20s\n"
                            "map_bytes: 1GiB\n"
                            "brokers: ['tcp://a:1', 'tcp://b:1']\n"
                            "accounts:\n"
                            "  s1:\n"
                            "    connector: shop\n"
                            "    attempts_max: 3\n"
                            "    streams:\n"
                            "      orders.list: {cron: '*/5 * * * *', zone: Europe/Berlin}\n"
                            "      orders.queue:\n"
                            "  erp:\n"
                            "    tenant: t2\n"
                            "    connector: webhook\n"
                            "    options:\n"
                            "      url: http://${env:WB_TEST_HOST}/x$${y}\n"
                            "      secret: ${env:WB_TEST_SECRET}\n"
                            "      after_unknown: park\n"
                            "routes:\n"
                            "  - {from: s1, to: erp}\n";

static wb_config *
read_whole(void)
{
    wb_config *config = NULL;
    wb_err err = {0};

    (void)setenv("WB_TEST_HOST", "erp.example", 1);
    (void)setenv("WB_TEST_SECRET", "s3cret", 1);
    ck_assert_msg(!parse(&config, whole, NULL, &err), "%s", err.text);
    return config;
}

START_TEST(reads_settings_and_lists)
{
    WB_AUTO(wb_config_destroy) wb_config *config = read_whole();
    const wb_config_tree *tree = wb_config_tree_of(config);

    ck_assert_str_eq(tree->deployment, "here");
    ck_assert_str_eq(tree->state, "/base/remembered");
    ck_assert_int_eq(tree->shards, 8);
    ck_assert_int_eq(tree->stages.mapper, 2);
    ck_assert_int_eq(tree->stages.poller, 1);
    ck_assert_int_eq(tree->drain_ms, 20000);
    ck_assert_int_eq(tree->commit_ms, 2);
    ck_assert_int_eq(tree->map_bytes, INT64_C(1) << 30);
    ck_assert_str_eq(tree->master_key, "");
    ck_assert_ptr_null(tree->ca_file);
    ck_assert_uint_eq(tree->brokers.count, 2);
    ck_assert_str_eq(((char **)tree->brokers.items)[1], "tcp://b:1");
}
END_TEST

START_TEST(reads_accounts_streams_and_routes)
{
    WB_AUTO(wb_config_destroy) wb_config *config = read_whole();
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts;
    const wb_stream_conf *stream;
    const wb_route_conf *route;

    ck_assert_uint_eq(tree->accounts.count, 2);
    accounts = tree->accounts.items;
    ck_assert_str_eq(accounts[0].name, "s1");
    ck_assert_str_eq(accounts[0].tenant, "default");
    ck_assert_int_eq(accounts[0].attempts_max, 3);
    ck_assert_int_eq(accounts[0].at.line, 9);
    ck_assert_uint_eq(accounts[0].streams.count, 2);
    stream = accounts[0].streams.items;
    ck_assert_str_eq(stream[0].name, "orders.list");
    ck_assert_str_eq(stream[0].zone, "Europe/Berlin");
    ck_assert(stream[1].enabled);
    ck_assert_str_eq(stream[1].cron, "");
    ck_assert_int_eq(stream[1].first_ms, -1);
    route = tree->routes.items;
    ck_assert_str_eq(route->kind, "order");
    ck_assert_int_eq(route->at.line, 23);
}
END_TEST

#define SELLER(name, url, more)                                                                    \
    "  " name ":\n    connector: amazon\n" more                                                    \
    "    options: {aws_region: us-east-1, queue_url: '" url "', client_id: x, "                    \
    "client_secret: '${env:WB_TEST_SECRET}', refresh_token: '${env:WB_TEST_SECRET}', "             \
    "aws_access_key_id: '${env:WB_TEST_SECRET}', aws_secret_access_key: "                          \
    "'${env:WB_TEST_SECRET}'}\n"
#define QUEUE_URL "https://sqs.us-east-1.amazonaws.com/123456789012/q"

static const struct {
    const char *label, *yaml;
    bool refused;
} queues[] = {
    {"one queue",                     "accounts:\n" SELLER("one", QUEUE_URL, "") SELLER("two",     QUEUE_URL,                                            ""),                                                true },
    {"the same one, by its old name",
     "accounts:\n" SELLER("one",                                  QUEUE_URL, "")
         SELLER("two", "https://queue.amazonaws.com/123456789012/q/",        ""),
     true                                                                                                                                                                                                         },
    {"another queue",                 "accounts:\n" SELLER("one", QUEUE_URL, "") SELLER("two",     QUEUE_URL "2",                                        ""),
     false                                                                                                                                                                                                        },
    {"another region",
     "accounts:\n" SELLER("one",                                  QUEUE_URL, "")
         SELLER("two", "https://sqs.us-east-2.amazonaws.com/123456789012/q", ""),
     false                                                                                                                                                                                                        },
    {"one of them does not read it",
     "accounts:\n" SELLER("one",                                  QUEUE_URL, "")
         SELLER("two", QUEUE_URL,                                            "    streams: {orders.queue: {enabled: false}}\n"),
     false                                                                                                                                                                                                        },
    {"without queues",                "accounts:\n" SELLER("one", "",        "") SELLER("two",     "",                                                   ""),                                                false},
};

/* Amazon sends the notifications of all sellers of an application to one destination. */
START_TEST(two_accounts_on_one_queue)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};
    wb_rc rc;

    (void)setenv("WB_TEST_SECRET", "s3cret", 1);
    rc = wb_config_parse(&config, wb_view_of(queues[_i].yaml), "/base", wb_connectors, &problems,
                         &err);
    ck_assert_msg(rc == (queues[_i].refused ? WB_FATAL : WB_OK), "%s: %s", queues[_i].label,
                  err.text);
    if (!rc)
        return;
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_int_eq(problems.rows[0].line, 5);
    ck_assert_msg(
        strstr(problems.rows[0].text, "two: takes from the same queue as 'one' in line 2"), "%s",
        problems.rows[0].text);
}
END_TEST

static const struct {
    const char *label, *streams;
    bool queue, list, stock; /* the last is an optional one */
} named[] = {
    {"none named",            "",                                                      true,  true,  false},
    {"the list alone",        "    streams: {orders.list: {interval_ms: 5s}}\n",       true,  true,  false},
    {"the queue alone",       "    streams: {orders.queue: {}}\n",                     true,  true,  false},
    {"the list switched off", "    streams: {orders.list: {enabled: false}}\n",        true,  false, false},
    {"the optional one",      "    streams: {stock: {}}\n",                            true,  true,  true },
    {"the optional one, off", "    streams: {stock: {enabled: false}}\n",              true,  true,  false},
    {"all switched off",
     "    streams: {orders.list: {enabled: false}, orders.queue: {enabled: false}}\n", false, false,
     false                                                                                                },
};

START_TEST(naming_one_stream_switches_no_other_off)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};
    const wb_account_conf *account;
    wb_err err = {0};

    wb_buf_init(&yaml, 4096);
    wb_buf_addf(&yaml, "accounts:\n  s1:\n    connector: shop\n%s", named[_i].streams);
    ck_assert_msg(!parse(&config, wb_buf_text(&yaml), NULL, &err), "%s", err.text);
    account = wb_config_tree_of(config)->accounts.items;
    ck_assert_msg(wb_config_reads(account, &streams[0]) == named[_i].queue &&
                      wb_config_reads(account, &streams[1]) == named[_i].list &&
                      wb_config_reads(account, &streams[2]) == named[_i].stock,
                  "%s", named[_i].label);
}
END_TEST

START_TEST(reads_the_options_of_a_connector)
{
    WB_AUTO(wb_config_destroy) wb_config *config = read_whole();
    const webhook_options *options;

    ck_assert_ptr_eq(wb_config_connector_of(config, 1), &wb_connector_webhook);
    options = wb_config_options_of(config, 1);
    ck_assert_str_eq(options->url, "http://erp.example/x${y}");
    ck_assert_str_eq(options->secret, "s3cret");
    ck_assert_int_eq(options->after_unknown, WB_UNKNOWN_PARK);
    ck_assert_int_eq(options->timeout, 10000);
    ck_assert_ptr_null(options->probe_url);
}
END_TEST

START_TEST(an_empty_file_is_defaults)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    wb_err err = {0};

    ck_assert_msg(!parse(&config, _i ? "" : "---\n~\n", NULL, &err), "%s", err.text);
    ck_assert_str_eq(wb_config_tree_of(config)->state, "/base/state");
    ck_assert_uint_eq(wb_config_tree_of(config)->accounts.count, 0);
}
END_TEST

#define ERP "accounts: {erp: {connector: webhook, options: {url: 'http://x/'}}}\n"

static const struct {
    const char *yaml;
    int line;
    const char *word;
} bads[] = {
    {"stat: x\n",                                                                                  1, "did you mean 'state'?"                  },
    {"zzzzzzzz: x\n",                                                                              1, "unknown key 'zzzzzzzz'"                 },
    {"state: a\nshards: 8\nstate: b\n",                                                            3, "twice (first in line 1)"                },
    {"shards: many\n",                                                                             1, "not a whole number"                     },
    {"shards: 0\n",                                                                                1, "outside 1 to 1024"                      },
    {"shards: 99999999999999999999\n",                                                             1, "not a whole number"                     },
    {"drain_ms: 5 s\n",                                                                            1, "not a duration"                         },
    {"drain_ms: 2d\n",                                                                             1, "outside 0 to 1d"                        },
    {"map_bytes: 64MB\n",                                                                          1, "not a size"                             },
    {"map_bytes: 999999999TiB\n",                                                                  1, "not a size"                             },
    {"map_bytes: 64MiB\n",                                                                         1, "outside 320MiB"                         },
    {"state: [a]\n",                                                                               1, "single value"                           },
    {"state: ''\n",                                                                                1, "must not be empty"                      },
    {"accounts: []\n",                                                                             1, "mapping of names"                       },
    {"routes: {}\n",                                                                               1, "must be a list"                         },
    {"routes: [x]\n",                                                                              1, "mapping of keys"                        },
    {"stages: {mapper: 9}\nshards: 4\n",                                                           1, "more instances"                         },
    {"ca_file: no/such.pem\n",                                                                     1, "no/such.pem cannot be read"             },
    {"intake_percent: 95\n",                                                                       1, "below calls_percent"                    },
    {"state: &a x\n",                                                                              1, "anchors"                                },
    {"state: x\ndeployment: *a\n",                                                                 2, "aliases"                                },
    {"state: !!str x\n",                                                                           1, "tags"                                   },
    {"state: x\n---\nstate: y\n",                                                                  2, "second document"                        },
    {"state: x\n  bad: [\n",                                                                       2, "not YAML"                               },
    {"- a\n",                                                                                      1, "must be a mapping"                      },
    {"{a: 1}: b\n",                                                                                1, "plain text"                             },
    {"state: \"a\\0b\"\n",                                                                         1, "NUL"                                    },
    {"state: ${env:WB_TEST_NOT_SET}\n",                                                            1, "WB_TEST_NOT_SET is not set"             },
    {"state: ${file:nowhere}\n",                                                                   1, "/base/nowhere"                          },
    {"state: ${home}\n",                                                                           1, "a reference is"                         },
    {"state: ${env:HOME\n",                                                                        1, "a reference is"                         },
    {"accounts:\n  a: {}\n",                                                                       2, "connector: is missing"                  },
    {"accounts:\n  a: {connector: webhoook}\n",                                                    2, "did you mean 'webhook'?"                },
    {"accounts:\n  a:\n    connector: webhook\n",                                                  2, "options.url: is missing"                },
    {"accounts:\n  a:\n    connector: webhook\n    options: {}\n",                                 4, "options.url: is missing"                },
    {"accounts:\n  'a*':\n    connector: shop\n",                                                  2, "and no *"                               },
    {"accounts:\n  a:\n    connector: shop\n    tenant: "
     "123456789012345678901234567890123\n",                                                   4, "1 to 32 bytes"                          },
    {"accounts:\n  a:\n    connector: shop\n    streams:\n      order.queue:\n",                   5,
     "did you mean 'orders.queue'?"                                                                                                            },
    {"accounts:\n  a:\n    connector: shop\n    streams:\n      orders.list: {cron: x}\n",         5,
     "five fields"                                                                                                                             },
    {"accounts:\n  a:\n    connector: shop\n    streams:\n      orders.list:\n"
     "        {cron: '@daily', interval_ms: 5m}\n",                                           6, "exclude each other"                     },
    {"accounts:\n  a:\n    connector: shop\n    streams:\n      orders.list: {full_cron: x}\n",    5,
     "full_cron: "                                                                                                                             },
    {"accounts:\n  a:\n    connector: shop\n    streams:\n      orders.list: {zone: Mars/Base}\n",
     5,                                                                                               "no known time zone"                     },
    {"zone: Mars/Base\n",                                                                          1, "no known time zone"                     },
    {"accounts:\n  a:\n    connector: webhook\n    options:\n      url: x\n      secret: plain\n",
     6,                                                                                               "is a secret and never stands here"      },
    {"accounts:\n  a:\n    connector: webhook\n    options: {url: ftp://x}\n",                     4,
     "accounts.a.options.url: records.push is not asked by ftp://: begin it with http:// or "
     "https://"                                                                                                                                },
    {"accounts:\n  a:\n    connector: webhook\n    options: {url: erp.example/in}\n",              4,
     "accounts.a.options.url: has no scheme: begin it with http:// or https://"                                                                },
    {"accounts:\n  a:\n    connector: webhook\n    options: {url: 'http://x/', "
     "after_unknown: pray}\n",                                                                4, "none of resend, probe, park"            },
    {ERP "routes:\n  - {from: erp, to: erp}\n",                                                    3, "no streams"                             },
    {ERP "routes:\n  - {to: erpp}\n",                                                              3, "did you mean 'erp'?"                    },
    {ERP "routes:\n  - {to: erp}\n  - {to: erp, kind: orders}\n",                                  4, "stands in line 3"                       },
    {"accounts:\n  origin: {connector: shop}\n",                                                   2, "no account is called 'origin'"          },
    {ERP "routes:\n  - {to: erp, kind: ordr}\n",                                                   3, "no kind of record"                      },
    {ERP "routes:\n  - {to: erp}\n  - {to: erp}\n",                                                4, "stands in line 3"                       },
    {"accounts:\n  a: {connector: shop, shop_id: 7}\n  b: {connector: shop, shop_id: 8}\n"
     "  c: {connector: shop, shop_id: 7}\n",                                                  4, "'a' in line 2 has the shop_id 7 as well"},
    {"accounts:\n  a: {connector: shop, shop_id: 9007199254740992}\n",                             2, "shop_id"                                },
    {"accounts: {s: {connector: shop}}\nroutes:\n  - {to: s}\n",                                   3, "only reads"                             },
};

START_TEST(refused)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    bool found = false;
    wb_err err = {0};

    ck_assert_int_eq(WB_FATAL, parse(&config, bads[_i].yaml, &problems, &err));
    ck_assert_ptr_null(config);
    ck_assert_uint_ge(problems.count, 1);
    for (size_t i = 0; i < problems.count; i++)
        found = found || (problems.rows[i].line == bads[_i].line &&
                          strstr(problems.rows[i].text, bads[_i].word) != NULL);
    ck_assert_msg(found, "%s\n-> line %d: %s", bads[_i].yaml, problems.rows[0].line,
                  problems.rows[0].text);
}
END_TEST

START_TEST(all_problems_at_once_in_order_of_lines)
{
    static const char yaml[] = "shards: x\n"
                               "accounts:\n"
                               "  a: {connector: webhook, option: {}}\n"
                               "drain_ms: y\n"
                               "nonsense: 1\n";
    static const int lines[] = {1, 3, 3, 4, 5};
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};

    ck_assert_int_eq(WB_FATAL, parse(&config, yaml, &problems, &err));
    ck_assert_uint_eq(problems.count, WB_COUNT(lines));
    for (size_t i = 0; i < problems.count; i++)
        ck_assert_int_eq(problems.rows[i].line, lines[i]);
    ck_assert_msg(strstr(err.text, "and 4 more") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "line 1: shards") != NULL, "%s", err.text);
}
END_TEST

#define ACCOUNT "accounts:\n  a:\n    connector: webhook\n    options:\n" /* four lines */

/* What is wrong with one account's options, each in its own line, and nothing for what follows from
 * something told already. */
static const struct {
    const char *yaml;
    int lines[9]; /* 0 ends them */
    const char *words[8];
} all_of[] = {
    {ACCOUNT "      url: ftp://x\n      after_unknown: probe\n      style: bare\n"
             "      batch: 2\n      rate: fast\n      headers: [no colon, 'Host: x', 'A: b']\n", {5, 6, 7, 9, 10, 10},
     {"a.options.url: records.push is not asked by ftp://", "a.options.after_unknown: probe needs",
      "a.options.style: bare carries one", "a.options.rate: a number", "a.options.headers: each is",
      "a.options.headers: 'Host'"}                                                      },
 /* beside what the table refuses: not one after the other */
    {ACCOUNT "      url: 'http://x/'\n      timeout: never\n      rate: fast\n      bach: 2\n",
     {6, 7, 8},
     {"a.options.timeout: 'never'", "a.options.rate: a number", "did you mean 'batch'?"}},
 /* what could not be read is told once, and stands for what would follow */
    {ACCOUNT "      after_unknown: probe\n      probe_url: ${env:WB_TEST_NOT_SET}\n",
     {4, 6},
     {"a.options.url: is missing", "a.options.probe_url: environment"}                  },
    {ACCOUNT "      url: [a]\n      style: bare\n      batch: many\n",
     {5, 7},
     {"a.options.url: must be a single value", "a.options.batch: 'many'"}               },
};

START_TEST(all_problems_of_an_accounts_options_at_once)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};

    ck_assert_int_eq(WB_FATAL, parse(&config, all_of[_i].yaml, &problems, &err));
    for (size_t i = 0; i < problems.count; i++) {
        ck_assert_msg(problems.rows[i].line == all_of[_i].lines[i], "%d: line %d: %s", _i,
                      problems.rows[i].line, problems.rows[i].text);
        ck_assert_msg(strstr(problems.rows[i].text, all_of[_i].words[i]) != NULL, "%d: %s", _i,
                      problems.rows[i].text);
    }
    ck_assert_msg(!all_of[_i].lines[problems.count], "%d: %zu problems, no line %d", _i,
                  problems.count, all_of[_i].lines[problems.count]);
}
END_TEST

START_TEST(a_secret_never_shows_in_a_problem)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};

    (void)setenv("WB_TEST_SECRET", "s3cret", 1);
    ck_assert_int_eq(WB_FATAL, parse(&config, "shards: ${env:WB_TEST_SECRET}\n", &problems, &err));
    ck_assert_ptr_null(strstr(problems.rows[0].text, "s3cret"));
}
END_TEST

START_TEST(depth_and_size_are_limited)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    wb_buf_init(&text, 2 * WB_CONFIG_MAX);
    for (int i = 0; i < WB_CONFIG_DEPTH_MAX + 1; i++)
        wb_buf_add_text(&text, "{a: ");
    ck_assert_int_eq(WB_FATAL, parse(&config, wb_buf_text(&text), NULL, &err));
    ck_assert_msg(strstr(err.text, "too deeply") != NULL, "%s", err.text);
    wb_buf_clear(&text);
    while (text.len <= WB_CONFIG_MAX)
        wb_buf_add_text(&text, "# a comment that makes it long\n");
    ck_assert_int_eq(WB_FATAL, parse(&config, wb_buf_text(&text), NULL, &err));
    ck_assert_msg(strstr(err.text, "larger than") != NULL, "%s", err.text);
}
END_TEST

static void
write_file(const char *path, const char *text)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(a_file_beside_the_configuration)
{
    char folder[] = "/tmp/wb-config-XXXXXX", path[64], secret[64];
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    const webhook_options *options;
    wb_err err = {0};

    ck_assert_ptr_nonnull(folder_make(folder));
    (void)snprintf(path, sizeof path, "%s/c.yaml", folder);
    (void)snprintf(secret, sizeof secret, "%s/key", folder);
    write_file(secret, "from a file\n");
    write_file(path, "accounts: {erp: {connector: webhook, options: {url: 'http://x/', "
                     "secret: '${file:key}'}}}\n");
    ck_assert_msg(!wb_config_load(&config, path, connectors, NULL, &err), "%s", err.text);
    options = wb_config_options_of(config, 0);
    ck_assert_str_eq(options->secret, "from a file");
    ck_assert_ptr_eq(strstr(wb_config_tree_of(config)->state, folder),
                     wb_config_tree_of(config)->state);
    (void)unlink(path);
    wb_config_destroy(&config);
    ck_assert_int_eq(WB_FATAL, wb_config_load(&config, path, connectors, NULL, &err));
    ck_assert_msg(strstr(err.text, "cannot be opened") != NULL, "%s", err.text);
    (void)unlink(secret);
    (void)rmdir(folder);
}
END_TEST

/* A shop whose orders go to `count` targets, `any` of them from whichever account. */
static wb_rc
parse_spread(size_t count, size_t any, wb_problems *problems, wb_err *err)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};

    wb_buf_init(&yaml, WB_CONFIG_MAX);
    wb_buf_add_text(&yaml, "accounts:\n  s1: {connector: shop}\n  s2: {connector: shop}\n");
    for (size_t i = 0; i < count; i++)
        wb_buf_addf(&yaml, "  t%zu: {connector: webhook, options: {url: 'http://t'}}\n", i);
    wb_buf_add_text(&yaml, "routes:\n  - {from: s2, to: t0}\n");
    for (size_t i = 0; i < count; i++)
        wb_buf_addf(&yaml, "  - {from: %s, to: t%zu}\n", i < any ? "'*'" : "s1", i);
    return parse(&config, wb_buf_text(&yaml), problems, err);
}

static const struct {
    size_t count, any;
    int line; /* of the one that is too many; 0 = none */
} spreads[] = {
    {256, 0,   0                        },
    {257, 0,   1 + 2 + 257 + 2 + 256 + 1},
    {257, 100, 1 + 2 + 257 + 2 + 256 + 1},
    {257, 257, 1 + 2 + 257 + 2 + 256 + 1},
};

START_TEST(an_account_has_256_targets_at_most)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_err err = {0};
    wb_rc rc = parse_spread(spreads[_i].count, spreads[_i].any, &problems, &err);

    ck_assert_int_eq(rc, spreads[_i].line ? WB_FATAL : WB_OK);
    ck_assert_uint_eq(problems.count, spreads[_i].line ? 1 : 0);
    if (!problems.count)
        return;
    ck_assert_int_eq(problems.rows[0].line, spreads[_i].line);
    ck_assert_ptr_nonnull(strstr(problems.rows[0].text, "more than 256 targets"));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {reads_settings_and_lists,                    0                     },
        {reads_accounts_streams_and_routes,           0                     },
        {two_accounts_on_one_queue,                   (int)WB_COUNT(queues) },
        {naming_one_stream_switches_no_other_off,     (int)WB_COUNT(named)  },
        {reads_the_options_of_a_connector,            0                     },
        {an_empty_file_is_defaults,                   2                     },
        {refused,                                     (int)WB_COUNT(bads)   },
        {all_problems_at_once_in_order_of_lines,      0                     },
        {all_problems_of_an_accounts_options_at_once, (int)WB_COUNT(all_of) },
        {a_secret_never_shows_in_a_problem,           0                     },
        {depth_and_size_are_limited,                  0                     },
        {a_file_beside_the_configuration,             0                     },
        {an_account_has_256_targets_at_most,          (int)WB_COUNT(spreads)},
        {NULL,                                        0                     },
    };

    return wb_suite_run("config", rows);
}
