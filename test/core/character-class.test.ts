/** A class says the same to every byte, whether its trie is built or not; how large that gets is known before. */
import { array, assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { ASCII_TRIE_NODES, CharacterClass } from "../../src/core/pattern/character-class.ts";
import { type CharSet, normalize } from "../../src/core/pattern/charset.ts";
import { unfold } from "../../src/core/pattern/unicode.ts";
import { ACCEPT, byteTrie, type ByteTrie } from "../../src/core/pattern/utf8.ts";
import { tries } from "../support/seed.ts";

const FOLDED = { unfolds: true, isEscaped: true } as const;
const PLAIN = { unfolds: false, isEscaped: false } as const;

const asciiSet = array(integer({ min: 1, max: 0x7f }), { minLength: 1, maxLength: 60 }).map((points) =>
  normalize(points.flatMap((point) => [point, point])),
);
const anySet = array(integer({ min: 0, max: 0x30ff }), { minLength: 2, maxLength: 12 }).map((points) =>
  normalize(points.toSorted((a, b) => a - b).slice(0, 2 * Math.floor(points.length / 2))),
);

/** Every string of bytes that ends a character of the trie, as text; ranges in full. */
function accepted(trie: ByteTrie): Set<string> {
  const out = new Set<string>();
  const walk = (node: number, before: string): void => {
    for (const { lo, hi, to } of trie[node])
      for (let byte = lo; byte <= hi; byte++) {
        const bytes = `${before} ${byte}`;
        if (to === ACCEPT) out.add(bytes);
        else walk(to, bytes);
      }
  };
  walk(0, "");
  return out;
}

function check(set: CharSet, form: typeof FOLDED | typeof PLAIN): void {
  const seen = form.unfolds ? unfold(set) : set;
  if (seen.length === 0) {
    expect(() => new CharacterClass(set, form)).toThrow("nothing but characters that vanish");
    return;
  }
  const one = new CharacterClass(set, form);
  const whole = byteTrie(seen, { percent: form.isEscaped });
  const before = one.mostNodes;
  for (let byte = 0; byte < 0x80; byte++) {
    const edges = whole[0].filter(({ lo, hi }) => lo <= byte && byte <= hi);
    expect(one.holds(byte)).toBe(edges.some(({ to }) => to === ACCEPT));
    expect(one.mayBeginWith(byte) || edges.length === 0).toBe(true);
    if (one.isDecidedBy(byte)) expect(edges.every(({ to }) => to === ACCEPT)).toBe(true);
  }
  if (one.isAscii) expect(whole[0].every(({ hi }) => hi <= 0x7f)).toBe(true);
  expect(one.trie.length).toBeLessThanOrEqual(before);
  expect(one.mostNodes).toBe(one.trie.length);
  expect(accepted(one.trie)).toEqual(accepted(whole));
}

describe("a class and the trie of all that it means", () => {
  test("agree over random sets, folded and plain", () => {
    assert(
      property(anySet, (set) => {
        if (set.length === 0) return;
        check(set, FOLDED);
        check(set, PLAIN);
      }),
      tries(60, 44),
    );
  });

  test.each([[[0, 0]], [[0x200b, 0x200b]], [[0, 0x7f]], [[0x25, 0x25]], [[0x7f, 0x80]], [[0x17f, 0x17f]]])(
    "agree over %j",
    (set) => {
      check(set, FOLDED);
      check(set, PLAIN);
    },
  );
});

describe("no class of ASCII needs more nodes than are counted for it", () => {
  const nodes = (set: CharSet): number => byteTrie(unfold(set), { percent: true }).length;

  test("each character, all, and every second one", () => {
    const all = Array.from({ length: 0x7f }, (_, i) => i + 1);
    for (const point of all) expect(nodes([point, point])).toBeLessThanOrEqual(ASCII_TRIE_NODES);
    expect(nodes([1, 0x7f])).toBeLessThanOrEqual(ASCII_TRIE_NODES);
    for (const rest of [0, 1]) {
      const half = all.filter((point) => point % 2 === rest);
      expect(nodes(half.flatMap((point) => [point, point]))).toBeLessThanOrEqual(ASCII_TRIE_NODES);
    }
  });

  test("random ones", () => {
    assert(
      property(asciiSet, (set) => {
        expect(nodes(set)).toBeLessThanOrEqual(ASCII_TRIE_NODES);
      }),
      tries(300, 45),
    );
  });

  // A node stands for bytes that begin a character: there are no more of those than characters that fold into ASCII have.
  test("nor could any: so many bytes begin a character that folds into ASCII, or an escape", () => {
    const beginnings = new Set<string>(["%", ..."01234567"].map((digit) => (digit === "%" ? "%" : `%${digit}`)));
    const sources = unfold([1, 0x7f]);
    for (let i = 0; i < sources.length; i += 2)
      for (let point = sources[i]; point <= sources[i + 1]; point++) {
        const bytes = new TextEncoder().encode(String.fromCodePoint(point));
        for (let length = 1; length < bytes.length; length++) beginnings.add(bytes.subarray(0, length).join());
      }
    expect(beginnings.size + 1).toBeLessThanOrEqual(ASCII_TRIE_NODES);
  });
});
