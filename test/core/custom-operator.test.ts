/** Operators of the library's caller: what they return is written, what they throw refuses the record, and nothing raw leaves. */
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  ConfigurationError,
  createMasker,
  type CustomOperator,
  type Format,
  maskEvent,
  maskWhole,
  type PolicySpec,
} from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";

const EMAIL = "jane.doe@acme.com";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const SPEC: PolicySpec = { operators: { EMAIL: { operator: "custom", name: "mine" } } };
const compile = (mine: unknown, spec = SPEC) => compilePolicy(spec, { operators: { mine: mine as CustomOperator } });
const mask = (mine: unknown, format: Format, input: string): string =>
  Buffer.from(maskWhole(compile(mine), format, encode(input))).toString();

const domain: CustomOperator = ({ text, entity }) => `${entity} at ${text.split("@")[1]}`;
const hostile: CustomOperator = () => 'a"b\\c\nd\r\n: e,"f"\u0000';

describe("a custom operator", () => {
  test("writes what it returns, in every format, the same at every cut", () => {
    expect(mask(domain, "text", `to ${EMAIL}!`)).toBe("to EMAIL at acme.com!");
    for (const [format, input] of [
      ["text", `to ${EMAIL}, ${EMAIL}.`],
      ["json", JSON.stringify({ a: [EMAIL] })],
      ["sse", `data: ${EMAIL}\n\n`],
      ["csv", `a,b\n${EMAIL},1\n`],
    ] as const)
      for (const mine of [domain, hostile])
        expect(findCutFailure(compile(mine), format, encode(input))).toBeUndefined();
  });

  test("cannot break the format that it writes into", () => {
    const object = { a: EMAIL, b: 1 };
    expect(JSON.parse(mask(hostile, "json", JSON.stringify(object)))).toEqual({
      a: 'a"b\\c\nd\r\n: e,"f"\u0000',
      b: 1,
    });
    expect(
      mask(hostile, "ndjson", `${JSON.stringify(object)}\n{"n":2}\n`)
        .trimEnd()
        .split("\n"),
    ).toHaveLength(2);
    const events = mask(hostile, "sse", `data: ${EMAIL}\n\ndata: 2\n\n`).split("\n\n");
    expect(events).toHaveLength(3);
    expect(
      events
        .join("\n")
        .trim()
        .split(/\r\n|\r|\n/)
        .filter((line) => !line.startsWith("data: ")),
    ).toEqual([]);
  });

  test("may hide the value of a field, and reads escapes as characters", () => {
    const spec: PolicySpec = { onInvalid: "drop", fields: { name: { operator: "custom", name: "mine" } } };
    const policy = compile(({ text }: { text: string }) => text.slice(0, 1), spec);
    const input = '{"name":"\\u004aane"}';
    expect(Buffer.from(maskWhole(policy, "json", encode(input))).toString()).toBe('{"name":"J"}');
  });

  test.each([undefined, null, 7, { text: EMAIL }, Promise.resolve(EMAIL)])("that returns %s redacts", (returned) => {
    expect(mask(() => returned, "text", `to ${EMAIL}`)).toBe("to [EMAIL]");
  });

  test.each<Format>(["text", "json", "ndjson", "sse", "csv"])(
    "that throws ends a stream of %s without the value",
    (format) => {
      const masker = createMasker(
        compile(() => {
          throw new Error(EMAIL);
        }),
        format,
      );
      let out = "";
      let failure: unknown;
      try {
        for (const byte of encode(format === "json" ? `["a","${EMAIL}","b"]` : `x\n"${EMAIL}"\n\nx\n`))
          out += Buffer.from(masker.push(Uint8Array.of(byte))).toString();
        out += Buffer.from(masker.flush()).toString();
      } catch (thrown) {
        failure = thrown;
      }
      expect(failure).toMatchObject({ code: "INTERNAL" });
      expect(out + String(failure) + JSON.stringify(failure)).not.toMatch(/jane|acme/);
      expect(() => masker.push(encode("more"))).toThrow("internal error");
    },
  );

  test("that throws refuses an event", () => {
    const policy = compile(() => {
      throw new Error(EMAIL);
    });
    expect(() => maskEvent(policy, encode(`{"a":"${EMAIL}"}`))).toThrow(Error);
    expect(Buffer.from(maskEvent(policy, encode('{"a":1}')) ?? []).toString()).toBe('{"a":1}');
  });

  test("that was not given is refused by its place", () => {
    try {
      compilePolicy(SPEC, { operators: { other: domain } });
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ConfigurationError);
      expect(thrown).toMatchObject({
        at: ["operators", "EMAIL"],
        reason: expect.stringMatching(/there are other$/) as string,
      });
    }
  });
});
