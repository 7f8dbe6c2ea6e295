/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command - arguments become a mapping, and the mapping is read like a configuration
 */
#include "tools/waybill/terminal/command.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define NAME_SIZE 48
#define HELP_COLUMN 26

/* The arguments while they are read. */
typedef struct {
    const wb_command *command;
    wb_yaml *mapping;
    const char **words;
    size_t word_count;
} arguments;

/* ready_file -> ready-file, and back. */
static void
rename_marks(char *dst, const char *name, size_t len, char from, char to)
{
    size_t i = 0;

    for (; i < len && name[i] && i + 1 < NAME_SIZE; i++)
        dst[i] = name[i] == from ? to : name[i];
    dst[i] = '\0';
}

static const char *
value_name(const wb_option *row)
{
    switch (row->type) {
    case WB_OPTION_BOOL:
        return "";
    case WB_OPTION_INT:
        return " N";
    case WB_OPTION_MS:
        return " TIME";
    case WB_OPTION_BYTES:
        return " SIZE";
    case WB_OPTION_CHOICE:
        return " WORD";
    case WB_OPTION_TEXT:
    case WB_OPTION_SECRET:
    case WB_OPTION_TEXTS:
    case WB_OPTION_LIST:
    case WB_OPTION_MAP:
    case WB_OPTION_GROUP:
    case WB_OPTION_RAW:
    case WB_OPTION_TABLE:
    case WB_OPTION_END:
        break;
    }
    return " TEXT";
}

static void
print_help(const wb_command *self)
{
    char name[NAME_SIZE], left[NAME_SIZE + 16];

    printf("usage: waybill %s%s%s [--OPTION]...\n\n%s\n", self->name, self->words[0] ? " " : "",
           self->words, self->summary);
    if (self->help)
        printf("\n%s", self->help);
    printf("\n");
    for (const wb_option *row = self->options; row->name; row++) {
        rename_marks(name, row->name, strlen(row->name), '_', '-');
        (void)snprintf(left, sizeof left, "--%s%s", name, value_name(row));
        printf("  %-*s %s", HELP_COLUMN, left, row->help);
        if (row->fallback && row->fallback[0] && row->type != WB_OPTION_BOOL)
            printf(" (%s)", row->fallback);
        printf("\n");
    }
    printf("  %-*s %s\n", HELP_COLUMN, "--help", "print this");
}

static const wb_option *
find_row(const wb_command *self, const char *name)
{
    const wb_option *row = self->options;

    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row->name ? row : NULL;
}

static int
unknown(const wb_command *self, const char *word, const char *name)
{
    const char *names[64] = {NULL}, *nearest;
    char shown[NAME_SIZE];
    size_t count = 0;

    for (const wb_option *row = self->options; row->name && count < 63; row++)
        names[count++] = row->name;
    nearest = wb_text_nearest(wb_view_of(name), names);
    rename_marks(shown, nearest ? nearest : "help", NAME_SIZE, '_', '-');
    fprintf(stderr, "waybill %s: there is no option %s; %s --%s%s\n", self->name, word,
            nearest ? "did you mean" : "see", shown, nearest ? "?" : "");
    return EXIT_USAGE;
}

/* Dollar signs of an argument are its own: references are for files. */
static char *
quoted(const char *text)
{
    size_t len = strlen(text), at = 0;
    char *copy = wb_alloc(2 * len + 1);

    for (; *text; text++) {
        if (text[0] == '$' && text[1] == '{')
            copy[at++] = '$';
        copy[at++] = *text;
    }
    return copy;
}

static void
add_value(arguments *self, const wb_option *row, const char *value)
{
    wb_yaml *node = wb_alloc(sizeof *node);

    node->type = WB_YAML_SCALAR;
    node->key = wb_text_dup(row->name);
    node->text = quoted(value);
    if (self->mapping->last)
        self->mapping->last->next = node;
    else
        self->mapping->first = node;
    self->mapping->last = node;
    self->mapping->count++;
}

/* One option and perhaps its value; *used: how many arguments. */
static int
read_option(arguments *self, const char *word, const char *next, int *used)
{
    const char *equals = strchr(word, '=');
    const char *begin = word + strspn(word, "-");
    size_t len = equals && equals > begin ? (size_t)(equals - begin) : strlen(begin);
    const wb_option *row;
    char name[NAME_SIZE];

    rename_marks(name, begin, len, '-', '_');
    row = strncmp(word, "--", 2) == 0 ? find_row(self->command, name) : NULL;
    if (!row)
        return unknown(self->command, word, name);
    if (wb_yaml_find(self->mapping, row->name)) {
        fprintf(stderr, "waybill %s: %s stands there twice\n", self->command->name, word);
        return EXIT_USAGE;
    }
    *used = 1;
    if (equals) {
        add_value(self, row, equals + 1);
    } else if (row->type == WB_OPTION_BOOL) {
        add_value(self, row, "true");
    } else if (!next) {
        fprintf(stderr, "waybill %s: %s needs a value\n", self->command->name, word);
        return EXIT_USAGE;
    } else {
        add_value(self, row, next);
        *used = 2;
    }
    return EXIT_DONE;
}

static int
count_words(const arguments *self)
{
    const wb_command *command = self->command;
    bool many = self->word_count > command->words_max;

    if (!many && self->word_count >= command->words_min)
        return EXIT_DONE;
    fprintf(stderr, "waybill %s: %s%s; usage: waybill %s%s%s [--OPTION]... (see --help)\n",
            command->name, many ? "there is no place for " : "a word is missing",
            many ? self->words[command->words_max] : "", command->name,
            command->words[0] ? " " : "", command->words);
    return EXIT_USAGE;
}

static int
read_all(arguments *self, int argc, char **argv)
{
    bool options = true;
    int code;

    for (int i = 1, used = 1; i < argc; i += used) {
        used = 1;
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && argv[i][0] == '-' && argv[i][1]) {
            code = read_option(self, argv[i], argv[i + 1], &used);
            if (code)
                return code;
        } else if (!argv[i][0]) {
            fprintf(stderr, "waybill %s: an empty word\n", self->command->name);
            return EXIT_USAGE;
        } else {
            self->words[self->word_count++] = argv[i];
        }
    }
    return count_words(self);
}

static int
run(arguments *args, wb_pool *pool)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_option_reader reader = {.pool = pool, .problems = &problems};
    wb_words words = {args->words, args->word_count};
    void *conf = wb_pool_alloc(pool, args->command->conf_size);
    char name[NAME_SIZE];

    wb_options_read(&reader, &(wb_option_place){.node = args->mapping, .path = ""},
                    args->command->options, conf);
    for (size_t i = 0; i < problems.count; i++) {
        const char *text = problems.rows[i].text;
        size_t len = strcspn(text, ":");

        rename_marks(name, text, len, '_', '-');
        fprintf(stderr, "waybill %s: --%s%s\n", args->command->name, name, text + len);
    }
    return problems.count ? EXIT_USAGE : args->command->run(conf, &words);
}

int
wb_command_main(const wb_command *command, int argc, char **argv)
{
    WB_AUTO(wb_pool_fini) wb_pool pool = {0};
    WB_AUTO(wb_yaml_destroy) wb_yaml *mapping = wb_alloc(sizeof *mapping);
    WB_AUTO(wb_free) const char **words = wb_alloc(((size_t)argc + 1) * sizeof *words);
    arguments args = {.command = command, .mapping = mapping, .words = words};
    int code;

    mapping->type = WB_YAML_MAPPING;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(command);
            return EXIT_DONE;
        }
    }
    code = read_all(&args, argc, argv);
    return code ? code : run(&args, &pool);
}
