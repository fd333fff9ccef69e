/** What keyed operators remember: docs/threat-model.md says how many values at most. */
import { expect, it } from "vitest";
import { RecentlyUsed } from "../../src/core/operators/cache.ts";

const GENERATION = 4096;

function counted(): { get: (text: string) => string; computed: string[] } {
  const used = new RecentlyUsed<string>();
  const computed: string[] = [];
  const compute = (text: string): string => {
    computed.push(text);
    return `<${text}>`;
  };
  return { get: (text) => used.get(text, compute), computed };
}

it("are the last 4,096 values at least, and none that 8,192 others came after", () => {
  const { get, computed } = counted();
  const all = Array.from({ length: 2 * GENERATION }, (_, index) => String(index));
  for (const text of all) expect(get(text)).toBe(`<${text}>`);
  computed.length = 0;
  for (const text of all.slice(GENERATION)) get(text);
  expect(computed).toEqual([]);
  for (let index = 0; index < 2 * GENERATION; index++) get(`other ${index}`);
  computed.length = 0;
  for (const text of all) get(text);
  expect(computed).toEqual(all);
});

it("are short: 256 characters, and not one more", () => {
  const { get, computed } = counted();
  const texts = ["x".repeat(256), "y".repeat(257)];
  for (const text of [...texts, ...texts]) get(text);
  expect(computed.map((text) => text.length)).toEqual([256, 257, 257]);
});
