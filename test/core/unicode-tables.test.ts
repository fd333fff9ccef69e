/** The committed tables are what the generator prints from the Unicode version that they name. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unicodeTables } from "../support/generate-unicode.ts";

const path = new URL("../../src/core/pattern/unicode-tables.ts", import.meta.url);

test("tables equal their generator's output", (context) => {
  const committed = readFileSync(path, "utf8");
  const version = /Unicode ([0-9.]+)/.exec(committed)?.[1];
  if (process.versions["unicode"] !== version)
    context.skip(`this Node has Unicode ${process.versions["unicode"]}, the tables have ${version}`);
  expect(unicodeTables()).toBe(committed);
});
