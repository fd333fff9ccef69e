/** Multipart bodies: against the platform's own reader, and what is refused, counted and bounded. */
import { array, assert, constantFrom, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, createMasker, maskWhole, type MaskObserver, StreamError } from "../../src/core/index.ts";
import { tries } from "../support/seed.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const choice = { format: "multipart", boundary: "b" } as const;
const policy = compilePolicy({});

const part = (headers: string, content: string): string => `--b\r\n${headers}\r\n\r\n${content}\r\n`;
const field = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="${name}"`, content);

/** A policy that notes why it counted something. */
function counting(onInvalid: "mask-as-text" | "drop" | "close", lineLimitBytes = 1_048_576) {
  const reasons: string[] = [];
  const observer: MaskObserver = { masked() {}, truncated() {}, invalid: (reason) => void reasons.push(reason) };
  return { reasons, policy: compilePolicy({ onInvalid }, { observer, limits: { lineLimitBytes } }) };
}

describe("multipart bodies", () => {
  const value = constantFrom("jane@acme.com", "536904399", "4111 1111 1111 1111", "x", "", "--b", "a\r\n--c", "é€𝄞");
  const name = constantFrom("to", "ssn", "card", "note", "é");

  test("read as the form of their masked fields, and keep every other byte", async () => {
    const bodies: [string, string][][] = [];
    assert(
      property(array(tuple(name, value), { minLength: 1, maxLength: 4 }), (fields) => {
        bodies.push(fields.filter(([, text]) => !text.startsWith("--b")));
      }),
      tries(200, 21),
    );
    for (const fields of bodies) {
      const body = `${fields.map(([key, text]) => field(key, text)).join("")}--b--\r\n`;
      const masked = maskWhole(policy, choice, encode(body));
      const alone = fields.map(([key, text]) => {
        const form = maskWhole(policy, "form", encode(new URLSearchParams([[key, text]]).toString()));
        return [key, new URLSearchParams(decode(form)).get(key)];
      });
      const headers = { "content-type": "multipart/form-data; boundary=b" };
      const read = await new Response(decode(masked), { headers }).formData();
      expect([...read]).toEqual(alone);
    }
  });

  test.each([
    [
      "an image",
      part("Content-Disposition: form-data; name=a; filename=b\r\nContent-Type: image/png", "x"),
      "PART_UNREADABLE",
    ],
    [
      "base64",
      part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", "eA=="),
      "PART_UNREADABLE",
    ],
    ["a foreign charset", part("Content-Type: text/plain; charset=latin1", "x"), "PART_UNREADABLE"],
    ["no end", field("a", "x").slice(0, -2), "BAD_MULTIPART"],
    ["no delimiter", "x", "BAD_MULTIPART"],
  ])("%s is counted, and refused where the policy says close", (_, body, reason) => {
    const text = reason === "BAD_MULTIPART" ? body : `${body}--b--`;
    const lenient = counting("mask-as-text");
    maskWhole(lenient.policy, choice, encode(text));
    expect(lenient.reasons).toEqual([reason]);
    const strict = counting("close");
    expect(() => maskWhole(strict.policy, choice, encode(text))).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  test("headers of lineLimitBytes are read, one byte more loses the part", () => {
    const headers = `Content-Disposition: form-data; name="a"\r\nX: ${"x".repeat(20)}\r\n\r\n`;
    const body = `--b\r\n${headers}jane@acme.com\r\n--b--`;
    const enough = counting("mask-as-text", headers.length);
    expect(decode(maskWhole(enough.policy, choice, encode(body)))).toBe(body.replace("jane@acme.com", "[EMAIL]"));
    expect(enough.reasons).toEqual([]);
    const short = counting("mask-as-text", headers.length - 1);
    expect(decode(maskWhole(short.policy, choice, encode(body)))).toBe("--b\r\n\r\n--b--");
    expect(short.reasons).toEqual(["LINE_TOO_LONG"]);
  });

  test("a field of lineLimitBytes is one text, a longer one is masked on its way and never held", () => {
    const { policy: limited, reasons } = counting("mask-as-text", 100);
    expect(
      decode(maskWhole(limited, choice, encode(`${field("ssn", `${"x ".repeat(45)} 536904399`)}--b--`))),
    ).toContain("[US_SSN]");
    expect(reasons).toEqual([]);
    const masker = createMasker(limited, choice);
    masker.push(encode(`--b\r\nContent-Disposition: form-data; name="ssn"\r\n\r\n`));
    let out = "";
    for (let i = 0; i < 200; i++) {
      out += decode(masker.push(encode("word 536904399 ")));
      expect(masker.heldBytes).toBeLessThanOrEqual(100 + limited.holdbackMaxBytes);
    }
    out += decode(masker.flush());
    expect(out).toContain("[US_SSN]");
    expect(out).not.toContain("536904399");
    expect(reasons).toContain("LINE_TOO_LONG");
  });

  test("files leave while they come in, a possible delimiter is held", () => {
    const masker = createMasker(policy, choice);
    masker.push(
      encode("--b\r\nContent-Disposition: form-data; name=f; filename=x\r\nContent-Type: text/plain\r\n\r\n"),
    );
    expect(decode(masker.push(encode("Hello, world! \r\n--")))).toBe("Hello, world! ");
    expect(decode(masker.push(encode("- no. ")))).toBe("\r\n--- no. ");
    expect(masker.heldBytes).toBe(0);
  });

  test.each([undefined, "jane@acme.com", "4111111111111111"])("the boundary %s is refused", (boundary) => {
    const run = (): unknown =>
      createMasker(policy, { format: "multipart", ...(boundary === undefined ? {} : { boundary }) });
    expect(run).toThrow(StreamError);
    expect(run).toThrow(expect.objectContaining({ code: "BAD_BOUNDARY" }));
  });
});
