/** However a stream is cut, under policies that use all there is: the output is the same, and so is that of the long way. */
import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, FORMATS, maskEvent, maskWhole, type Policy } from "../../src/core/index.ts";
import { choiceOf } from "../support/cases.ts";
import { cutsAt, maskCut } from "../support/every-cut.ts";
import { keysFrom } from "../support/keys.ts";
import { longStreamOf } from "../support/long-stream.ts";
import { streamOf } from "../support/random-stream.ts";
import { tries } from "../support/seed.ts";
import { STREAM_POLICIES } from "../support/stream-policies.ts";

const keys = keysFrom();
const policy = constantFrom(...Object.keys(STREAM_POLICIES));

describe.each(FORMATS)("random streams of %s", (format) => {
  const choice = choiceOf(format);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

  test("are masked alike at any cuts", () => {
    assert(
      property(streamOf(format), policy, array(nat(2_000), { maxLength: 6 }), (bytes, name, places) => {
        const whole = text(maskWhole(STREAM_POLICIES[name], choice, bytes));
        const cuts = cutsAt(places, bytes.length);
        expect(text(maskCut(STREAM_POLICIES[name], choice, { bytes, cuts }))).toBe(whole);
        const each = Array.from(bytes, (_, at) => at);
        expect(text(maskCut(STREAM_POLICIES[name], choice, { bytes, cuts: each }))).toBe(whole);
      }),
      tries(60),
    );
  });

  test("are masked alike at any cuts where they are long", () => {
    assert(
      property(longStreamOf(format), policy, array(nat(60_000), { maxLength: 6 }), (bytes, name, places) => {
        const cuts = cutsAt(places, bytes.length);
        const cut = text(maskCut(STREAM_POLICIES[name], choice, { bytes, cuts }));
        expect(cut).toBe(text(maskWhole(STREAM_POLICIES[name], choice, bytes)));
      }),
      tries(12),
    );
  });

  test("are masked alike where every record is read", () => {
    assert(
      property(streamOf(format), policy, (bytes, name) => {
        const careful: Policy = { ...STREAM_POLICIES[name], passesClean: false };
        expect(text(maskWhole(STREAM_POLICIES[name], choice, bytes))).toBe(text(maskWhole(careful, choice, bytes)));
      }),
      tries(60),
    );
  });
});

describe("a Buffer, whose slices are no copies,", () => {
  const line = '{"card":"4111 1111 1111 1111","password":12345678}';
  const hidden = '{"card":"**** **** **** 1111","password":"********"}';
  const stars = compilePolicy({ operators: { default: { operator: "mask" } } });
  const hashes = compilePolicy({ operators: { default: { operator: "hash" } } }, { keys });

  test.each([
    ["text", "password=12345678 "],
    ["json", line],
    ["ndjson", `${line}\n`],
    ["json-seq", `\u001e${line}\n`],
    ["sse", `data: 1\n\ndata: ${line}\n\n`],
    ["csv", "password\n12345678\n"],
    ["form", "password=12345678"],
    ["multipart", "--b\r\n\r\npassword=12345678\r\n--b--\r\n"],
  ] as const)("stays as it is: %s", (format, text) => {
    const input = Buffer.from(text);
    expect(Buffer.from(maskWhole(stars, choiceOf(format), input)).toString()).toContain("********");
    expect(input.toString()).toBe(text);
  });

  test("tells two policies the same", () => {
    const input = Buffer.from(line);
    expect(Buffer.from(maskEvent(stars, input) ?? []).toString()).toBe(hidden);
    expect(maskEvent(hashes, input)).toEqual(maskEvent(hashes, new TextEncoder().encode(line)));
  });
});
