/** Form bodies against URLSearchParams: what it reads is what is masked, and what it writes is what comes out. */
import { array, assert, constantFrom, oneof, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { encodeFormText } from "../../src/core/formats/form.ts";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import { tries } from "../support/seed.ts";

const policy = compilePolicy({});

function maskText(text: string, key: string): string {
  const masked = maskWhole(policy, "json", new TextEncoder().encode(JSON.stringify({ [key]: [text] })));
  return (Object.values(JSON.parse(new TextDecoder().decode(masked)) as Record<string, string[]>)[0] as [string])[0];
}

const value = oneof(
  constantFrom(...BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses])),
  constantFrom("a b", "é€𝄞", "100%", "+", "a=b;c", "%41", "536904399", "4155552671"),
  string({ maxLength: 6 }),
);
const name = constantFrom("to", "ssn", "phone", "span_id", "a b", "é", "user[card]", "x");

describe("forms", () => {
  test("a masked form reads as the form of its masked values", () => {
    assert(
      property(array(tuple(name, value), { maxLength: 4 }), (pairs) => {
        const body = new URLSearchParams(pairs).toString();
        const masked = new TextDecoder().decode(maskWhole(policy, "form", new TextEncoder().encode(body)));
        expect([...new URLSearchParams(masked)]).toEqual(pairs.map(([key, text]) => [key, maskText(text, key)]));
      }),
      tries(1500, 11),
    );
  });

  test("a replacement is written as URLSearchParams writes it", () => {
    for (let code = 0; code < 128; code++) {
      const text = String.fromCharCode(code);
      const written = new TextDecoder().decode(encodeFormText(new TextEncoder().encode(text)));
      expect(`x=${written}`).toBe(new URLSearchParams({ x: text }).toString());
    }
  });

  test("pairs without a finding keep their bytes, however they are written", () => {
    for (const body of ["a=%c3%A9&b=%7e~&c=+%20%2b", "%=%&%4=%zz&&=&a", "x=\r\n", "a=%ff%fe%c3"]) {
      expect(new TextDecoder().decode(maskWhole(policy, "form", new TextEncoder().encode(body)))).toBe(body);
    }
  });
});
