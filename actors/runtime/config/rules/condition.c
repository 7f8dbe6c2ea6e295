/* SPDX-License-Identifier: Apache-2.0 */
/*
 * condition - does a rule match, and does one match all that another does? Start reading at the
 * bottom.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/rules/inside.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

/* --- a text as it is compared --- */

static int
form_of(wb_rule_about about, unsigned char byte)
{
    if (about == WB_RULE_POSTCODE && (byte == ' ' || byte == '-'))
        return -1;
    if (about == WB_RULE_COUNTRY || about == WB_RULE_POSTCODE)
        return toupper(byte);
    return about == WB_RULE_CARRIER ? tolower(byte) : byte;
}

/* A text as it is compared: written into `dst`, at most `size` bytes; false = it is longer, and
 * fits nothing. */
static bool
form(wb_rule_about about, wb_view text, char *dst, size_t size, wb_view *out)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        int byte = form_of(about, (unsigned char)text.data[i]);

        if (byte < 0)
            continue;
        if (len == size)
            return false;
        dst[len++] = (char)byte;
    }
    *out = (wb_view){dst, len};
    return true;
}

/* --- a pattern --- */

bool
wb_pattern_fits(const wb_pattern *self, wb_view text)
{
    switch (self->how) {
    case WB_PATTERN_WHOLE:
        return wb_view_eq(self->low, text);
    case WB_PATTERN_BEGINNING:
        return wb_view_begins(text, self->low);
    case WB_PATTERN_RANGE:
        return text.len >= self->low.len && memcmp(text.data, self->low.data, self->low.len) >= 0 &&
               memcmp(text.data, self->high.data, self->high.len) <= 0;
    }
    return false;
}

/* Does it fit all that `other` fits? A beginning in a range has to be as long as its ends: of a
 * shorter one some may be outside. */
static bool
covers(const wb_pattern *self, const wb_pattern *other)
{
    if (other->how == WB_PATTERN_WHOLE)
        return wb_pattern_fits(self, other->low);
    if (self->how == WB_PATTERN_WHOLE)
        return false;
    return wb_pattern_fits(self, other->low) &&
           (other->how == WB_PATTERN_BEGINNING || wb_pattern_fits(self, other->high));
}

wb_view
wb_pattern_stem(const wb_pattern *self)
{
    wb_view stem = self->low;

    if (self->how == WB_PATTERN_RANGE)
        for (stem.len = 0;
             stem.len < self->low.len && self->low.data[stem.len] == self->high.data[stem.len];)
            stem.len++;
    return stem;
}

/* ISO 3166-1 alpha-2, and the codes that carriers and channels use beside it (XK: Kosovo). */
static bool
is_country(wb_view code)
{
    static const char known[] =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
        "VN VU WF WS XK YE YT ZA ZM ZW ";

    for (const char *at = known; code.len == 2 && *at; at += 3)
        if (!memcmp(at, code.data, 2))
            return true;
    return false;
}

/* "10000..19999" -> where the second begins; NULL = it is no range. */
static const char *
range_in(wb_rule_about about, const char *text)
{
    const char *dots = about == WB_RULE_POSTCODE ? strstr(text, "..") : NULL;

    return dots && dots != text && dots[2] ? dots : NULL;
}

static wb_view
keep_form(wb_rule_about about, wb_view text, wb_pool *pool)
{
    char *room = wb_pool_alloc(pool, text.len + 1);
    wb_view formed = {room, 0};

    (void)form(about, text, room, text.len, &formed);
    return formed;
}

static bool
may_begin(wb_rule_about about)
{
    return about == WB_RULE_SKU || about == WB_RULE_CARRIER || about == WB_RULE_POSTCODE;
}

/* NULL, or what is wrong with it. */
static const char *
read_pattern(wb_rule_about about, const char *text, wb_pool *pool, wb_pattern *out)
{
    const char *dots = range_in(about, text);
    wb_view whole = wb_view_of(text);

    *out = (wb_pattern){
        WB_PATTERN_WHOLE, whole, {NULL, 0}
    };
    if (dots) {
        out->how = WB_PATTERN_RANGE;
        whole.len = (size_t)(dots - text);
        out->high = keep_form(about, wb_view_of(dots + 2), pool);
    } else if (may_begin(about) && whole.len && text[whole.len - 1] == '*') {
        out->how = WB_PATTERN_BEGINNING;
        whole.len--;
    }
    out->low = keep_form(about, whole, pool);
    if (!out->low.len && out->how != WB_PATTERN_BEGINNING)
        return "is empty";
    if (out->low.len > WB_RULE_FORM_SIZE)
        return "is longer than any such text";
    if (about == WB_RULE_COUNTRY && !is_country(out->low))
        return "is no country: two letters of ISO 3166";
    if (dots && out->low.len != out->high.len)
        return "is a range of texts of different length";
    if (dots && memcmp(out->low.data, out->high.data, out->low.len) > 0)
        return "is a range that ends before it begins";
    return NULL;
}

/* --- a rule: reading --- */

static void
tell(const wb_rule_reader *reader, const wb_rule_conf *conf, const char *member, const char *text,
     const char *what)
{
    if (reader->problems)
        wb_problems_add(reader->problems, conf->at, "%s: %s '%.60s' %s", reader->where, member,
                        text, what);
}

static void
read_patterns(const wb_rule_reader *reader, const wb_rule_conf *conf, wb_rule_about about,
              const wb_option_list *texts, wb_patterns *out)
{
    static const char *const names[] = {
        [WB_RULE_SKU] = "sku", [WB_RULE_CARRIER] = "carrier", [WB_RULE_POSTCODE] = "postcode",
        [WB_RULE_TAG] = "tag", [WB_RULE_COUNTRY] = "country", [WB_RULE_SHOP] = "shop",
        [WB_RULE_TO] = "to",   [WB_RULE_FROM] = "from",
    };

    if (!texts->count)
        return;
    out->items = wb_pool_alloc(reader->pool, texts->count * sizeof *out->items);
    for (; out->count < texts->count; out->count++) {
        const char *text = ((char *const *)texts->items)[out->count];
        const char *wrong = read_pattern(about, text, reader->pool, &out->items[out->count]);

        if (wrong)
            tell(reader, conf, names[about], text, wrong);
    }
}

static void
read_one(const wb_rule_reader *reader, const wb_rule_conf *conf, wb_rule_about about, char *text,
         wb_patterns *out)
{
    const wb_option_list one = {&text, 1};

    if (text)
        read_patterns(reader, conf, about, &one, out);
}

static void
read_money(const wb_rule_reader *reader, const wb_rule_conf *conf, const char *member,
           const char *text, wb_money *out)
{
    const char *blank = text ? strchr(text, ' ') : NULL;
    wb_err why = {0};

    if (!text)
        return;
    if (!blank ||
        wb_money_parse(out, (wb_view){text, (size_t)(blank - text)}, wb_view_of(blank + 1), &why)) {
        *out = (wb_money){0};
        tell(reader, conf, member, text, "is no amount like 100 EUR");
    }
}

/* None is at once as much as the one and less than the other. */
static void
check_value(const wb_rule_reader *reader, const wb_rule_conf *conf, const wb_rule *rule)
{
    if (!rule->above.currency[0] || !rule->below.currency[0])
        return;
    if (strcmp(rule->above.currency, rule->below.currency) != 0)
        tell(reader, conf, "below", conf->below,
             "and above are in two currencies: it never matches");
    else if (rule->above.minor >= rule->below.minor)
        tell(reader, conf, "below", conf->below, "is not more than above: it never matches");
}

void
wb_rule_read(const wb_rule_reader *reader, const wb_rule_conf *conf, wb_rule *out)
{
    out->conf = conf;
    out->at = conf->at;
    read_patterns(reader, conf, WB_RULE_SKU, &conf->sku, &out->about[WB_RULE_SKU]);
    read_patterns(reader, conf, WB_RULE_CARRIER, &conf->carrier, &out->about[WB_RULE_CARRIER]);
    read_patterns(reader, conf, WB_RULE_POSTCODE, &conf->postcode, &out->about[WB_RULE_POSTCODE]);
    read_patterns(reader, conf, WB_RULE_TAG, &conf->tag, &out->about[WB_RULE_TAG]);
    read_patterns(reader, conf, WB_RULE_COUNTRY, &conf->country, &out->about[WB_RULE_COUNTRY]);
    read_one(reader, conf, WB_RULE_SHOP, conf->shop, &out->about[WB_RULE_SHOP]);
    read_one(reader, conf, WB_RULE_TO, conf->to, &out->about[WB_RULE_TO]);
    read_one(reader, conf, WB_RULE_FROM, conf->from, &out->about[WB_RULE_FROM]);
    read_money(reader, conf, "above", conf->above, &out->above);
    read_money(reader, conf, "below", conf->below, &out->below);
    check_value(reader, conf, out);
    if (!conf->kind)
        return;
    out->kind = wb_record_kind_word(wb_view_of(conf->kind));
    if (!wb_decided_any(out->kind))
        tell(reader, conf, "kind", conf->kind, "is no kind that rules are for: order, shipment");
}

/* --- a rule: does it match? --- */

static bool
fits_any(const wb_patterns *self, const wb_view *texts, size_t count)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t k = 0; k < count; k++)
            if (wb_pattern_fits(&self->items[i], texts[k]))
                return true;
    return self->count == 0;
}

static bool
same_currency(const wb_money *a, const wb_money *b)
{
    return a->currency[0] && a->exponent != WB_MONEY_UNREAD && !strcmp(a->currency, b->currency);
}

bool
wb_rule_matches(const wb_rule *self, const wb_rule_asked *what)
{
    if (self->kind != WB_RECORD_NONE && self->kind != what->kind)
        return false;
    if (self->above.currency[0] &&
        !(same_currency(&what->value, &self->above) && what->value.minor >= self->above.minor))
        return false;
    if (self->below.currency[0] &&
        !(same_currency(&what->value, &self->below) && what->value.minor < self->below.minor))
        return false;
    for (size_t i = 0; i < WB_RULE_ABOUT_COUNT; i++)
        if (!fits_any(&self->about[i], what->texts[i], what->counts[i]))
            return false;
    return true;
}

static bool
all_covered(const wb_patterns *by, const wb_patterns *what)
{
    for (size_t i = 0; i < what->count; i++) {
        size_t k = 0;

        while (k < by->count && !covers(&by->items[k], &what->items[i]))
            k++;
        if (k == by->count)
            return false;
    }
    return what->count > 0;
}

/* An order may have several SKUs and tags: that one fits both is not needed, one of each is. What
 * is covered needs the same one. */
bool
wb_rule_covers(const wb_rule *self, const wb_rule *other)
{
    if (self->kind != WB_RECORD_NONE && self->kind != other->kind)
        return false;
    if (self->above.currency[0] &&
        !(same_currency(&other->above, &self->above) && other->above.minor >= self->above.minor))
        return false;
    if (self->below.currency[0] &&
        !(same_currency(&other->below, &self->below) && other->below.minor <= self->below.minor))
        return false;
    for (size_t i = 0; i < WB_RULE_ABOUT_COUNT; i++)
        if (self->about[i].count && !all_covered(&self->about[i], &other->about[i]))
            return false;
    return true;
}

/* --- what is asked --- */

static void
one_text(wb_rule_asked *out, wb_rule_about about, wb_view text)
{
    out->single[about] = text;
    out->texts[about] = &out->single[about];
    out->counts[about] = text.len > 0;
}

static void
formed(wb_rule_asked *out, wb_rule_about about, wb_view text, char room[WB_RULE_FORM_SIZE])
{
    wb_view is = {NULL, 0};

    if (form(about, text, room, WB_RULE_FORM_SIZE, &is))
        one_text(out, about, is);
    else
        one_text(out, about, (wb_view){NULL, 0});
}

void
wb_rule_ask(const wb_rule_case *what, wb_rule_asked *out)
{
    out->kind = what->kind;
    out->value = what->value;
    out->texts[WB_RULE_SKU] = what->skus;
    out->counts[WB_RULE_SKU] = what->sku_count;
    out->texts[WB_RULE_TAG] = what->tags;
    out->counts[WB_RULE_TAG] = what->tag_count;
    one_text(out, WB_RULE_FROM, what->from);
    one_text(out, WB_RULE_SHOP, what->shop);
    one_text(out, WB_RULE_TO, what->to);
    formed(out, WB_RULE_COUNTRY, what->country, out->forms[0]);
    formed(out, WB_RULE_POSTCODE, what->postcode, out->forms[1]);
    formed(out, WB_RULE_CARRIER, what->carrier, out->forms[2]);
}
