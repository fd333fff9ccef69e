/**
 * A worker for tests: masks the cases it is sent at every cut inside the isolate, and says which cut differs.
 */
import { createCrypto } from "../../src/server/keys/crypto.ts";
import { openKeyRing } from "../../src/server/keys/root-key.ts";
import { secretOf } from "../../worker/secret.ts";
import { compilePolicy, type Policy } from "../../src/core/index.ts";
import { detectorsFrom } from "../support/drawn-detector.ts";
import { type CutsPlan, cutsOf, maskCut } from "../support/every-cut.ts";
import type { CutsCase, CutsRequest, CutsVerdict } from "./cuts-messages.ts";

export default {
  async fetch(request: Request, env: { readonly KEY: string }): Promise<Response> {
    const { policy, isKeyed, detectors, cases, plan } = (await request.json()) as CutsRequest;
    const compiled = compilePolicy(policy, {
      ...(isKeyed ? { keys: openKeyRing(createCrypto(), secretOf(env.KEY)) } : {}),
      ...(detectors === undefined ? {} : { detectors: detectorsFrom(detectors) }),
    });
    return Response.json(cases.map((one, seed) => runCase(compiled, one, { seed, ...plan })));
  },
};

function runCase(policy: Policy, { choice, inputHex, outputHex }: CutsCase, plan: CutsPlan): CutsVerdict {
  const input = fromHex(inputHex);
  let cuts = 0;
  for (const cut of cutsOf(input.length, plan)) {
    cuts += 1;
    const actual = toHex(maskCut(policy, choice, { bytes: input, cuts: cut }));
    if (actual !== outputHex) return { cuts, differing: { cut, outputHex: actual } };
  }
  return { cuts };
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
