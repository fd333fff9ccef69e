/** What is held back: nothing that could not belong to a match. */
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compilePolicy,
  createMasker,
  maskWhole,
  PACK_NAMES,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { TEXT_KEPT_BYTES } from "../../src/core/finder.ts";
import { HAS_MATCH, NO_THREAD } from "../../src/core/pattern/dfa.ts";
import { KIND } from "../../src/core/pattern/neighbour.ts";
import { UTF8_HOLD_BYTES } from "../../src/core/utf8-repair.ts";
import { maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

const policy = compilePolicy({});
const [scanner] = policy.engine.automata;

/** True when nothing that could still become a match has begun, and none has ended, in a text. */
function isIdle(bytes: Uint8Array): boolean {
  let entry = scanner.start(KIND.none);
  for (const byte of bytes) {
    entry = scanner.step(entry, byte);
    if ((entry & HAS_MATCH) !== 0) return false;
  }
  return (entry & NO_THREAD) !== 0;
}

/** What is held after each byte was pushed by itself. */
function heldAfter(bytes: Uint8Array): number {
  const masker = createMasker(policy, "text");
  for (const byte of bytes) masker.push(Uint8Array.of(byte));
  return masker.heldBytes;
}

describe("a byte that cannot start a match", () => {
  const ascii = Array.from({ length: 128 }, (_, byte) => Uint8Array.of(0x20, byte));

  it("is never held, behind a blank", () => {
    const idle = ascii.filter(isIdle);
    expect(idle.length).toBeGreaterThan(10);
    for (const bytes of idle) expect([bytes[1], heldAfter(bytes)]).toEqual([bytes[1], 0]);
  });

  it("is held only when it may start one", () => {
    const alive = ascii.filter((bytes) => !isIdle(bytes));
    expect(alive.length).toBeGreaterThan(10);
    for (const bytes of alive) expect(heldAfter(bytes)).toBeLessThanOrEqual(1);
  });

  it("is never held, wherever a text has come to rest", () => {
    let rested = 0;
    const piece = constantFrom(
      "the ",
      "door, ",
      "is\n",
      "open. ",
      "12 ",
      "(x) ",
      "a@",
      "4111 ",
      "é",
      "; ",
      "%",
      "id=7 ",
    );
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = new TextEncoder().encode(pieces.join(""));
        if (!isIdle(bytes)) return;
        rested++;
        expect(heldAfter(bytes)).toBe(0);
      }),
      tries(3000, 20_261_125),
    );
    expect(rested).toBeGreaterThan(200);
  });
});

const isBusy = (entry: number): boolean => (entry & (HAS_MATCH | NO_THREAD)) === 0;

/**
 * What a value begins with, and then bytes that neither end a match nor let the automaton rest, the last one over and over where
 * that will do: the worst that a text can do to whoever waits for it.
 */
function busyText(policy: Policy, start: string, length: number): Uint8Array {
  const [automaton] = policy.engine.automata;
  const bytes = new Uint8Array(length);
  const opening = new TextEncoder().encode(start);
  let entry = automaton.start(KIND.none);
  for (let at = 0; at < length; at++) {
    const wanted = opening[at] ?? bytes[at - 1] ?? 0;
    let busy = wanted;
    for (let more = 0; more < 128 && !isBusy(automaton.step(entry, busy)); more++) busy = (busy + 1) % 128;
    bytes[at] = at < opening.length ? wanted : busy;
    entry = automaton.step(entry, bytes[at]);
  }
  return bytes;
}

describe("ordinary words", () => {
  const sentences = [
    "Please see you later, all words here mean nothing much",
    "hello world, these lines come from people while they write their notes",
    "our server could never reach other hosts, retry later maybe",
    "der schnelle Hund sieht einen alten Baum und bleibt davor stehen",
  ];

  it.each(sentences)("wait for no other behind a blank: %s", (sentence) => {
    const words = sentence.split(" ");
    const waits = words.filter((_, i) => heldAfter(Buffer.from(`${words.slice(0, i + 1).join(" ")} `)) > 0);
    expect(waits).toEqual([]);
  });
});

describe("what a text holds", () => {
  it.each<readonly [string, PolicySpec]>([
    ["the default policy", {}],
    ["every pack", { packs: [...PACK_NAMES] }],
    ["line breaks", { crossLine: true }],
    ["entities and base64", { decodeEntities: true, decodeBase64: true, decodeDepth: 2 }],
  ])("is bounded for bytes that never let it rest: %s", (_, spec) => {
    const policy = compilePolicy(spec);
    let most = 0;
    for (const { hits } of policy.detectors) {
      const [hit = ""] = hits;
      const bytes = busyText(policy, hit.slice(0, Math.ceil(hit.length / 2)), 10_000);
      const masker = createMasker(policy, "text");
      for (let at = 0; at < bytes.length; at += 97) {
        masker.push(bytes.slice(at, at + 97));
        most = Math.max(most, masker.heldBytes);
        // A finding that may still grow is decided; its text is kept for the operator, up to a fixed size.
        expect(masker.heldBytes).toBeLessThanOrEqual(policy.holdbackMaxBytes + TEXT_KEPT_BYTES);
      }
    }
    // It comes near what one match may take.
    expect(most).toBeGreaterThan(policy.longestMatchBytes / 2);
  });
});

describe("what a reading holds", () => {
  const JWT = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${"a".repeat(9000)}`;
  const TEXTS = {
    "line breaks that never end": `card 4111 1111 11${"\n".repeat(40_000)}`,
    "line breaks of two bytes": `card ${"4\r\n\r\n".repeat(8000)}`,
    "entities without end": `card 4111${"&#8203;".repeat(8000)}`,
    "entities of many zeros": "&#00000000000000000000000049;".repeat(3000),
    "percent signs": "%2525".repeat(10_000),
    "a token in base64": Buffer.from(JWT).toString("base64"),
    "base64 of base64": Buffer.from(Buffer.from(JWT).toString("base64")).toString("base64"),
  };

  it.each([
    { crossLine: true },
    { decodeEntities: true },
    { decodeBase64: true },
    { decodeDepth: 3 },
    { decodeBase64: true, decodeEntities: true, decodeDepth: 2 },
  ])("stays below the bound of the policy: %j", (spec) => {
    const policy = compilePolicy(spec);
    for (const [name, text] of Object.entries(TEXTS)) {
      const masker = createMasker(policy, "text");
      const bytes = new TextEncoder().encode(text);
      let most = 0;
      for (let at = 0; at < bytes.length; at += 61) {
        masker.push(bytes.subarray(at, at + 61));
        most = Math.max(most, masker.heldBytes);
      }
      expect([name, most <= policy.holdbackMaxBytes || most]).toEqual([name, true]);
    }
  });

  it("is refused over holdbackLimitBytes, with the depth that fits", () => {
    const spec = { decodeEntities: true, decodeDepth: 3 };
    const refused = expect.objectContaining({
      code: "BAD_CONFIG",
      reason: expect.stringMatching(/^decodeDepth: 3 .*holdbackLimitBytes is 16777216; write decodeDepth: 2, /),
    });
    expect(() => compilePolicy(spec)).toThrow(refused);
    const { holdbackMaxBytes } = compilePolicy({ ...spec, decodeDepth: 2 });
    expect(holdbackMaxBytes).toBeLessThan(16_777_216);
    // Beside what the limit bounds wait the bytes of one cut character.
    const limitBytes = holdbackMaxBytes - UTF8_HOLD_BYTES;
    const compile = (holdbackLimitBytes: number) =>
      compilePolicy({ ...spec, decodeDepth: 2 }, { limits: { holdbackLimitBytes } });
    expect(compile(limitBytes).holdbackMaxBytes).toBe(holdbackMaxBytes);
    expect(() => compile(limitBytes - 1)).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
    expect(() => compilePolicy({}, { limits: { holdbackLimitBytes: 100 } })).toThrow(
      expect.objectContaining({ reason: expect.stringContaining("take an option away") }),
    );
  });

  it("goes on over as many line breaks as are read, and over no more", () => {
    const policy = compilePolicy({ crossLine: true });
    const mask = (breaks: string): string => {
      const bytes = new TextEncoder().encode(`jane@${breaks}acme.com `);
      const whole = Buffer.from(maskWhole(policy, "text", bytes)).toString();
      for (let cut = 1; cut < bytes.length; cut++)
        expect(Buffer.from(maskCut(policy, "text", { bytes, cuts: [cut] })).toString()).toBe(whole);
      const everywhere = Array.from(bytes, (_, at) => at);
      expect(Buffer.from(maskCut(policy, "text", { bytes, cuts: everywhere })).toString()).toBe(whole);
      return whole;
    };
    for (const one of ["\n", "\r\n", "\r"]) {
      expect(mask(one.repeat(8))).toBe("[EMAIL] ");
      expect(mask(one.repeat(9))).toBe(`jane@${one.repeat(9)}acme.com `);
    }
  });
});
