/** `POST /v1/mask`: the bytes of each format, and that they leave while more are still coming in. */
import { describe, expect, test } from "vitest";
import { Call, post } from "./client.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";

const FORMATS = [
  {
    type: "text/plain",
    input: `mail ${EMAIL}, card ${CARD}.\r\n`,
    output: "mail [EMAIL], card [CREDIT_CARD].\r\n",
  },
  {
    type: "application/json",
    input: `{ "to": "${EMAIL}",\t"id": 12345678901234567890, "pay": ["${CARD}"] }\n`,
    output: `{ "to": "[EMAIL]",\t"id": 12345678901234567890, "pay": ["[CREDIT_CARD]"] }\n`,
  },
  {
    type: "application/x-ndjson",
    input: `{"to":"${EMAIL}"}\n{"pay":"${CARD}"}`,
    output: `{"to":"[EMAIL]"}\n{"pay":"[CREDIT_CARD]"}`,
  },
  {
    type: "application/json-seq",
    input: `\u001e{"to":"${EMAIL}"}\n\u001e["${CARD}"]\n`,
    output: `\u001e{"to":"[EMAIL]"}\n\u001e["[CREDIT_CARD]"]\n`,
  },
  {
    type: "text/csv",
    input: `to,"pay, now",ssn\r\n${EMAIL},"${CARD}",536904399\r\n`,
    output: `to,"pay, now",ssn\r\n[EMAIL],"[CREDIT_CARD]",[US_SSN]\r\n`,
  },
  {
    type: "multipart/form-data; boundary=b",
    input: `--b\r\nContent-Disposition: form-data; name="to"\r\n\r\n${EMAIL}\r\n--b\r\nContent-Disposition: form-data; name="pay"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${CARD}\r\n--b--\r\n`,
    output: `--b\r\nContent-Disposition: form-data; name="to"\r\n\r\n[EMAIL]\r\n--b\r\nContent-Disposition: form-data; name="pay"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n[CREDIT_CARD]\r\n--b--\r\n`,
  },
  {
    type: "application/x-www-form-urlencoded",
    input: `to=${encodeURIComponent(EMAIL)}&x=%c3%a9+1&pay=${CARD.replaceAll(" ", "+")}`,
    output: "to=%5BEMAIL%5D&x=%c3%a9+1&pay=%5BCREDIT_CARD%5D",
  },
  {
    type: "text/event-stream",
    input: `: hello\r\nid: 7\r\nretry: 10\r\ndata: {"to":"${EMAIL}"}\r\n\r\ndata:${CARD}\n\n`,
    output: `: hello\r\nid: 7\r\nretry: 10\r\ndata: {"to":"[EMAIL]"}\r\n\r\ndata:[CREDIT_CARD]\n\n`,
  },
] as const;

const POLICIES = [
  { policy: "default", output: "[EMAIL] [CREDIT_CARD]\n" },
  { policy: "cards", output: `${EMAIL} [CREDIT_CARD]\n` },
] as const;

export function describeMask(origin: () => string): void {
  describe("POST /v1/mask", () => {
    for (const { type, input, output } of FORMATS) {
      test(`masks ${type} in place`, async () => {
        const answer = await post(`${origin()}/v1/mask`, type, input);
        expect(answer).toMatchObject({ status: 200, text: output, isWhole: true });
        expect(answer.headers["content-type"]).toContain(type);
        expect(answer.headers["cache-control"]).toBe("no-store, no-transform");
      });

      test(`takes ${type} by PUT, as curl -T sends it`, async () => {
        const response = await fetch(`${origin()}/v1/mask`, {
          method: "PUT",
          // A connection that is kept may be cut by the host while this process does something else.
          headers: { "content-type": type, connection: "close" },
          body: input,
        });
        expect(response.status).toBe(200);
        expect(await response.text()).toBe(output);
      });

      test(`gives the same bytes for ${type} cut into single bytes`, async () => {
        const bytes = [...Buffer.from(input)].map((byte) => Uint8Array.of(byte));
        expect(await post(`${origin()}/v1/mask`, type, ...bytes)).toMatchObject({ status: 200, text: output });
      });

      test(`delivers masked ${type} while the upload is still going on`, async () => {
        const call = new Call(`${origin()}/v1/mask`, { method: "POST", headers: { "content-type": type } });
        const isJson = type === "application/json";
        await call.write(isJson ? `["${EMAIL}", "and more" , ` : input + input);
        const early = await call.until((text) => text.includes("EMAIL"));
        expectNothingRaw(early);
        await call.write(isJson ? `"${CARD}"]` : input);
        call.end();
        const { text, isWhole } = await call.answer();
        expect(isWhole).toBe(true);
        expect(text).toContain("CREDIT_CARD");
        expectNothingRaw(text);
      });
    }

    for (const { policy, output } of POLICIES) {
      test(`masks by the policy ${policy}`, async () => {
        const answer = await post(`${origin()}/v1/mask?policy=${policy}`, "text/plain", `${EMAIL} ${CARD}\n`);
        expect(answer).toMatchObject({ status: 200, text: output });
      });
    }

    test("keeps the last four characters where the policy says so", async () => {
      const { text } = await post(`${origin()}/v1/mask?policy=partial`, "text/plain", `${CARD}\n`);
      expect(text).toMatch(/^[^0-9]+1111\n$/);
    });

    test("gives equal values equal tokens, and other values others, under the configured key", async () => {
      const { text } = await post(`${origin()}/v1/mask?policy=hashed`, "text/plain", `${EMAIL}\n${EMAIL}\n${CARD}\n`);
      const [first, second, third] = text.split("\n");
      expectNothingRaw(text);
      expect(first).toBe(second);
      expect(third).not.toBe(first);
    });

    test("answers an empty body with an empty body", async () => {
      expect(await post(`${origin()}/v1/mask`, "text/plain")).toMatchObject({ status: 200, text: "", isWhole: true });
    });

    test("accepts a charset parameter and capitals in the content type", async () => {
      const answer = await post(`${origin()}/v1/mask`, "Text/Plain; charset=UTF-8", EMAIL);
      expect(answer).toMatchObject({ status: 200, text: "[EMAIL]" });
    });
  });
}
