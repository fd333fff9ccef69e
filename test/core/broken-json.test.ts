/** Documents that stop being JSON: what a name told stays told, wherever they break. */
import { describe, expect, it } from "vitest";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";

const LIMIT_BYTES = 1024;
const policy = compilePolicy({}, { limits: { lineLimitBytes: LIMIT_BYTES } });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const mask = (text: string): string => new TextDecoder().decode(maskWhole(policy, "json", encode(text)));

describe("a string under a telling name", () => {
  it.each([
    // Its quotes count.
    ["at lineLimitBytes", LIMIT_BYTES - 1, '{"password":"[PASSWORD_FIELD]","n":1}'],
    ["one past it", LIMIT_BYTES, '{"password":"[PASSWORD_FIELD]","n":1}'],
    ["of a megabyte", 1_000_000, '{"password":"[PASSWORD_FIELD]","n":1}'],
  ])("does not pass %s", (_, length, output) => {
    expect(mask(`{"password":"${"s3cr3t-".repeat(length).slice(0, length)}","n":1}`)).toBe(output);
  });
});

describe("a document with a secret and a name, cut off anywhere", () => {
  const DOCUMENT = '{"a":[1,{"password":"hunter2","x":[true]}],"first_name":"Jane Doe","pin":["y"]}';

  it.each(Array.from({ length: DOCUMENT.length }, (_, length) => length))("shows neither: %i", (length) => {
    const text = DOCUMENT.slice(0, length);
    // One character of a value may be a value.
    expect(mask(text)).not.toMatch(/hun|Jan|ane|Doe/);
    expect(findCutFailure(policy, "json", encode(text))).toBeUndefined();
  });
});
