/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled_kit - a mapper with rules: configurations, a table, what lies, and the walk over it
 */
#ifndef WB_TESTS_UNIT_ACTORS_MAPPER_RULED_KIT_H
#define WB_TESTS_UNIT_ACTORS_MAPPER_RULED_KIT_H

#include "tests/unit/actors/mapper/mapper_kit.h"

#define ERP "default/erp"
#define DEAF "default/deaf"
#define HOUSE "default/house"
#define ORDER "default/shop/order/1"
#define PARCEL "default/house/shipment/p"

#define ROUTE "routes: [{from: shop, to: erp}]\n"
#define PLAIN KIT_SHOP KIT_ERP ROUTE
#define HELD PLAIN "rules: {holds: [{reason: look at it}]}\n"
#define OTHER PLAIN "rules: {holds: [{reason: look at it, sku: NONE}]}\n"
#define OTHER_WORDS PLAIN "rules: {holds: [{reason: look again}]}\n"

extern kit self;

void make_table(void); /* before, and after each test */
void remove_table(void);
void put_table(const char *text);
/* A configuration with the table, `t`. */
const char *with_table(const char *accounts, const char *rest);
void say(size_t n, const char *id, const char *status, int updated, const char *lines);
/* The exceptions of a record: so many, the first with this reason. */
void lies(const char *record, size_t count, const char *reason);
bool walks(void);
void walk(void); /* to its end, and some turns */
void step(void); /* one transaction of it */
/* Another table, in place. */
void reload(const char *accounts, const char *csv, const char *rest);

#endif
