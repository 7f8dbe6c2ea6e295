/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/document.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/connectors/webhook/webhook.h"
#include "actors/runtime/config/file.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/folder.h"
#include "tests/unit/suite.h"

#define FILES_MAX 6
#define ERP(name) name ": {connector: webhook, options: {url: 'http://" name "/'}}\n"

typedef struct {
    const char *name, *text;
} one_file;

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};
static char folder[64];

static void
make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/wb-document-XXXXXX");
    ck_assert_ptr_nonnull(folder_make(folder));
    (void)setenv("WB_TEST_STAGE", "live", 1);
}

static void
remove_folder(void)
{
    folder_remove(folder);
}

static void
put_file(const char *name, const char *text)
{
    char path[160], *slash;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    slash = strrchr(path, '/');
    *slash = '\0';
    (void)mkdir(path, 0700);
    *slash = '/';
    {
        WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    }
}

static wb_rc
load(wb_config **out, const one_file *files, wb_problems *problems, wb_err *err)
{
    char path[128];

    for (size_t i = 0; i < FILES_MAX && files[i].name; i++)
        put_file(files[i].name, files[i].text);
    (void)snprintf(path, sizeof path, "%s/%s", folder, files[0].name);
    return wb_config_load(out, path, connectors, problems, err);
}

static const struct {
    const char *label;
    one_file files[FILES_MAX];
    const char *accounts; /* in their order */
    size_t routes;
} goods[] = {
    {"one file, as a plain text",
     {{"w.yaml", "include: a.yaml\naccounts:\n  " ERP("m")}, {"a.yaml", "accounts:\n  " ERP("a")}},
     "m a",                                                                                             0},
    {"a pattern, in the order of names",
     {{"w.yaml", "include: [s/*.yaml]\n"},
      {"s/b.yaml", "accounts:\n  " ERP("b")},
      {"s/a.yaml", "accounts:\n  " ERP("a")},
      {"s/c.yml", "accounts:\n  " ERP("c")},
      {"s/.d.yaml", "accounts:\n  " ERP("d")}},
     "a b",                                                                                             0},
    {"a pattern that nothing fits",        {{"w.yaml", "include: [none/*.yaml, '*.yml']\n"}},       "", 0},
    {"relative to the file that includes",
     {{"w.yaml", "include: s/a.yaml\n"},
      {"s/a.yaml", "include: b.yaml\naccounts:\n  " ERP("a")},
      {"s/b.yaml", "accounts:\n  " ERP("b")}},
     "a b",                                                                                             0},
    {"lists grow",
     {{"w.yaml", "include: [a.yaml]\naccounts:\n  " ERP("m") "routes:\n  - {to: m}\n"},
      {"a.yaml", "accounts:\n  " ERP("a") "routes:\n  - {to: a}\n"}},
     "m a",                                                                                             2},
    {"an empty key, an empty file",
     {{"w.yaml", "accounts:\ninclude: [a.yaml, b.yaml]\n"},
      {"a.yaml", "accounts:\n  " ERP("a") "routes:\n"},
      {"b.yaml", ""}},
     "a",                                                                                               0},
    {"chosen by a variable",
     {{"w.yaml", "include: '${env:WB_TEST_STAGE}/*.yaml'\n"},
      {"live/a.yaml", "accounts:\n  " ERP("a")},
      {"test/b.yaml", "accounts:\n  " ERP("b")}},
     "a",                                                                                               0},
    {"nothing to include",                 {{"w.yaml", "include:\n"}},                              "", 0},
};

START_TEST(what_files_say_is_put_together)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    const wb_config_tree *tree;
    const wb_account_conf *accounts;
    wb_err err = {0};

    ck_assert_msg(!load(&config, goods[_i].files, NULL, &err), "%s: %s", goods[_i].label, err.text);
    tree = wb_config_tree_of(config);
    accounts = tree->accounts.items;
    wb_buf_init(&names, 256);
    for (size_t i = 0; i < tree->accounts.count; i++)
        wb_buf_addf(&names, "%s%s", i ? " " : "", accounts[i].name);
    ck_assert_str_eq(wb_buf_text(&names), goods[_i].accounts);
    ck_assert_uint_eq(tree->routes.count, goods[_i].routes);
}
END_TEST

static const struct {
    one_file files[FILES_MAX];
    const char *file; /* that the problem is in */
    int line, column;
    const char *word;
} bads[] = {
    {{{"w.yaml", "state: x\ninclude: [no.yaml]\n"}},                                                "w.yaml", 2, 11, "no.yaml cannot be opened"               },
    {{{"w.yaml", "include: s\n"}, {"s/a.yaml", ""}},                                                "w.yaml", 1, 10, "is no file"                             },
    {{{"w.yaml", "include: {a: b}\n"}},                                                             "w.yaml", 1, 10, "list of texts"                          },
    {{{"w.yaml", "include: [[a]]\n"}},                                                              "w.yaml", 1, 11, "list of texts"                          },
    {{{"w.yaml", "include: ['${env:WB_TEST_NONE}']\n"}},
     "w.yaml",                                                                                                1,
     11,                                                                                                             "WB_TEST_NONE is not set"                },
    {{{"w.yaml", "include: w.yaml\n"}},                                                             "w.yaml", 1, 10, "is read already"                        },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "\ninclude: w.yaml\n"}},
     "a.yaml",                                                                                                2,
     10,                                                                                                             "is read already"                        },
    {{{"w.yaml", "include: a.yaml\n"},
      {"a.yaml", "include: b.yaml\n"},
      {"b.yaml", "include:\n  - a.yaml\n"}},
     "b.yaml",                                                                                                2,
     5,                                                                                                              "included twice (first in "              },
    {{{"w.yaml", "include: [a.yaml, '*.yaml']\n"}, {"a.yaml", ""}},
     "w.yaml",                                                                                                1,
     19,                                                                                                             "is included twice (first in line 1"     },
    {{{"w.yaml", "include: a.yaml\naccounts:\n  " ERP("m")}, {"a.yaml", "accounts:\n  " ERP("m")}},
     "a.yaml",                                                                                                2,
     3,                                                                                                              "accounts: 'm' is given twice (first in "},
    {{{"w.yaml", "include: a.yaml\naccounts:\n  " ERP("m")}, {"a.yaml", "accounts:\n  " ERP("m")}},
     "a.yaml",                                                                                                2,
     3,                                                                                                              "w.yaml:3)"                              },
    {{{"w.yaml", "include: [a.yaml, b.yaml]\n"},
      {"a.yaml", "stages: {mapper: 1}\n"},
      {"b.yaml", "stages: {pusher: 1, mapper: 2}\n"}},
     "b.yaml",                                                                                                1,
     21,                                                                                                             "stages: 'mapper' is given twice"        },
    {{{"w.yaml", "include: a.yaml\nshards: 8\n"}, {"a.yaml", "shards: 9\n"}},
     "a.yaml",                                                                                                1,
     1,                                                                                                              "'shards' is given twice (first in "     },
    {{{"w.yaml", "include: a.yaml\nroutes: []\n"}, {"a.yaml", "routes: {}\n"}},
     "a.yaml",                                                                                                1,
     1,                                                                                                              "'routes' is given twice"                },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "shard: 9\n"}},
     "a.yaml",                                                                                                1,
     1,                                                                                                              "did you mean 'shards'?"                 },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "accounts:\n  a:\n    connector: x\n"}},
     "a.yaml",                                                                                                3,
     5,                                                                                                              "'x' is not known"                       },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "- a\n"}},                                        "a.yaml", 1, 1,  "must be a mapping"                      },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "a: [\n"}},                                       "a.yaml", 2, 1,  "not YAML"                               },
    {{{"w.yaml", "include: a.yaml\n"}, {"a.yaml", "routes:\n  - {to: m}\n"}},
     "a.yaml",                                                                                                2,
     6,                                                                                                              "'m' is not known"                       },
    {{{"w.yaml", "include: a.yaml\naccounts:\n  " ERP("m") "routes: [{to: m}]\n"},
      {"a.yaml", "routes:\n  - {to: m}\n"}},
     "a.yaml",                                                                                                2,
     5,                                                                                                              "the same route stands in "              },
    {{{"w.yaml", "include: a.yaml\n"},
      {"a.yaml", "accounts:\n  m:\n    connector: webhook\n    options:\n      url: http://x/\n"
                 "      secret: ${file:none}\n"}},
     "a.yaml",                                                                                                6,
     7,                                                                                                              "none cannot be read"                    },
};

START_TEST(each_problem_names_file_line_and_column)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    char file[160], text[WB_PROBLEM_TEXT_SIZE] = "";
    bool found = false;
    wb_err err = {0};

    ck_assert_int_eq(load(&config, bads[_i].files, &problems, &err), WB_FATAL);
    (void)snprintf(file, sizeof file, "%s/%s", folder, bads[_i].file);
    for (size_t i = 0; i < problems.count; i++) {
        const wb_problem *row = &problems.rows[i];

        wb_problem_text(text, sizeof text, row);
        found = found || (!strcmp(row->file, file) && row->line == bads[_i].line &&
                          row->column == bads[_i].column && strstr(row->text, bads[_i].word));
    }
    ck_assert_msg(found, "%d: %s: %zu problems, the last: %s", _i, bads[_i].word, problems.count,
                  text);
}
END_TEST

START_TEST(a_secret_is_found_beside_the_file_that_names_it)
{
    static const one_file files[FILES_MAX] = {
        {"w.yaml",       "include: shops/a.yaml\nca_file: shops/secret\n"               },
        {"shops/a.yaml", "accounts:\n  m: {connector: webhook, options: {url: 'http://x/', secret: "
                         "'${file:secret}'}}\nmaster_key: key\n"},
        {"shops/secret", "hidden\n"                                                     },
    };
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    const webhook_options *options;
    char key[128];
    wb_err err = {0};

    ck_assert_msg(!load(&config, files, NULL, &err), "%s", err.text);
    options = wb_config_options_of(config, 0);
    ck_assert_str_eq(options->secret, "hidden");
    (void)snprintf(key, sizeof key, "%s/shops/key", folder);
    ck_assert_str_eq(wb_config_tree_of(config)->master_key, key);
}
END_TEST

START_TEST(files_size_and_depth_are_limited)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    one_file files[FILES_MAX] = {
        {"w.yaml", "include: big.yaml\n"}
    };
    char name[32];
    wb_err err = {0};

    wb_buf_init(&text, 2 * WB_CONFIG_MAX);
    while (text.len <= WB_CONFIG_MAX)
        wb_buf_add_text(&text, "# a comment that makes it long\n");
    put_file("big.yaml", wb_buf_text(&text));
    ck_assert_int_eq(load(&config, files, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "larger than 1048576 bytes") != NULL, "%s", err.text);
    for (int i = 0; i <= WB_CONFIG_INCLUDE_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d.yaml", i);
        wb_buf_clear(&text);
        wb_buf_addf(&text, "include: n%d.yaml\n", i + 1);
        put_file(name, wb_buf_text(&text));
    }
    files[0].text = "include: n0.yaml\n";
    ck_assert_int_eq(load(&config, files, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "n7.yaml:1:10: include: more than 8 files deep") != NULL, "%s",
                  err.text);
    for (int i = 0; i < WB_CONFIG_FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "many/%d.yaml", i);
        put_file(name, "");
    }
    files[0].text = "include: many/*\n";
    ck_assert_int_eq(load(&config, files, NULL, &err), WB_FATAL);
    ck_assert_msg(strstr(err.text, "more than 1000 files") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "more)") == NULL, "told once: %s", err.text);
}
END_TEST

/* Accounts m<first> .. m<last>, then one of that name. */
static void
put_accounts(wb_buf *out, int first, int last, const char *again)
{
    wb_buf_clear(out);
    wb_buf_add_text(out, "accounts:\n");
    for (int i = first; i <= last; i++)
        wb_buf_addf(out, "  m%d: {connector: webhook, options: {url: 'http://m/'}}\n", i);
    wb_buf_addf(out, "  %s: {connector: webhook, options: {url: 'http://m/'}}\n", again);
}

/* Of many keys an index is kept: the first of a name is still the one that is told. */
static const struct {
    const char *again_here, *again_there; /* in the file of m1 .. m100, and of m101 .. m200 */
    const char *told;
} twice[] = {
    {"m7", "other", "w.yaml:102:3: 'm7' is given twice (first in line 8)"     },
    {"x",  "m7",    "a.yaml:102:3: accounts: 'm7' is given twice (first in "  },
    {"x",  "m100",  "a.yaml:102:3: accounts: 'm100' is given twice (first in "},
    {"x",  "m150",  "a.yaml:102:3: 'm150' is given twice (first in line 51)"  },
    {"x",  "x",     "a.yaml:102:3: accounts: 'x' is given twice (first in "   },
    {"m7", "m7",    "w.yaml:8)"                                               },
    {"x",  "other", NULL                                                      },
};

START_TEST(one_of_many_accounts_is_there_twice)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_buf_fini) wb_buf here = {0};
    WB_AUTO(wb_buf_fini) wb_buf there = {0};
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    const wb_account_conf *accounts;
    char text[WB_PROBLEM_TEXT_SIZE];
    bool told = false;
    wb_err err = {0};

    wb_buf_init(&here, WB_CONFIG_MAX);
    wb_buf_init(&there, WB_CONFIG_MAX);
    put_accounts(&here, 1, 100, twice[_i].again_here);
    put_accounts(&there, 101, 200, twice[_i].again_there);
    wb_buf_add_text(&here, "include: a.yaml\n");
    const one_file files[FILES_MAX] = {
        {"w.yaml", wb_buf_text(&here) },
        {"a.yaml", wb_buf_text(&there)},
    };
    wb_rc rc = load(&config, files, &problems, &err);

    ck_assert_int_eq(rc, twice[_i].told ? WB_FATAL : WB_OK);
    for (size_t i = 0; i < problems.count; i++) {
        wb_problem_text(text, sizeof text, &problems.rows[i]);
        told = told || strstr(text, twice[_i].told);
    }
    if (twice[_i].told) {
        ck_assert_msg(told, "%s", err.text);
        return;
    }
    accounts = wb_config_tree_of(config)->accounts.items;
    ck_assert_uint_eq(wb_config_tree_of(config)->accounts.count, 202);
    ck_assert_str_eq(accounts[0].name, "m1");
    ck_assert_str_eq(accounts[200].name, "m200");
}
END_TEST

/* No secret is at hand: neither that nor what its connector would say of it is a problem, all else
 * is; and all that the files say is told, paths of tables whole. */
START_TEST(test_blind)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    WB_AUTO(wb_buf_fini) wb_buf document = {0};
    char path[128], table[192];
    wb_config_blind how = {path, &document};
    wb_err err = {0};

    wb_buf_init(&document, 4096);
    (void)snprintf(path, sizeof path, "%s/w.yaml", folder);
    put_file("sub/t.csv", "a,b\n1,2\n");
    put_file("sub/more.yaml", "tables: {t: {file: t.csv}}\n");
    put_file("w.yaml",
             "include: sub/more.yaml\naccounts:\n  e: {connector: webhook, options: {url: "
             "'${env:WB_NOWHERE}', secret: '${file:no/such}', batch: \"5\"}}\n");
    ck_assert_int_eq(wb_config_load_blind(&config, &how, connectors, &problems, &err), WB_OK);
    (void)snprintf(table, sizeof table, "\"tables\":{\"t\":{\"file\":\"%s/sub/t.csv\"}}", folder);
    ck_assert_msg(strstr(wb_buf_text(&document), table), "%s", wb_buf_text(&document));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&document), "\"url\":\"${env:WB_NOWHERE}\""));
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&document), "\"batch\":\"5\""));
    wb_config_destroy(&config);

    put_file("w.yaml", "accounts:\n  e: {connector: webhook, options: {url: '${env:WB_NOWHERE}', "
                       "secret: plain, batch: '0'}}\n");
    ck_assert_int_eq(wb_config_load_blind(&config, &how, connectors, &problems, &err), WB_FATAL);
    ck_assert_uint_eq(problems.count, 2);
    ck_assert_int_eq(problems.rows[0].line, 2);
    wb_problems_fini(&problems);

    put_file("w.yaml", "state: '${env:WB_NOWHERE}'\n"); /* of no account: it has to be there */
    ck_assert_int_eq(wb_config_load_blind(&config, &how, connectors, &problems, &err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, "WB_NOWHERE is not set"));
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {one_of_many_accounts_is_there_twice,             WB_COUNT(twice)},
        {what_files_say_is_put_together,                  WB_COUNT(goods)},
        {each_problem_names_file_line_and_column,         WB_COUNT(bads) },
        {a_secret_is_found_beside_the_file_that_names_it, 0              },
        {files_size_and_depth_are_limited,                0              },
        {test_blind,                                      0              },
        {NULL,                                            0              }
    };

    return wb_suite_run_in("actors.runtime.config.document", rows, make_folder, remove_folder);
}
