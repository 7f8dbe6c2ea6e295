/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regions - what a regionId is: the country, and the currency that goods are sold in there
 *
 * Source: the vendor's list of regions (the frequent ones); countries and currencies by ISO 3166
 * and ISO 4217.
 */
#include "actors/connectors/temu/temu.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

static const temu_region regions[] = {
    {12,  "Australia",            "AU", "AUD"},
    {13,  "Austria",              "AT", "EUR"},
    {20,  "Belgium",              "BE", "EUR"},
    {29,  "Brazil",               "BR", "BRL"},
    {37,  "Canada",               "CA", "CAD"},
    {42,  "Chile",                "CL", "CLP"},
    {45,  "Colombia",             "CO", "COP"},
    {53,  "Czechia",              "CZ", "CZK"},
    {54,  "Denmark",              "DK", "DKK"},
    {68,  "Finland",              "FI", "EUR"},
    {69,  "France",               "FR", "EUR"},
    {76,  "Germany",              "DE", "EUR"},
    {79,  "Greece",               "GR", "EUR"},
    {90,  "Hungary",              "HU", "HUF"},
    {96,  "Ireland",              "IE", "EUR"},
    {98,  "Italy",                "IT", "EUR"},
    {100, "Japan",                "JP", "JPY"},
    {119, "Malaysia",             "MY", "MYR"},
    {128, "Mexico",               "MX", "MXN"},
    {141, "Netherlands",          "NL", "EUR"},
    {144, "New Zealand",          "NZ", "NZD"},
    {151, "Norway",               "NO", "NOK"},
    {159, "Peru",                 "PE", "PEN"},
    {160, "Philippines",          "PH", "PHP"},
    {162, "Poland",               "PL", "PLN"},
    {163, "Portugal",             "PT", "EUR"},
    {167, "Romania",              "RO", "RON"},
    {174, "Saudi Arabia",         "SA", "SAR"},
    {179, "Singapore",            "SG", "SGD"},
    {185, "Korea",                "KR", "KRW"},
    {186, "Spain",                "ES", "EUR"},
    {191, "Sweden",               "SE", "SEK"},
    {192, "Switzerland",          "CH", "CHF"},
    {197, "Thailand",             "TH", "THB"},
    {203, "Turkey",               "TR", "TRY"},
    {209, "United Arab Emirates", "AE", "AED"},
    {210, "United Kingdom",       "GB", "GBP"},
    {211, "United States",        "US", "USD"},
    {217, "Vietnam",              "VN", "VND"},
};

const temu_region *
temu_region_of(int64_t id)
{
    for (size_t i = 0; i < WB_COUNT(regions); i++)
        if (regions[i].id == id)
            return &regions[i];
    return NULL;
}

const temu_region *
temu_region_named(wb_view english)
{
    for (size_t i = 0; i < WB_COUNT(regions); i++)
        if (wb_text_same_nocase(english, wb_view_of(regions[i].name)))
            return &regions[i];
    return NULL;
}
