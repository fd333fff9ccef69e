/**
 * What stands in logs and looks like a value without being one: ids, hashes, versions, epochs.
 *
 * Owns fields that nobody may mask. Never makes one that could be a value by chance.
 */
import type { Random } from "./random.ts";
import { passesLuhn } from "./values.ts";

export type Field = readonly [key: string, value: string | number];

const VARIANT = ["8", "9", "a", "b"];

export function uuid(random: Random): string {
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${random.pick(VARIANT)}${random.hex(3)}-${random.hex(12)}`;
}

/** Sixteen digits whose check digit is wrong. */
function sequenceNumber(random: Random): string {
  for (;;) {
    const digits = random.digits(16);
    if (!passesLuhn(digits)) return digits;
  }
}

const FIELDS: readonly ((random: Random) => Field)[] = [
  (random) => ["order", random.digits(random.int(9, 11))],
  (random) => ["invoice_no", `INV-${random.digits(8)}`],
  (random) => ["epoch_ms", Number(`17${random.digits(11)}`)],
  (random) => ["epoch_ns", `17${random.digits(17)}`],
  (random) => ["uuid", uuid(random)],
  (random) => ["sha", random.hex(40)],
  (random) => ["digest", `sha256:${random.hex(64)}`],
  (random) => ["version", `${random.int(0, 30)}.${random.int(0, 40)}.${random.int(0, 90)}`],
  (random) => ["build", `${random.int(1, 9)}.${random.int(0, 20)}.${random.int(1000, 99_999)}`],
  (random) => [
    "pkg",
    `@${random.pick(["acme", "types"])}/${random.pick(["node", "core", "ui"])}@${random.int(1, 9)}.4.1`,
  ],
  (random) => ["asset", `icons/${random.pick(["star", "user", "cart"])}@2x.png`],
  (random) => ["image", `registry.internal/app/${random.pick(["api", "web"])}@sha256:${random.hex(64)}`],
  (random) => ["decorator", `@Injectable class ${random.pick(["Foo", "Bar"])}Service`],
  (random) => ["pod", `api-${random.hex(10)}-${random.hex(5)}`],
  (random) => ["bytes", random.int(1, 9e9)],
  (random) => ["latency_ms", Number((random.next() * 900).toFixed(3))],
  (random) => ["lat", Number((random.next() * 90).toFixed(6))],
  (random) => ["ticket", `${random.pick(["ABC", "OPS", "PAY"])}-${random.int(100, 99_999)}`],
  (random) => ["cursor", random.opaque(44)],
  (random) => ["etag", `W/"${random.hex(16)}"`],
  (random) => ["seq16", sequenceNumber(random)],
  (random) => ["range", `${random.int(100, 999)}-${random.int(1000, 9999)}`],
  (random) => ["sku", `${random.digits(3)}-${random.digits(3)}-${random.digits(3)}`],
  (random) => ["colour", `#${random.hex(6)}`],
  (random) => ["ratio", `${random.int(1, 9)}:${random.int(10, 59)}:${random.int(10, 59)}`],
  (random) => ["topic", `events.${random.pick(["orders", "users"])}.v${random.int(1, 9)}`],
  (random) => ["amount", `${random.int(1, 99_999)}.${random.int(10, 99)}`],
  (random) => ["traceparent", `00-${random.hex(32)}-${random.hex(16)}-01`],
];

export function harmlessField(random: Random): Field {
  return random.pick(FIELDS)(random);
}

export function timestamp(random: Random): string {
  const two = (least: number, most: number): string => String(random.int(least, most)).padStart(2, "0");
  const time = `${two(0, 23)}:${two(0, 59)}:${two(0, 59)}.${String(random.int(0, 999)).padStart(3, "0")}`;
  return `2026-${two(1, 12)}-${two(1, 28)}T${time}Z`;
}
