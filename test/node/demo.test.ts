import { describe, expect, it } from "vitest";
import { compilePolicy, findAll, maskEvent } from "../../src/core/index.ts";
import { alignPair, DEMO_FEED, formatPair, startDemo } from "../../src/node/demo.ts";
import { DEMO_EVENT_TYPES, demoEvents, type DemoEvent } from "../../src/node/demo-events.ts";
import { coloured, type Paint, paintFor, plain } from "../../src/node/paint.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array());

function take(count: number, seed?: number): DemoEvent[] {
  const events = demoEvents(seed);
  return Array.from({ length: count }, () => events.next().value as DemoEvent);
}

/** Decodes every string of a JSON text, JSON inside strings too, so that no escape can hide a value. */
function flatten(json: string): string {
  const walk = (value: unknown): string => {
    if (typeof value === "string") return value.startsWith("{") ? flatten(value) : value;
    if (typeof value !== "object" || value === null) return String(value);
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${walk(inner)}`)
      .join("\n");
  };
  return walk(JSON.parse(json));
}

function keysOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return null;
  return Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]);
}

/** What a person would call raw; deliberately simpler than the detectors, and independent of them. */
const PLANTED: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["e-mail address", /[a-z]+\.[a-z]+@[a-z.]+/g],
  ["card", /\b(?:[2-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}|3\d{3}[ -]?\d{6}[ -]?\d{4,5})\b/g],
  ["IBAN", /\b(?:DE|GB|FR|NL|ES|IT|BE|CH|PL|SE)\d{2}[ 0-9A-Z]{11,}/g],
  ["social security number", /\b\d{3}-\d{2}-\d{4}\b/g],
  ["telephone number", /\+\d{1,2} [\d -]{9,}|\(415\) 555-\d{4}/g],
  ["IPv4 address", /\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+/g],
  ["IPv6 address", /2001:db8:[0-9a-f:]+/g],
  ["MAC address", /00:00:5e:00:53:../g],
  ["AWS key", /AKIA\w{16}/g],
  ["GitHub token", /ghp_\w{36}/g],
  ["JWT", /eyJ[\w.-]+/g],
  ["private key", /-----BEGIN[^]*-----END/g],
];

describe("the demo's events", () => {
  it("are the same for the same seed and others for another", () => {
    expect(take(50, 7)).toEqual(take(50, 7));
    expect(take(50, 7)).not.toEqual(take(50, 8));
  });

  it("have the types that the demo's feed lets pass", () => {
    expect(new Set(take(300).map(({ event }) => event))).toEqual(new Set(DEMO_EVENT_TYPES));
  });

  it("are JSON values of at most 4 KiB, each kind among the first nine", () => {
    const events = take(2_000);
    for (const { data } of events) expect(encode(data).length, data).toBeLessThanOrEqual(4_096);
    for (const { data } of events) expect(() => JSON.parse(data)).not.toThrow();
    expect(new Set(events.slice(0, 9).map(({ event }) => event)).size).toBe(9);
  });

  it.each(PLANTED)("hold every now and then: %s", (_name, pattern) => {
    const found = take(300).flatMap(({ data }) => flatten(data).match(pattern) ?? []);
    expect(found.length).toBeGreaterThan(1);
  });
});

describe("the demo's events, masked by the default policy", () => {
  const policy = compilePolicy({});

  it.each(PLANTED)("show no %s", (_name, pattern) => {
    for (const { data } of take(1_000)) {
      const shown = flatten(decode(maskEvent(policy, encode(data))));
      for (const value of flatten(data).match(pattern) ?? []) expect(shown, data).not.toContain(value.trim());
    }
  });

  it("stay JSON with the same keys", () => {
    for (const { data } of take(300)) {
      const masked: unknown = JSON.parse(decode(maskEvent(policy, encode(data))));
      expect(keysOf(masked)).toEqual(keysOf(JSON.parse(data)));
    }
  });

  it.each(["trace_id", "order", "app", "firmware", "VERSION", "sku", "at", "ts", "delivery"])(
    "keep what only looks personal: %s",
    (key) => {
      const valuesOf = (json: string): string[] => json.match(new RegExp(`"${key}":"[^"]*"`, "g")) ?? [];
      for (const { data } of take(300))
        expect(valuesOf(decode(maskEvent(policy, encode(data))))).toEqual(valuesOf(data));
    },
  );
});

describe("playing the demo", () => {
  it("publishes into the feed demo at the asked pace and shows each pair until it is stopped", () => {
    const published: { feed: string; event: string | undefined; data: string }[] = [];
    const pairs: [raw: string, masked: string][] = [];
    const periods: number[] = [];
    let tick = (): void => {};
    let isStopped = false;
    const stop = startDemo(
      { publish: (feed, data, event) => published.push({ feed, event, data: decode(data) }) },
      {
        clock: {
          every: (periodMs, run) => {
            periods.push(periodMs);
            tick = run;
            return () => (isStopped = true);
          },
        },
        perSecond: 4,
        seed: 3,
        show: (raw, masked) => pairs.push([raw, masked]),
      },
    );
    tick();
    tick();
    stop();
    const expected = take(3, 3).map(({ event, data }) => ({ feed: DEMO_FEED, event, data }));
    expect(published).toEqual(expected);
    expect(periods).toEqual([250]);
    expect(isStopped).toBe(true);
    const policy = compilePolicy({});
    expect(pairs).toEqual(expected.map(({ data }) => [data, decode(maskEvent(policy, encode(data)))]));
    expect(findAll(policy, encode(pairs.map(([, masked]) => masked).join("\n")))).toEqual([]);
  });
});

describe("a pair on the terminal", () => {
  it.each([
    ["one value", '{"to":"ana@example.com"}', '{"to":"[EMAIL]"}', ["ana@example.com"]],
    ["two values", "a@b.example +1 202-555-0147", "[EMAIL] [PHONE]", ["a@b.example", "+1 202-555-0147"]],
    ["nothing found", "plain", "plain", []],
    ["the same text twice", "x a@b.example x a@b.example x", "x [EMAIL] x [EMAIL] x", ["a@b.example", "a@b.example"]],
  ])("lines up %s", (_name, raw, masked, values) => {
    const pair = alignPair(raw, masked);
    expect(pair?.raw.filter(({ isMasked }) => isMasked).map(({ text }) => text)).toEqual(values);
    expect(pair?.raw.map(({ text }) => text).join("")).toBe(raw);
    expect(pair?.masked.map(({ text }) => text).join("")).toBe(masked);
  });

  it("is shown as it is when more than placeholders differs", () => {
    expect(alignPair("card 4111111111111111 ok", "card ************1111 ok")).toBeNull();
    expect(formatPair("raw text", "other text", plain)).toBe("raw    raw text\nmasked other text\n\n");
  });

  it("has colours only where they are wanted, and never a control character of the data", () => {
    const raw = String.raw`{"note":"\u001b[31m a@b.example"}`;
    const masked = String.raw`{"note":"\u001b[31m [EMAIL]"}`;
    // oxlint-disable-next-line no-control-regex
    expect(formatPair(raw, masked, plain)).not.toMatch(/\u001b/);
    // oxlint-disable-next-line no-control-regex
    expect(formatPair(raw, masked, coloured)).toMatch(/\u001b\[32m\[EMAIL\]\u001b\[39m/);
  });
});

describe("colours", () => {
  it.each<[string, boolean, string | undefined, Paint]>([
    ["on a terminal", true, undefined, coloured],
    ["on a terminal, with an empty NO_COLOR", true, "", coloured],
    ["on a terminal, with NO_COLOR", true, "1", plain],
    ["in a file", false, undefined, plain],
  ])("%s", (_name, isStdoutTerminal, noColour, paint) => {
    expect(paintFor({ isStdoutTerminal, environment: { NO_COLOR: noColour } })).toBe(paint);
  });
});
