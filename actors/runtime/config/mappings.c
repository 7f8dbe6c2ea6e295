/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mappings - programs that routes name, read with the configuration: a changed one is another
 * configuration
 */
#include <string.h>

#include "actors/runtime/config/file.h"
#include "actors/runtime/config/inside.h"
#include "protocol/base/own.h"

#define PROGRAM_MAX (256 * 1024)

static void
read_program(const wb_option_reader *reader, wb_route_conf *route)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const char *path = wb_pool_path(reader->pool, wb_spot_base(route->at), route->mapping);
    wb_err err = {0};

    wb_buf_init(&text, PROGRAM_MAX + WB_FILE_SPARE);
    if (wb_file_read(&text, path, WB_FILE_REGULAR, NULL, &err)) {
        wb_problems_add(reader->problems, route->at, "mapping: %s", err.text);
        return;
    }
    if (!text.len || text.len > PROGRAM_MAX || memchr(text.data, 0, text.len)) {
        wb_problems_add(reader->problems, route->at, "mapping: %s is no program of 1 to %d bytes",
                        path, PROGRAM_MAX);
        return;
    }
    route->program = (wb_view){wb_pool_text(reader->pool, wb_buf_view(&text)), text.len};
    wb_options_note(reader, route->program);
}

void
wb_mappings_read(const wb_option_reader *reader, wb_config_tree *tree)
{
    wb_route_conf *routes = tree->routes.items;

    for (size_t i = 0; i < tree->routes.count; i++)
        if (routes[i].mapping && *routes[i].mapping)
            read_program(reader, &routes[i]);
}
