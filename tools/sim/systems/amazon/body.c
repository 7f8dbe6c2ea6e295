/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body - what the marketplace says about an order: documents made from templates, fast
 *
 * A template is cut into pieces once: text, then a fact. `@name@` is a fact. What stands behind
 * `@+SET@`, up to the next such mark or `@-@`, is there only when that data set was asked for;
 * behind `@+SET+PART@` only when that part is to be there as well.
 */
#include "tools/sim/systems/amazon/body.h"

#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/facts.h"

#include <assert.h>
#include <string.h>

#define PIECES_MAX 96
#define ALL_SETS ((WB_SIM_FULFILLMENT_ORDERS << 1) - 1)

/* Parts that flaws take away, or put in: bits beside those of the data sets. */
#define PARTS(P)                                                                                   \
    P(AMOUNT)                                                                                      \
    P(SELLER)                                                                                      \
    P(NO_SELLER)                                                                                   \
    P(SUMMARY)                                                                                     \
    P(NO_SUMMARY)                                                                                  \
    P(ITEMS)                                                                                       \
    P(NO_ITEMS)                                                                                    \
    P(BROKEN)

enum {
#define PART_NUMBER(name) PART_NUMBER_##name,
    PARTS(PART_NUMBER)
#undef PART_NUMBER
};

enum {
#define PART_BIT(name) PART_##name = (WB_SIM_FULFILLMENT_ORDERS << 1) << PART_NUMBER_##name,
    PARTS(PART_BIT)
#undef PART_BIT
};

typedef struct {
    wb_view text;
    int fact; /* behind the text; -1 = none */
    int sets; /* all of them are needed; 0 = always */
} piece;

typedef struct {
    const char *source;
    size_t count; /* 0 = not cut yet */
    piece pieces[PIECES_MAX];
} template;

static const char *const fact_names[WB_SIM_FACT_COUNT] = {
#define WB_SIM_FACT_NAME(id, name) name,
    WB_SIM_FACTS(WB_SIM_FACT_NAME)
#undef WB_SIM_FACT_NAME
};

static const struct {
    const char *name;
    int bit;
} data_sets[] = {
    {"BUYER",              WB_SIM_BUYER             },
    {"RECIPIENT",          WB_SIM_RECIPIENT         },
    {"PROCEEDS",           WB_SIM_PROCEEDS          },
    {"EXPENSE",            WB_SIM_EXPENSE           },
    {"PROMOTION",          WB_SIM_PROMOTION         },
    {"CANCELLATION",       WB_SIM_CANCELLATION      },
    {"FULFILLMENT",        WB_SIM_FULFILLMENT       },
    {"PACKAGES",           WB_SIM_PACKAGES          },
    {"TAX",                WB_SIM_TAX               },
    {"PAYMENT",            WB_SIM_PAYMENT           },
    {"FULFILLMENT_ORDERS", WB_SIM_FULFILLMENT_ORDERS},
};

static const struct {
    const char *name;
    int bit;
} parts[] = {
#define PART_ROW(name) {#name, PART_##name},
    PARTS(PART_ROW)
#undef PART_ROW
};

static template order_template = {
    .source =
        "{\"orderId\":\"@id@\",\"orderAliases\":[{\"aliasId\":\"@alias@\",\"aliasType\":"
        "\"SELLER_ORDER_ID\"}],\"createdTime\":\"@created@\",\"lastUpdatedTime\":\"@updated@\","
        "\"programs\":@programs@,\"associatedOrders\":@none@,\"salesChannel\":{\"channelName\":"
        "\"AMAZON\",\"marketplaceId\":\"ATVPDKIKX0DER\",\"marketplaceName\":\"Amazon.com\"}"
        "@+BUYER@,\"buyer\":{\"buyerName\":\"@first@ @last@\",\"buyerEmail\":\"b@number@@@"
        "marketplace.amazon.com\",\"buyerCompanyName\":@empty@,\"buyerPurchaseOrderNumber\":"
        "\"PO-@number@\"}@-@"
        "@+RECIPIENT@,\"recipient\":{\"deliveryAddress\":{\"name\":\"@first@ @last@\","
        "\"companyName\":@empty@,\"addressLine1\":\"@house@ Main Street\",\"addressLine2\":"
        "\"Apartment "
        "@house@\",\"addressLine3\":@empty@,\"city\":\"@city@\",\"districtOrCounty\":@empty@,"
        "\"stateOrRegion\":\"@region@\",\"municipality\":@empty@,\"postalCode\":\"@zip@\","
        "\"countryCode\":\"US\",\"phone\":\"+1 206-555-0100\",\"extendedFields\":{\"streetName\":"
        "\"Main Street\",\"streetNumber\":\"@house@\",\"complement\":\"\",\"neighborhood\":\"\"},"
        "\"addressType\":\"RESIDENTIAL\"},\"deliveryPreference\":{\"dropOffLocation\":"
        "\"FRONT_DOOR\",\"addressInstruction\":\"Ring twice, then leave it by the door\"}}@-@"
        "@+PROCEEDS@,\"proceeds\":{\"grandTotal\":{@+PROCEEDS+AMOUNT@\"amount\":\"@total@\",@+"
        "PROCEEDS@"
        "\"currencyCode\":\"USD\"}"
        ","
        "\"breakdowns\":[{\"type\":\"ITEM\",\"subtotal\":{\"amount\":\"@items_total@\","
        "\"currencyCode\":\"USD\"}},{\"type\":\"TAX\",\"subtotal\":{\"amount\":\"@tax_total@\","
        "\"currencyCode\":\"USD\"}},{\"type\":\"SHIPPING\",\"subtotal\":{\"amount\":"
        "\"@shipping_total@\",\"currencyCode\":\"USD\"}}]}@-@"
        "@+PAYMENT@,\"payment\":{\"paymentExecutions\":[{\"paymentMethod\":\"CreditCard\","
        "\"paymentAmount\":{\"amount\":\"@total@\",\"currencyCode\":\"USD\"}}]}@-@"
        "@+TAX@,\"tax\":{\"taxInvoicing\":{\"buyerInvoicePreference\":\"INDIVIDUAL\","
        "\"invoiceStatus\":\"NOT_REQUIRED\"}}@-@"
        "@+FULFILLMENT@,\"fulfillment\":{\"fulfillmentStatus\":\"@status@\",\"fulfilledBy\":"
        "\"MERCHANT\",\"fulfillmentServiceLevel\":\"STANDARD\",\"shipByWindow\":"
        "{\"earliestDateTime\":\"@ship_from@\",\"latestDateTime\":\"@ship_by@\"},"
        "\"deliverByWindow\":{\"earliestDateTime\":\"@ship_by@\",\"latestDateTime\":"
        "\"@deliver_by@\"},\"labelPrintingWindow\":{\"earliestDateTime\":\"@ship_from@\"}}@-@"
        ",\"orderItems\":["};

static template item_template = {
    .source =
        "{\"orderItemId\":\"@line_id@\",\"quantityOrdered\":@quantity@,\"programs\":@none@,"
        "\"product\":{\"asin\":\"B@asin@\",\"title\":\"@title@\",\"sellerSku\":\"@sku@\","
        "\"condition\":{\"conditionType\":\"NEW\",\"conditionSubtype\":\"NEW\",\"conditionNote\":"
        "@empty@},\"price\":{\"unitPrice\":{\"amount\":\"@unit@\",\"currencyCode\":\"USD\"}}}"
        "@+PROCEEDS@,\"proceeds\":{\"proceedsTotal\":{\"amount\":\"@line_total@\","
        "\"currencyCode\":\"USD\"},\"breakdowns\":[{\"type\":\"ITEM\",\"subtotal\":{\"amount\":"
        "\"@price@\",\"currencyCode\":\"USD\"}},{\"type\":\"TAX\",\"subtotal\":{\"amount\":"
        "\"@tax@\",\"currencyCode\":\"USD\"},\"detailedBreakdowns\":[{\"subtype\":\"ITEM\","
        "\"value\":{\"amount\":\"@tax@\",\"currencyCode\":\"USD\"}}]},{\"type\":\"SHIPPING\","
        "\"subtotal\":{\"amount\":\"@shipping@\",\"currencyCode\":\"USD\"}}]}@-@"
        "@+PROMOTION@,\"promotion\":{\"breakdowns\":[]}@-@"
        "@+CANCELLATION@,\"cancellation\":{\"cancellationExecution\":{\"cancelledBy\":\"BUYER\","
        "\"cancelReason\":\"NO_LONGER_NEEDED\"}}@-@"
        "@+FULFILLMENT@,\"fulfillment\":{\"quantityFulfilled\":@quantity_shipped@,"
        "\"quantityUnfulfilled\":@quantity_open@,\"packing\":{\"giftOption\":{\"giftMessage\":"
        "@empty@,\"giftWrapLevel\":@empty@}},\"shipping\":{}}@-@"
        "@+TAX@,\"tax\":{\"taxCollections\":[{\"model\":\"MARKETPLACE_FACILITATOR\","
        "\"responsibleParty\":\"Amazon Services, Inc.\"}]}@-@}"};

static template packages_template = {
    .source = "]@+PACKAGES@,\"packages\":[{\"packageReferenceId\":\"1\",\"createdTime\":"
              "\"@updated@\",\"packageStatus\":{\"status\":\"SHIPPED\"},\"carrier\":\"UPS\","
              "\"shipTime\":\"@updated@\",\"shippingService\":\"UPS Ground\",\"trackingNumber\":"
              "\"1Z999AA1@number@\",\"packageItems\":[]}]@-@}"};

static template order_v0_template = {
    .source =
        "{\"AmazonOrderId\":\"@id@\",\"SellerOrderId\":\"@alias@\",\"PurchaseDate\":\"@created@\","
        "\"LastUpdateDate\":\"@updated@\",\"OrderStatus\":\"@status_v0@\",\"FulfillmentChannel\":"
        "\"MFN\",\"SalesChannel\":\"Amazon.com\",\"ShipServiceLevel\":\"Std US D2D Dom\","
        "\"OrderTotal\":{\"CurrencyCode\":\"USD\"@+AMOUNT@,\"Amount\":\"@total@\"@-@},"
        "\"NumberOfItemsShipped\":"
        "@shipped_count@,\"NumberOfItemsUnshipped\":@open_count@,\"PaymentMethod\":\"Other\","
        "\"PaymentMethodDetails\":[\"CreditCard\"],\"MarketplaceId\":\"ATVPDKIKX0DER\","
        "\"ShipmentServiceLevelCategory\":\"Standard\",\"OrderType\":\"StandardOrder\","
        "\"EarliestShipDate\":\"@ship_from@\",\"LatestShipDate\":\"@ship_by@\","
        "\"EarliestDeliveryDate\":\"@ship_by@\",\"LatestDeliveryDate\":\"@deliver_by@\","
        "\"IsBusinessOrder\":false,\"IsPrime\":true,\"IsPremiumOrder\":false,"
        "\"IsGlobalExpressEnabled\":false,\"IsReplacementOrder\":\"false\",\"IsSoldByAB\":false,"
        "\"IsISPU\":false,\"IsAccessPointOrder\":false,\"HasRegulatedItems\":false,"
        "\"ShippingAddress\":{\"StateOrRegion\":\"@region@\",\"PostalCode\":\"@zip@\",\"City\":"
        "\"@city@\",\"CountryCode\":\"US\"},\"BuyerInfo\":@nothing@}"};

static template item_v0_template = {
    .source =
        "{\"ASIN\":\"B@asin@\",\"SellerSKU\":\"@sku@\",\"OrderItemId\":\"@line_id@\","
        "\"Title\":\"@title@\",\"QuantityOrdered\":@quantity@,\"QuantityShipped\":"
        "@quantity_shipped@,\"ProductInfo\":{\"NumberOfItems\":\"1\"},\"ItemPrice\":"
        "{\"CurrencyCode\":\"USD\",\"Amount\":\"@price@\"},\"ItemTax\":{\"CurrencyCode\":\"USD\","
        "\"Amount\":\"@tax@\"},\"ShippingPrice\":{\"CurrencyCode\":\"USD\",\"Amount\":"
        "\"@shipping@\"},\"IsGift\":\"false\",\"ConditionId\":\"New\",\"ConditionSubtypeId\":"
        "\"New\",\"SerialNumberRequired\":false,\"IsTransparency\":false,\"BuyerInfo\":@nothing@}"};

static template notice_template = {
    .source =
        "{\"NotificationVersion\":\"1.0\",\"NotificationType\":\"ORDER_CHANGE\",\"PayloadVersion\":"
        "\"1.0\",\"EventTime\":\"@updated@\",\"Payload\":{\"OrderChangeNotification\":{"
        "\"NotificationLevel\":\"OrderLevel\",\"SellerId\":@+SELLER@\"ASIM@seller@\"@+NO_SELLER@"
        "null@-@,\"AmazonOrderId\":"
        "\"@id@\",\"OrderChangeType\":\"OrderStatusChange\",\"OrderChangeTrigger\":{"
        "\"TimeOfOrderChange\":\"@updated@\",\"ChangeReason\":\"Status "
        "Change\"},\"Summary\":@+SUMMARY@{"
        "\"MarketplaceId\":\"ATVPDKIKX0DER\",\"OrderStatus\":\"@status_v0@\",\"PurchaseDate\":"
        "\"@created@\",\"DestinationPostalCode\":null,\"FulfillmentType\":\"MFN\",\"OrderType\":"
        "\"StandardOrder\",\"NumberOfItemsShipped\":@shipped_count@,\"NumberOfItemsUnshipped\":"
        "@open_count@,\"EarliestDeliveryDate\":\"@ship_by@\",\"LatestDeliveryDate\":"
        "\"@deliver_by@\",\"EarliestShipDate\":\"@ship_from@\",\"LatestShipDate\":\"@ship_by@\","
        "\"OrderPrograms\":[\"Prime\"],\"ShippingPrograms\":[],\"OrderItems\":@+SUMMARY+ITEMS@[{"
        "\"OrderItemId\":"
        "\"@line_id@\",\"SellerSKU\":\"@sku@@+SUMMARY+ITEMS+BROKEN@\\ud83d@+SUMMARY+ITEMS@"
        "\",\"SupplySourceId\":null,\"Quantity\":"
        "@quantity@,\"QuantityShipped\":@quantity_shipped@,\"IsBuyerRequestedCancel\":false}]@+"
        "SUMMARY+NO_ITEMS@null@+SUMMARY@}"
        "@+NO_SUMMARY@null@-@}},"
        "\"NotificationMetadata\":{\"ApplicationId\":\"amzn1.sp.solution.sim\",\"SubscriptionId\":"
        "\"sim-subscription-@seller@\",\"PublishTime\":\"@updated@\",\"NotificationId\":"
        "\"d0e9e693-c3ad-4373-979f-@notice@\"}}"};

int
wb_sim_data_set(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(data_sets); i++)
        if (wb_view_is(name, data_sets[i].name))
            return data_sets[i].bit;
    return 0;
}

/* "PROCEEDS+AMOUNT" */
static int
sets_of(wb_view names)
{
    int sets = 0;

    while (names.len) {
        const char *plus = memchr(names.data, '+', names.len);
        wb_view name = {names.data, plus ? (size_t)(plus - names.data) : names.len};
        int bit = wb_sim_data_set(name);
        for (size_t i = 0; i < WB_COUNT(parts); i++)
            if (wb_view_is(name, parts[i].name))
                bit = parts[i].bit;
        assert(bit && "a template names a set that there is not");
        sets |= bit;
        size_t used = name.len + (plus ? 1 : 0);
        names = (wb_view){names.data + used, names.len - used};
    }
    return sets;
}

static int
fact_of(wb_view name)
{
    for (int i = 0; i < WB_SIM_FACT_COUNT; i++)
        if (wb_view_is(name, fact_names[i]))
            return i;
    assert(false && "a template names a fact that there is not");
    return -1;
}

static void
template_cut(template *self)
{
    const char *at = self->source;
    int sets = 0;

    while (*at) {
        const char *mark = strchrnul(at, '@');
        piece *next = &self->pieces[self->count++];
        assert(self->count < PIECES_MAX);
        *next = (piece){
            .text = {at, (size_t)(mark - at)},
              .fact = -1, .sets = sets
        };
        if (!*mark)
            return;
        const char *end = strchr(mark + 1, '@');
        assert(end);
        wb_view name = {mark + 1, (size_t)(end - mark) - 1};
        if (name.len == 0)
            next->text.len++; /* "@@" is "@" */
        else if (*name.data == '+')
            sets = sets_of((wb_view){name.data + 1, name.len - 1});
        else if (*name.data == '-')
            sets = 0;
        else
            next->fact = fact_of(name);
        at = end + 1;
    }
}

static void
template_fill(template *self, const wb_sim_facts *facts, int sets, wb_buf *out)
{
    if (!self->count)
        template_cut(self);
    for (size_t i = 0; i < self->count; i++) {
        const piece *at = &self->pieces[i];
        if (at->sets & ~sets)
            continue;
        wb_buf_add_view(out, at->text);
        if (at->fact >= 0)
            wb_buf_add_view(out, facts->fact[at->fact]);
    }
}

static void
fill_lines(template *self, wb_sim_facts *facts, int sets, wb_sim_lines lines, wb_buf *out)
{
    int end = facts->lines - lines.from < lines.most ? facts->lines : lines.from + lines.most;

    for (int i = lines.from; i < end; i++) {
        if (i > lines.from)
            wb_buf_add_char(out, ',');
        wb_sim_facts_line(facts, i);
        template_fill(self, facts, sets, out);
    }
}

void
wb_sim_body_order(wb_buf *out, const wb_sim_market *market, uint32_t order, uint32_t version,
                  int sets)
{
    wb_sim_facts facts;

    wb_sim_facts_init(&facts, market, order, version);
    wb_sim_facts_flaw(&facts, market);
    if (!facts.nulls)
        sets |= PART_AMOUNT;
    if (facts.state != WB_SIM_STATE_SHIPPED)
        sets &= ~WB_SIM_PACKAGES;
    if (facts.state != WB_SIM_STATE_CANCELLED)
        sets &= ~WB_SIM_CANCELLATION;
    template_fill(&order_template, &facts, sets, out);
    fill_lines(&item_template, &facts, sets, (wb_sim_lines){0, facts.lines}, out);
    template_fill(&packages_template, &facts, sets, out);
}

void
wb_sim_body_order_v0(wb_buf *out, const wb_sim_market *market, uint32_t order, uint32_t version)
{
    wb_sim_facts facts;

    wb_sim_facts_init(&facts, market, order, version);
    wb_sim_facts_flaw(&facts, market);
    template_fill(&order_v0_template, &facts, facts.nulls ? ALL_SETS : ALL_SETS | PART_AMOUNT, out);
}

int
wb_sim_body_items_v0(wb_buf *out, const wb_sim_market *market, uint32_t order, uint32_t version,
                     wb_sim_lines lines)
{
    wb_sim_facts facts;

    wb_sim_facts_init(&facts, market, order, version);
    wb_sim_facts_flaw(&facts, market);
    fill_lines(&item_v0_template, &facts, ALL_SETS, lines, out);
    return facts.lines;
}

/* The template as it stands inside a JSON text; no fact of a notice needs an escape. */
static const char *
escaped_notice(void)
{
    static char text[4096];
    char *to = text;

    for (const char *at = notice_template.source; *at; at++) {
        assert(to < text + sizeof text - 2);
        if (*at == '"' || *at == '\\')
            *to++ = '\\';
        *to++ = *at;
    }
    return text;
}

/* What is in the notice of a version, and what is null there. */
static int
notice_parts(const wb_sim_market *market, uint32_t order, uint32_t version)
{
    static const int nulls[] = {PART_SELLER | PART_NO_SUMMARY,
                                PART_SELLER | PART_SUMMARY | PART_NO_ITEMS,
                                PART_NO_SELLER | PART_SUMMARY | PART_ITEMS};
    int found = PART_SELLER | PART_SUMMARY | PART_ITEMS;

    if (wb_sim_market_flawed(market, WB_SIM_FAULT_NULLS, WB_SIM_ANNOUNCES, order, version))
        found = nulls[(order + version) % WB_COUNT(nulls)];
    if (wb_sim_market_flawed(market, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_ANNOUNCES, order, version))
        found |= PART_BROKEN;
    return found;
}

void
wb_sim_body_notice(wb_buf *out, wb_buf *escaped, const wb_sim_market *market, uint32_t order,
                   uint32_t version)
{
    static template escaped_template;
    wb_sim_facts facts;
    int found = notice_parts(market, order, version);

    wb_sim_facts_init(&facts, market, order & ~WB_SIM_FOREIGN, version);
    wb_sim_facts_line(&facts, 0);
    if (wb_sim_is_foreign(order))
        wb_sim_facts_foreign(&facts, market);
    template_fill(&notice_template, &facts, found, out);
    if (!escaped)
        return;
    if (!escaped_template.source)
        escaped_template.source = escaped_notice();
    template_fill(&escaped_template, &facts, found, escaped);
}
