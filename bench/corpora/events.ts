/**
 * Nested JSON events, one a line, with escapes, arrays and numbers; one in ten holds values.
 *
 * Owns their shape. Values come last in an event, for the reason that log.ts gives.
 */
import { type Corpus, buildCorpus, type Line } from "./corpus.ts";
import { harmlessField, timestamp, uuid } from "./harmless.ts";
import { Random } from "./random.ts";
import { makeValue, type Value } from "./values.ts";

const VALUE_SHARE = 0.1;
const TITLES = [
  "Größe 42 “slim”",
  "café au lait\n2 × 250 g",
  "C:\\temp\\report.txt",
  "naïve <b>bold</b>",
  "plain item",
  "東京の地図",
];

export function eventCorpus(bytes: number, seed: number): Corpus {
  const random = new Random(seed);
  return buildCorpus("json-events", bytes, () => eventLine(random));
}

function eventLine(random: Random): Line {
  const values: Value[] = [];
  const event: Record<string, unknown> = {
    id: uuid(random),
    type: random.pick(["order.created", "order.paid", "user.updated", "shipment.sent"]),
    at: timestamp(random),
    trace: { id: random.hex(32), parent: random.hex(16), sampled: random.next() < 0.5 },
    items: Array.from({ length: random.int(1, 4) }, () => item(random)),
    totals: { net: random.int(1, 99_999) / 100, tax: random.int(1, 9999) / 100, currency: "EUR", paid: null },
    tags: ["beta", "eu-west", `v${random.int(1, 9)}`],
    meta: Object.fromEntries([1, 2, 3].map(() => harmlessField(random))),
  };
  if (random.next() < VALUE_SHARE) {
    const { entity, value } = makeValue(random);
    values.push({ entity, value: JSON.stringify(value).slice(1, -1) });
    event["customer"] = { profile: { value, verified: true } };
  }
  return { text: JSON.stringify(event), values };
}

function item(random: Random): Record<string, unknown> {
  return {
    sku: `${random.text(3, "ABCDEFGH")}-${random.digits(5)}`,
    title: random.pick(TITLES),
    quantity: random.int(1, 9),
    price: random.int(100, 99_999) / 100,
    attributes: { [random.pick(["size", "weight"])]: random.int(1, 500), gift: random.next() < 0.1 },
  };
}
