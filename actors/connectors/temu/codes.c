/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes - what an errorCode means for us: one table
 *
 * Codes of the gateway have seven digits and come before anybody looks at what is asked for; codes
 * of the interfaces have nine, and their first digits name the domain. What is not here is final:
 * the record is parked with what Temu says.
 *
 * Source: the vendor's page on common error codes, and the pages of the interfaces.
 */
#include "actors/connectors/temu/temu.h"

#include "protocol/base/own.h"

#define GRANT                                                                                      \
    "the token has no right to this interface: have it granted, then authorise again, for the "    \
    "old "                                                                                         \
    "token stays refused"
#define AUTHORISE "the seller has to authorise again: put the new access_token into the account"
#define REGION                                                                                     \
    "app_key, access_token and url have to be of one region; the token of another is unknown here"
#define CREDENTIALS                                                                                \
    "app_key is missing, unknown, not allowed or suspended: see the partner platform"
#define BUY_LABEL "this has to be sent with a label bought at Temu"
#define FIX_TRACKING "Temu does not take this tracking number: mend it in the ERP"
#define PENDING                                                                                    \
    "the buyer's request (or a risk alert) is pending: answer it at Temu, or set "                 \
    "confirm_acceptance"
#define COOPERATIVE "it leaves from a cooperative warehouse, which Temu ships from"
#define WAREHOUSE "warehouse_id is missing or unknown: see bg.logistics.warehouse.list.get"

static const temu_code codes[] = {
    {2000000,   TEMU_RETRY,     NULL                                                             },
    {3000000,   TEMU_FINAL,     NULL                                                             },
    {3000001,   TEMU_CONFIG,    "the signature is another one: app_secret is not that of app_key"},
    {3000002,   TEMU_FINAL,     NULL                                                             },
    {3000003,   TEMU_FINAL,     NULL                                                             },
    {3000004,   TEMU_FINAL,     "Temu has retired this interface"                                },
    {3000010,   TEMU_CLOCK,     NULL                                                             },
    {3000011,   TEMU_CLOCK,     NULL                                                             },
    {3000012,   TEMU_CLOCK,     "this computer's clock is more than five minutes off"            },
    {3000013,   TEMU_FINAL,     NULL                                                             },
    {3000014,   TEMU_FINAL,     NULL                                                             },
    {3000019,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000020,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000021,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000022,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000025,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000026,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000027,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000028,   TEMU_CONFIG,    CREDENTIALS                                                      },
    {3000030,   TEMU_CONFIG,    AUTHORISE                                                        },
    {3000031,   TEMU_CONFIG,    REGION                                                           },
    {3000032,   TEMU_CONFIG,    GRANT                                                            },
    {3000033,   TEMU_CONFIG,    REGION                                                           },
    {3000034,   TEMU_CONFIG,    AUTHORISE                                                        },
    {3000040,   TEMU_CONFIG,    NULL                                                             },
    {4000000,   TEMU_RETRY,     NULL                                                             },
    {4000004,   TEMU_THROTTLED, NULL                                                             },
    {5000000,   TEMU_CONFIG,    AUTHORISE                                                        },
    {5000001,   TEMU_CONFIG,    NULL                                                             },
    {5000002,   TEMU_CONFIG,    NULL                                                             },
    {5000003,   TEMU_CONFIG,    "this computer's address is not on the application's list of IPs"},
    {6000001,   TEMU_FINAL,     NULL                                                             },
    {7000000,   TEMU_FINAL,     NULL                                                             },
 /* shipping */
    {120011006, TEMU_CONFIG,    WAREHOUSE                                                        },
    {120011030, TEMU_FINAL,     COOPERATIVE                                                      },
    {120011059, TEMU_FINAL,     BUY_LABEL                                                        },
    {120011072, TEMU_CONFIG,    REGION                                                           },
    {120011085, TEMU_CONFIG,    WAREHOUSE                                                        },
    {120011092, TEMU_FINAL,     BUY_LABEL                                                        },
    {120012004, TEMU_LOOK,      "it has been shipped already"                                    },
    {120012007, TEMU_FINAL,     NULL                                                             },
    {120012016, TEMU_FINAL,     NULL                                                             },
    {120012023, TEMU_HELD,      PENDING                                                          },
    {120012030, TEMU_HELD,      PENDING                                                          },
    {120012031, TEMU_HELD,      PENDING                                                          },
    {120012034, TEMU_FINAL,     BUY_LABEL                                                        },
    {120012043, TEMU_FINAL,     "boxes were added to it before, and Temu takes that once"        },
    {120012063, TEMU_FINAL,     "warehouse_id is not one that this order may leave from"         },
    {120012064, TEMU_FINAL,     "warehouse_id is not one that this order may leave from"         },
    {120014001, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014003, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014004, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014005, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014006, TEMU_LOOK,      NULL                                                             },
    {120014008, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014020, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014022, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120014023, TEMU_FINAL,     FIX_TRACKING                                                     },
    {120015527, TEMU_CONFIG,    WAREHOUSE                                                        },
    {120015529, TEMU_FINAL,     "the time is over in which Temu takes a change of it"            },
    {120015537, TEMU_FINAL,     BUY_LABEL                                                        },
    {120017007, TEMU_HELD,      PENDING                                                          },
 /* after-sales */
    {130010000, TEMU_RETRY,     NULL                                                             },
    {130010001, TEMU_FINAL,     NULL                                                             },
    {130010004, TEMU_FINAL,     NULL                                                             },
    {130010005, TEMU_FINAL,     NULL                                                             },
 /* orders */
    {140020001, TEMU_CONFIG,    "a fully managed shop: Temu ships its orders itself"             },
    {140020002, TEMU_FINAL,     NULL                                                             },
    {140020003, TEMU_CONFIG,    "the seller has not signed Temu's agreement on order data"       },
    {140020008, TEMU_LATER,     NULL                                                             },
    {140020009, TEMU_LATER,     NULL                                                             },
    {140020012, TEMU_FINAL,     NULL                                                             },
    {140020013, TEMU_FINAL,     NULL                                                             },
    {140020014, TEMU_FINAL,     NULL                                                             },
    {140020015, TEMU_FINAL,     NULL                                                             },
 /* goods */
    {150010001, TEMU_FINAL,     NULL                                                             },
    {150010002, TEMU_RETRY,     NULL                                                             },
    {150010003, TEMU_FINAL,     NULL                                                             },
    {150010005, TEMU_RETRY,     NULL                                                             },
    {150013001, TEMU_FINAL,     NULL                                                             },
    {150013002, TEMU_FINAL,     NULL                                                             },
    {150013003, TEMU_FINAL,     NULL                                                             },
 /* addresses */
    {180020001, TEMU_FINAL,     "Temu does not open the addresses of this country"               },
    {180020003, TEMU_FINAL,     NULL                                                             },
    {180020004, TEMU_CONFIG,    "addresses are not given to shops of this kind"                  },
    {180020008, TEMU_CONFIG,    "the seller has not signed Temu's agreement on buyers' data"     },
    {180020030, TEMU_CONFIG,    "the shop is restricted"                                         },
};

static const temu_code unknown = {0, TEMU_FINAL, NULL};

static const temu_code *
find(int64_t code)
{
    for (size_t i = 0; i < WB_COUNT(codes); i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

const temu_code *
temu_code_of(int64_t code)
{
    const temu_code *row = find(code);

    return row ? row : &unknown;
}

/* Which part of the account a refusal is about. */
static const struct {
    int64_t code;
    wb_trouble trouble;
} troubles[] = {
    {3000001,   WB_TROUBLE_CREDENTIALS},
    {3000010,   WB_TROUBLE_CLOCK      },
    {3000011,   WB_TROUBLE_CLOCK      },
    {3000012,   WB_TROUBLE_CLOCK      },
    {3000019,   WB_TROUBLE_CREDENTIALS},
    {3000020,   WB_TROUBLE_CREDENTIALS},
    {3000021,   WB_TROUBLE_CREDENTIALS},
    {3000022,   WB_TROUBLE_CREDENTIALS},
    {3000025,   WB_TROUBLE_CREDENTIALS},
    {3000026,   WB_TROUBLE_CREDENTIALS},
    {3000027,   WB_TROUBLE_CREDENTIALS},
    {3000028,   WB_TROUBLE_CREDENTIALS},
    {3000030,   WB_TROUBLE_CREDENTIALS},
    {3000031,   WB_TROUBLE_HOST       },
    {3000032,   WB_TROUBLE_GRANT      },
    {3000033,   WB_TROUBLE_HOST       },
    {3000034,   WB_TROUBLE_CREDENTIALS},
    {5000000,   WB_TROUBLE_CREDENTIALS},
    {5000003,   WB_TROUBLE_ADDRESS    },
    {120011072, WB_TROUBLE_HOST       },
    {140020003, WB_TROUBLE_GRANT      },
    {180020004, WB_TROUBLE_GRANT      },
    {180020008, WB_TROUBLE_GRANT      },
};

wb_trouble
temu_trouble_of(int64_t code)
{
    for (size_t i = 0; i < WB_COUNT(troubles); i++)
        if (troubles[i].code == code)
            return troubles[i].trouble;
    return WB_TROUBLE_NONE;
}

bool
temu_code_known(int64_t code)
{
    return find(code) != NULL;
}

/* The gateway's own refusals: of the signature, the token, the rate, the address. */
static bool
is_gateway(int64_t code)
{
    return (code >= 3000000 && code < 4000000) || code == 4000004 ||
           (code >= 5000000 && code < 6000000);
}

bool
temu_effect_free(const wb_response *resp)
{
    WB_AUTO(wb_json_destroy) wb_json *json = NULL;
    int64_t code = 0;

    if (resp->status == 429 || (resp->status >= 400 && resp->status < 500))
        return true;
    if (resp->status != 200)
        return false;
    json = wb_json_new();
    return !wb_json_parse_answer(json, resp->body, NULL) &&
           wb_json_kind(json, wb_json_get(json, 0, "success")) == WB_JSON_FALSE &&
           !wb_json_int(json, wb_json_get(json, 0, "errorCode"), &code, "errorCode", NULL) &&
           is_gateway(code);
}
