/** The corpus of cases over HTTP: the bytes that the case names, however the request body is cut. */
import { describe, expect, test } from "vitest";
import { type PolicySpec, writeMediaType } from "../../src/core/index.ts";
import { isKeyed, loadCases, type Case } from "../support/cases.ts";
import { send } from "./client.ts";

/** Longer bodies are sent whole and in halves only: one write a byte takes its time. */
const BYTEWISE_MAX_BYTES = 96;

const cases = loadCases();
const policies = [...new Set(cases.map(({ policy }) => JSON.stringify(policy)))];

const nameOf = (policy: PolicySpec): string => `case-${policies.indexOf(JSON.stringify(policy))}`;

/** The policies of the cases that run with a key, or of those that run without, by the names the tests ask for. */
export function casePolicies(which: "keyed" | "keyless"): Record<string, PolicySpec> {
  const specs = policies.map((text) => JSON.parse(text) as PolicySpec);
  const chosen = specs.filter((policy) => isKeyed(policy) === (which === "keyed"));
  return Object.fromEntries(chosen.map((policy) => [nameOf(policy), policy]));
}

/** The body whole, in halves, and byte by byte. */
function bodiesOf({ input }: Case): Uint8Array[][] {
  const middle = input.length >> 1;
  const bytewise = input.length <= BYTEWISE_MAX_BYTES ? [Array.from(input, (byte) => Uint8Array.of(byte))] : [];
  return [[input], [input.subarray(0, middle), input.subarray(middle)], ...bytewise];
}

function contentTypeOf({ choice: { format, ...options } }: Case): string {
  return writeMediaType({ format, options });
}

export interface CaseHosts {
  readonly keyed: () => string;
  readonly keyless: () => string;
}

export function describeCases(hosts: CaseHosts): void {
  describe("cases over HTTP", () => {
    for (const one of cases) {
      test(`${one.file}: ${one.name}`, async () => {
        const origin = isKeyed(one.policy) ? hosts.keyed() : hosts.keyless();
        const url = `${origin}/v1/mask?policy=${nameOf(one.policy)}`;
        const headers = { "content-type": contentTypeOf(one) };
        for (const chunks of bodiesOf(one)) {
          const answer = await send(url, { method: "POST", headers, chunks });
          expect([answer.status, answer.isWhole]).toEqual([200, true]);
          expect(answer.bytes.toString("latin1")).toBe(Buffer.from(one.output).toString("latin1"));
        }
      });
    }
  });
}
