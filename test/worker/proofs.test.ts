/** The edge goes without what tables carry for people and for tests: sources, descriptions and examples. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { OPERATOR_KINDS } from "../../src/core/index.ts";
import { PACK_NAMES } from "../../src/core/packs/index.ts";
import { REPOSITORY } from "../support/repository.ts";

const built = ["index", "shared", "packs", "operators"]
  .map((name) => readFileSync(join(REPOSITORY, "dist/worker", `${name}.js`), "utf8"))
  .join("\n");

/**
 * Shorter ones may be words of the code, and a card's number is one that the worker warms up with; a quote or a backslash
 * is written in another way there.
 */
function isTelling(text: string): boolean {
  return text.length >= 16 && /[a-z]/i.test(text) && !/["'`\\$\n\r]/.test(text);
}

describe("the modules of the edge carry", () => {
  test.each(withPacks(PACK_NAMES))("no example of $entity, and not where it comes from", ({ hits, misses, source }) => {
    expect([...hits, ...misses, source].filter((text) => isTelling(text) && built.includes(text))).toEqual([]);
  });

  test.each(OPERATOR_KINDS)("no description of an option of $name", ({ options }) => {
    const texts = Object.values(options).map(({ description }) => description);
    expect(texts.filter((text) => isTelling(text) && built.includes(text))).toEqual([]);
  });

  test("a quarter of all examples in a form that would be seen here", () => {
    const texts = withPacks(PACK_NAMES).flatMap(({ hits, misses }) => [...hits, ...misses]);
    expect(texts.filter(isTelling).length).toBeGreaterThan(texts.length / 4);
  });
});
