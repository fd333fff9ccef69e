/**
 * A worker for tests: masks the cases it is sent at every cut inside the isolate, and says which cut differs.
 */
import { createHmac } from "../../worker/hmac.ts";
import { compilePolicy, createMasker, type Format, type Policy } from "../../src/core/index.ts";
import { cutBytes, listCuts, type CutsCase, type CutsVerdict } from "../support/cuts.ts";

export default {
  async fetch(request: Request, env: { readonly KEY: string }): Promise<Response> {
    const cases = (await request.json()) as readonly CutsCase[];
    return Response.json(cases.map((one) => runCase(one, compilePolicy(one.policy, { hmac: createHmac(env.KEY) }))));
  },
};

function runCase({ format, inputHex, outputHex }: CutsCase, policy: Policy): CutsVerdict {
  const input = fromHex(inputHex);
  let cuts = 0;
  for (const cut of listCuts(input.length)) {
    cuts += 1;
    const actual = maskCut(policy, format, cutBytes(input, cut));
    if (actual !== outputHex) return { cuts, differing: { cut, outputHex: actual } };
  }
  return { cuts };
}

function maskCut(policy: Policy, format: Format, chunks: readonly Uint8Array[]): string {
  const masker = createMasker(policy, format);
  return [...chunks.map((chunk) => masker.push(chunk)), masker.flush()].map(toHex).join("");
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
