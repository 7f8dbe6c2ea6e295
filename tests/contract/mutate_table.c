/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate_table - every small lie that a table of cells may tell, one at a time
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/contract/mutate.h"

typedef struct {
    wb_view body;
    char separator;
    mutate_fn fn;
    void *arg;
    size_t count;
} table;

/* `put` stands in the place of what was there. */
static void
tell(table *self, const char *path, mutate_kind kind, wb_view there, wb_view put)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const char *end = self->body.data + self->body.len;
    mutation it = {.path = path, .kind = kind, .put = put};

    wb_buf_init(&body, SIZE_MAX / 2);
    wb_buf_add(&body, self->body.data, (size_t)(there.data - self->body.data));
    wb_buf_add_view(&body, put);
    wb_buf_add(&body, there.data + there.len, (size_t)(end - there.data) - there.len);
    it.body = wb_buf_view(&body);
    self->count++;
    self->fn(self->arg, &it);
}

static void
tell_cell(table *self, const char *path, wb_view cell)
{
    static char letters[5000];
    static const struct {
        mutate_kind kind;
        const char *text;
    } puts[] = {
        {MUTATE_NULL,   ""                          },
        {MUTATE_TYPE,   "x"                         },
        {MUTATE_TYPE,   "0"                         },
        {MUTATE_ABSURD, "-1"                        },
        {MUTATE_ABSURD, "99999999999999999999999999"},
        {MUTATE_ABSURD, "1e400"                     },
        {MUTATE_ABSURD, "0000-00-00"                },
        {MUTATE_ABSURD, "9999-99-99"                },
        {MUTATE_BROKEN, "\xe7"                      },
        {MUTATE_BROKEN, "\"a"                       },
        {MUTATE_BROKEN, "a\"b"                      },
        {MUTATE_BROKEN, "\"a\"b"                    },
        {MUTATE_BROKEN, "a\rb"                      },
    };

    memset(letters, 'a', sizeof letters);
    for (size_t i = 0; i < WB_COUNT(puts); i++)
        tell(self, path, puts[i].kind, cell, wb_view_of(puts[i].text));
    tell(self, path, MUTATE_ABSURD, cell, (wb_view){letters, sizeof letters});
}

/* The whole row: it is not there, there twice, has a cell more or less. */
static void
tell_row(table *self, const char *path, wb_view row)
{
    WB_AUTO(wb_buf_fini) wb_buf put = {0};
    const char *last = memrchr(row.data, self->separator, row.len);

    wb_buf_init(&put, SIZE_MAX / 2);
    tell(self, path, MUTATE_MISSING, row, (wb_view){"", 0});
    wb_buf_addf(&put, "%.*s\n%.*s", WB_VIEW_ARG(row), WB_VIEW_ARG(row));
    tell(self, path, MUTATE_TWICE, row, wb_buf_view(&put));
    wb_buf_clear(&put);
    wb_buf_addf(&put, "%.*s%cmore", WB_VIEW_ARG(row), self->separator);
    tell(self, path, MUTATE_TYPE, row, wb_buf_view(&put));
    if (last)
        tell(self, path, MUTATE_TYPE, row, (wb_view){row.data, (size_t)(last - row.data)});
}

/* The cell that begins there, up to the separator. */
static wb_view
cell_at(const table *self, const char *from, const char *end)
{
    const char *stop = memchr(from, self->separator, (size_t)(end - from));

    return (wb_view){from, (size_t)((stop ? stop : end) - from)};
}

static void
tell_cells(table *self, wb_view names, wb_view row, int number)
{
    const char *name_end = names.data + names.len, *end = row.data + row.len;
    char path[MUTATE_PATH_MAX];

    for (wb_view name = cell_at(self, names.data, name_end), cell = cell_at(self, row.data, end);;
         name = cell_at(self, name.data + name.len + 1, name_end),
                 cell = cell_at(self, cell.data + cell.len + 1, end)) {
        if (number < 0)
            snprintf(path, sizeof path, "columns.%.*s", WB_VIEW_ARG(name));
        else
            snprintf(path, sizeof path, "rows[%d].%.*s", number, WB_VIEW_ARG(name));
        tell_cell(self, path, cell);
        if (name.data + name.len >= name_end || cell.data + cell.len >= end)
            return;
    }
}

size_t
mutate_table(wb_view body, char separator, mutate_fn fn, void *arg)
{
    table self = {.body = body, .separator = separator, .fn = fn, .arg = arg};
    const char *end = body.data + body.len;
    wb_view names = {NULL, 0};
    char path[MUTATE_PATH_MAX];
    int number = -1;

    for (const char *at = body.data; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        wb_view row = {at, (size_t)((stop ? stop : end) - at)};

        if (number < 0)
            names = row;
        tell_cells(&self, names, row, number);
        snprintf(path, sizeof path, "rows[%d]", number);
        if (number >= 0)
            tell_row(&self, path, row);
        at = row.data + row.len + 1;
    }
    return self.count;
}
