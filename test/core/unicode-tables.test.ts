/** The committed tables are what the generator makes of the Unicode version that they name, and they stay small. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unicodeTables } from "../support/generate-unicode.ts";

const TABLES = "../../src/core/pattern/unicode-tables.ts";

test("tables equal their generator's output", async (context) => {
  const version = /Unicode ([0-9.]+)/.exec(committed())?.[1];
  if (process.versions["unicode"] !== version)
    context.skip(`this Node has Unicode ${process.versions["unicode"]}, the tables have ${version}`);
  await expect(unicodeTables()).toMatchFileSnapshot(TABLES);
});

test("tables weigh less than 40 KB, since every Worker loads them", () => {
  expect(committed().length).toBeLessThan(40_000);
});

function committed(): string {
  return readFileSync(new URL(TABLES, import.meta.url), "utf8");
}
