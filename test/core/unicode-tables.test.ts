/** The committed tables are what the generator makes of the Unicode version that they name, and they stay small. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unicodeProperties, unicodeTables } from "../support/generate-unicode.ts";

const TABLES = "../../src/core/pattern/unicode-tables.ts";
const PROPERTIES = "../../src/core/pattern/unicode-properties.ts";

const VERSION = /Unicode ([0-9.]+)/.exec(textOf(TABLES))?.[1];

test.skipIf(process.versions["unicode"] !== VERSION).each([
  [TABLES, unicodeTables],
  [PROPERTIES, unicodeProperties],
])("%s equals its generator's output", async (file, generate) => {
  await expect(generate()).toMatchFileSnapshot(file);
});

test("tables weigh less than 10 KB, since every Worker loads them", () => {
  expect(textOf(TABLES).length).toBeLessThan(10_000);
});

function textOf(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}
