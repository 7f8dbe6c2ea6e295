# SPDX-License-Identifier: Apache-2.0
"""sim_models - what the simulator says is what Amazon's published models and schemas allow.

usage: sim_models.py PATH_TO_WAYBILL_SIM FIXTURES   (exit code 77: the models are not there)
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from sim_client import Sim  # noqa: E402

ALL_SETS = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
# Seen in live traffic against the model, and simulated as it was seen.
QUIRKS = {"'false' is not of type 'boolean'"}


def problems_of(validator, schema, data, where):
    return [f"{where}: {'/'.join(map(str, error.path))}: {error.message}"
            for error in validator(schema).iter_errors(data) if error.message not in QUIRKS]


def of_model(model, name):
    return {"$ref": f"#/definitions/{name}", "definitions": model["definitions"]}


def main():
    binary, fixtures = sys.argv[1:3]
    try:
        from jsonschema import Draft7Validator as validator
        models = [json.load(open(os.path.join(fixtures, path), encoding="utf-8")) for path in
                  ("models/orders_2026-01-01.json", "models/ordersV0.json",
                   "schemas/notifications/OrderChangeNotification.json")]
    except (ImportError, OSError) as error:
        print(f"skipped: {error}")
        return 77
    orders, v0, notice = models
    found, checked = [], 0
    with Sim(binary, "--orders", "60", "--changes", "3", "--rate-scale", "off", "--search-lag",
             "0") as sim:
        headers = {"x-amz-access-token": sim.token()[1]["access_token"]}

        def check(model, name, path):
            status, body = sim.json("GET", path, headers=headers)
            assert status == 200, (path, status, body)
            found.extend(problems_of(validator, of_model(model, name), body, path))

        while messages := sim.receive():
            for message in messages:
                body = json.loads(message["Body"])
                found += problems_of(validator, notice, body, "notice")
                order = body["Payload"]["OrderChangeNotification"]["AmazonOrderId"]
                check(orders, "GetOrderResponse",
                      f"/orders/2026-01-01/orders/{order}?includedData={ALL_SETS}")
                check(v0, "GetOrderItemsResponse", f"/orders/v0/orders/{order}/orderItems")
                check(v0, "GetOrderResponse", f"/orders/v0/orders/{order}")
                checked += 1
        since = "2020-01-01T00:00:00Z"
        check(orders, "SearchOrdersResponse", f"/orders/2026-01-01/orders?createdAfter={since}")
        check(v0, "GetOrdersResponse",
              f"/orders/v0/orders?MarketplaceIds=ATVPDKIKX0DER&CreatedAfter={since}")
    print("\n".join(found[:20]))
    print(f"{checked} notices and their orders, {len(found)} problems")
    return 1 if found or checked != 240 else 0


if __name__ == "__main__":
    sys.exit(main())
