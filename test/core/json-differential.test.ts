/** The walker reads JSON as JSON.parse and @streamparser/json do, at every cut, and documents without findings keep each byte. */
import { Tokenizer, TokenType } from "@streamparser/json";
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import { IS_KEY, type JsonVisitor, JsonWalker } from "../../src/core/json/walker.ts";
import { findCutFailure } from "../support/every-cut.ts";
import { randomJson } from "../support/random-json.ts";

const DOCUMENTS = 200;
/** Documents up to this length are cut at every place. */
const SHORT_CHARACTERS = 250;

/** What a reader of tokens sees: names, values and brackets, in order. */
type Seen = readonly [kind: "key" | "value" | "open" | "close", value?: unknown];

class Recorder implements JsonVisitor {
  readonly seen: Seen[] = [];
  bytes: Uint8Array = new Uint8Array(0);

  string(start: number, end: number, flags: number): void {
    this.seen.push([(flags & IS_KEY) !== 0 ? "key" : "value", this.read(start - 1, end + 1)]);
  }
  number(start: number, end: number): void {
    this.seen.push(["value", this.read(start, end)]);
  }
  literal(start: number, end: number): void {
    this.seen.push(["value", this.read(start, end)]);
  }
  open(isObject: boolean): void {
    this.seen.push(["open", isObject ? "object" : "array"]);
  }
  close(): void {
    this.seen.push(["close"]);
  }
  private read(start: number, end: number): unknown {
    return JSON.parse(Buffer.from(this.bytes.subarray(start, end)).toString("utf8"));
  }
}

interface Reading {
  readonly seen: readonly Seen[];
  readonly isValid: boolean;
}

/** Walks chunk by chunk, giving what was left again. */
function walk(bytes: Uint8Array, cut = bytes.length): Reading {
  const recorder = new Recorder();
  const walker = new JsonWalker(recorder, { depth: 1000, tokenBytes: 1_000_000 });
  let from = 0;
  for (const [end, isLast] of [
    [cut, false],
    [bytes.length, true],
  ] as const) {
    recorder.bytes = bytes.subarray(from, end);
    from += walker.walk(recorder.bytes, isLast);
  }
  return { seen: recorder.seen, isValid: walker.fault === undefined };
}

/** What the other parser sees: of its tokens a string before a colon is a name. */
function tokenize(bytes: Uint8Array, cut: number): readonly Seen[] {
  const seen: Seen[] = [];
  const tokenizer = new Tokenizer();
  tokenizer.onToken = ({ token, value }) => {
    if (token === TokenType.LEFT_BRACE) seen.push(["open", "object"]);
    else if (token === TokenType.LEFT_BRACKET) seen.push(["open", "array"]);
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) seen.push(["close"]);
    else if (token === TokenType.COLON) seen.push(["key", seen.pop()?.[1]]);
    else if (token !== TokenType.COMMA && token !== TokenType.SEPARATOR) seen.push(["value", value]);
  };
  tokenizer.write(bytes.subarray(0, cut));
  tokenizer.write(bytes.subarray(cut));
  if (!tokenizer.isEnded) tokenizer.end();
  return seen;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value that the tokens build; of names that come twice the last counts. */
function valueOf(seen: readonly Seen[]): unknown {
  let at = 0;
  const next = (): unknown => {
    const [kind, value] = seen[at++];
    if (kind !== "open") return value;
    const elements: unknown[] = [];
    const members: [string, unknown][] = [];
    for (; seen[at][0] !== "close";) {
      if (seen[at][0] === "key") members.push([seen[at++][1] as string, next()]);
      else elements.push(next());
    }
    at++;
    return value === "object" ? Object.fromEntries(members) : elements;
  };
  return next();
}

const documents = Array.from({ length: DOCUMENTS }, (_, seed) => ({ seed, text: randomJson(seed + 1) }));

describe("random documents", () => {
  const policy = compilePolicy({});

  it("are of every kind", () => {
    const all = documents.map(({ text }) => text).join("");
    for (const part of ['\\"', "\\u", "\r\n", "\t", "e+", "-0", "{}", "[ ", "null", "true"])
      expect(all).toContain(part);
  });

  it.each(documents)("$seed is read as others read it, at every cut", ({ text }) => {
    const bytes = Buffer.from(text);
    const whole = walk(bytes);
    expect(whole.isValid).toBe(true);
    expect(valueOf(whole.seen)).toEqual(JSON.parse(text));
    const step = text.length <= SHORT_CHARACTERS ? 1 : Math.ceil(text.length / 50);
    for (let cut = 0; cut <= bytes.length; cut += step) {
      expect(walk(bytes, cut)).toEqual(whole);
      expect(tokenize(bytes, cut)).toEqual(whole.seen);
    }
  });

  it.each(documents)("$seed keeps each byte", ({ text }) => {
    const bytes = Buffer.from(text);
    expect(Buffer.from(maskWhole(policy, "json", bytes)).equals(bytes)).toBe(true);
    if (text.length <= SHORT_CHARACTERS) expect(findCutFailure(policy, "json", bytes)).toBeUndefined();
  });

  it.each(documents)("$seed with one structural character less or more is JSON to both or to neither", ({ text }) => {
    // Strings are left alone: the walker takes them as they are.
    const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[^"]/gs)].filter(([token]) => token.length === 1);
    for (const { index } of places) {
      for (const changed of [",", ":", "]", "}", "1", ""].map(
        (one) => text.slice(0, index) + one + text.slice(index + 1),
      ))
        expect([changed, walk(Buffer.from(changed)).isValid]).toEqual([changed, isJson(changed)]);
    }
  });
});
