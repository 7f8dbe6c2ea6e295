# SPDX-License-Identifier: Apache-2.0
"""Each member of Amazon's order models is mapped to the field that its row in coverage.def names,
or left out for the reason that stands there; and every field of a record page is filled by the
channels that the page names, and by no other.

Usage: check_model.py PRINT_MAPPED MATERIAL
Exit 77: the vendor's published material is not beside the sources.

From the model a body is made in which everything is told. A member is mapped when the record says
something else without it, at the field of its row; it is left out when the record says the same.
"""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COVERAGE = os.path.join(ROOT, "actors", "connectors", "amazon", "coverage.def")
RECORDS = os.path.join(ROOT, "docs", "records.md")

# Where only certain words have a meaning, or a type that the model calls a string.
WORDS = {
    "orderAliases[].aliasType": "SELLER_ORDER_ID",
    "programs[]": "AMAZON_BUSINESS",
    "associatedOrders[].associationType": "EXCHANGE_ORIGINAL_ID",
    "tax.taxRegistrations[].entityType": "BUYER",
    "tax.taxRegistrations[].taxRegistrationAttributes[].key": "TAX_OFFICE",
    "OrderItems[].IsGift": "true",
    "OrderItems[].BuyerRequestedCancel.IsBuyerRequestedCancel": "true",
}
CHARGES = ["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER", "TAX", "DISCOUNT"]
REPEATED = {  # an element for each of the words
    "proceeds.breakdowns[]": ("type", [*CHARGES, "DELIVERY_TIP"]),
    "orderItems[].proceeds.breakdowns[]": ("type", CHARGES),
    "orderItems[].proceeds.breakdowns[].detailedBreakdowns[]": ("subtype", CHARGES[:5]),
}
NUMBERS = {  # of a line: 9 were ordered
    "orderItems[].quantityOrdered": 9, "orderItems[].fulfillment.quantityFulfilled": 4,
    "orderItems[].fulfillment.quantityUnfulfilled": 3,
    "OrderItems[].QuantityOrdered": 9, "OrderItems[].QuantityShipped": 4,
}
NOTES = {"left_out", "repaired"}  # of the reading: not what a member says
AMOUNTS = {"OrderItems[].ItemPrice": "90.00"}  # so that one has a price
TIME = "2026-01-01T00:00:00Z"
SAMPLE = {
    "order": {"id": "1", "reference": "PO-1", "created": TIME, "updated": TIME, "status": "open",
              "currency": "EUR", "total": "10.50",
              "lines": [{"id": "l", "sku": "S", "quantity": 2, "price": "5.25"}]},
    "listing": {"id": "1", "sku": "S", "quantity": 2, "updated": TIME},
    "shipment": {"id": "1", "reference": "PO-1", "account": "shop1", "order": "2", "carrier": "DHL",
                 "tracking": "T", "shipped": TIME, "updated": TIME, "lines": [{"sku": "S", "quantity": 2}]},
    "inventory": {"sku": "S", "warehouse": "W", "quantity": 2, "updated": TIME},
}


class Model:
    """An official model: its leaves, and a body in which each is told."""

    def __init__(self, material, name, roots):
        path = os.path.join(material, "models", name + ".json")
        with open(path, encoding="utf-8") as file:
            self.definitions = json.load(file)["definitions"]
        self.leaves, self.count = {}, 0
        self.body = {}
        for place, root in roots:
            self.body.update(self.make({"$ref": "/" + root}, place))

    def make(self, schema, path):
        if "$ref" in schema:
            name = schema["$ref"].split("/")[-1]
            if name == "Money":
                self.leaves[path] = True
                return self.money(self.definitions[name]["properties"], path)
            return self.make(self.definitions[name], path)
        if schema.get("type") == "array":
            path += "[]"
            key, words = REPEATED.get(path, (None, [None]))
            items = [self.make(schema["items"], path) for _ in words]
            for item, word in zip(items, words):
                if key:
                    item[key] = word
            return items
        if "properties" in schema:
            return {key: self.make(value, f"{path}.{key}" if path else key)
                    for key, value in schema["properties"].items()}
        self.leaves[path] = True
        return self.leaf(schema, path)

    def money(self, members, path):
        self.count += 1
        amount = AMOUNTS.get(path, f"{self.count + 100}.07")
        return {key: "USD" if "urrency" in key else amount for key in members}

    def leaf(self, schema, path):
        self.count += 1
        if path in WORDS:
            return WORDS[path]
        if schema["type"] == "boolean":
            return True
        if schema["type"] == "integer":
            return NUMBERS.get(path, self.count % 60)
        if schema["type"] == "number":
            return self.count + 0.5
        if "enum" in schema:
            return schema["enum"][-1]
        if schema.get("format") == "date-time" or re.search(r"ISO 8601.*date", schema.get("description", "")) \
                or re.search(r"(Time|Date)$", path):
            return f"2026-02-{self.count % 28 + 1:02}T0{self.count % 10}:00:00Z"
        return f"v{self.count}"


def without(value, path):
    """A copy of the value, less what is at the path: `a.b[].c`."""
    if not path:
        return None
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(value, dict) or name not in value:
        return value
    copy = dict(value)
    if head.endswith("[]") and rest:
        copy[name] = [without(item, rest) for item in value[name]]
    elif rest:
        copy[name] = without(value[name], rest)
    else:
        del copy[name]
    return copy


def flat(value, path=""):
    """Every value of a record by its place; of a list those of all its items."""
    if isinstance(value, list):
        found = {}
        for entry in value:
            for key, item in flat(entry, path + "[]").items():
                found[key] = found.get(key, "") + item
        return found
    if isinstance(value, dict) and set(value) != {"amount", "currency"}:
        found = {}
        for key, item in value.items():
            found.update(flat(item, f"{path}.{key}" if path else key))
        return found
    return {path: json.dumps(value)}


class Printer:
    def __init__(self, program, connector, kind="order"):
        self.command = [program, connector, kind]

    def fields(self, bodies):
        done = subprocess.run(self.command, input="".join(json.dumps(body) + "\n" for body in bodies),
                              stdout=subprocess.PIPE, text=True, check=True)
        lines = done.stdout.splitlines()
        assert len(lines) == len(bodies)
        return [line if line.startswith("!") else flat(json.loads(line)) for line in lines]


def rows():
    """(api, member, field or None, reason or rival) of coverage.def."""
    with open(COVERAGE, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    text = re.sub(r'"\s*\n\s*"', "", text)
    found = []
    for kind, inside in re.findall(r"^(MAPPED|UNLESS|MADE|LEFT)\((.*?)\)$", text, re.M | re.S):
        api, *words = re.match(r"\w+", inside).group(), *re.findall(r'"((?:[^"\\]|\\.)*)"', inside)
        found.append((kind, api, *words))
    return found


def check_rows(api, leaves, table, problems):
    """Every leaf has one row, every row has a leaf."""
    for leaf in leaves:
        hits = [row for row in table if row[0] != "MADE" and
                (row[2] == leaf or row[0] == "LEFT" and leaf.startswith((row[2] + ".", row[2] + "[]")))]
        if len(hits) != 1:
            problems.append(f"{api}: {leaf} has {len(hits)} rows in coverage.def, not one")
    for row in table:
        if row[0] != "MADE" and not any(leaf == row[2] or row[0] == "LEFT" and
                                        leaf.startswith((row[2] + ".", row[2] + "[]")) for leaf in leaves):
            problems.append(f"{api}: {row[2]} of coverage.def is not in the model")
        if row[0] == "LEFT" and len(row[3]) < 10:
            problems.append(f"{api}: {row[2]} is left out without a reason")


def says(names, changed, needed):
    """Do the names of a row, fields or groups, say what changes? All of it, where it is not needed."""
    hits = [{key for key in changed if key == name or key.startswith((name + ".", name + "[]"))}
            for name in names]
    return all(hits) and (needed or set().union(*hits) == changed)


def check_effects(api, body, wrap, printer, table, problems):
    """What each row says is what happens. Returns the fields that were filled."""
    tried = [row for row in table if row[0] != "MADE"]
    bodies = [wrap(body)]
    for row in tried:
        base = without(body, row[4]) if row[0] == "UNLESS" else body
        bodies += [wrap(base), wrap(without(base, row[2]))]
    whole, *results = printer.fields(bodies)
    if isinstance(whole, str):
        problems.append(f"{api}: the body with everything in it: {whole}")
        return set()
    filled = set(whole)
    for row, full, less in zip(tried, results[::2], results[1::2]):
        if isinstance(full, str):
            problems.append(f"{api}: {row[2]}: {full}")
            continue
        filled |= set(full)
        changed = set(full) if isinstance(less, str) else \
            {key for key in set(full) | set(less) if full.get(key) != less.get(key)} - NOTES
        # without it there is no record, or not that element of it
        needed = isinstance(less, str) or "left_out" in changed
        if row[0] == "LEFT" and changed:
            problems.append(f"{api}: {row[2]} is said to be left out, and changes {sorted(changed)}")
        if row[0] != "LEFT" and not says(row[3].split(", "), changed, needed):
            problems.append(f"{api}: {row[2]} is said to be {row[3]}, and changes {sorted(changed)}")
    return filled


def page_fields(kind):
    """Of a record on its page: field -> the channels that are said to give it."""
    fields, place = {}, None
    with open(RECORDS, encoding="utf-8") as file:
        for line in file:
            title = re.match(r"##+ (\w+)(?:\.(\S+))?", line)
            if title:
                place = (title.group(2) or "") if title.group(1) == kind else None
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if place is not None and re.match(r"\d+$", cells[0]):
                given = cells[-2]
                fields[f"{place}.{cells[1]}" if place else cells[1]] = (
                    cells[2], set(filter(None, given.split(", "))))
    return fields


def check_page(channel, record, filled, problems):
    for field, (kind, given) in page_fields(record).items():
        if kind in ("group", "list") or given == {"any"}:
            continue
        if (field in filled) != (channel in given):
            problems.append(f"docs/records.md: {record}.{field} is {'not ' * (channel not in given)}said to be "
                            f"given by {channel}, and is {'not ' * (field not in filled)}filled")


def main():
    program, material = sys.argv[1:]
    if not os.path.isdir(material):
        sys.exit(77)
    newer = Model(material, "orders_2026-01-01", [("", "Order")])
    older = Model(material, "ordersV0", [("", "Order")])
    items = Model(material, "ordersV0", [("OrderItems[]", "OrderItem")])
    older.body["OrderItems"] = [items.body]
    older.leaves.update(items.leaves)

    def join(body):
        order = {key: value for key, value in body.items() if key != "OrderItems"}
        return {"AmazonOrder": order, "OrderItems": [body.get("OrderItems", [])]}

    problems, table = [], rows()
    for api, channel, model, wrap in (("V2026", "amazon 2026-01-01", newer, lambda body: {"order": body}),
                                      ("V0", "amazon v0", older, join)):
        mine = [row for row in table if row[1] == api]
        check_rows(api, model.leaves, mine, problems)
        filled = check_effects(api, model.body, wrap, Printer(program, "amazon"), mine, problems)
        check_page(channel, "order", filled, problems)
    for kind, body in SAMPLE.items():
        check_page("sample", kind, set(Printer(program, "sample", kind).fields([body])[0]), problems)
    print("\n".join(problems))
    print(f"{len(newer.leaves)} and {len(older.leaves)} members, {len(table)} rows, "
          f"{len(page_fields('order'))} fields, {len(problems)} problems")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
