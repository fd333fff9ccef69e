/**
 * The way back: a stream that holds tokens in, the values out.
 *
 * Owns which tokens are looked for. Everything else is the masker's: formats, escapes, and that the cuts cannot matter.
 * Never decides who may ask.
 */
import { compileFields } from "./compile-fields.ts";
import type { Detector } from "./detector.ts";
import type { FoundText } from "./finder.ts";
import type { KeyRing, TenantKeys } from "./key-ring.ts";
import { FIELD } from "./field-rules.ts";
import { TOKEN_LIMIT, TokenOpener } from "./operators/encrypt.ts";
import { compileReverse } from "./operators/index.ts";
import type { Operator } from "./operators/operator.ts";
import {
  assemblePolicy,
  DEFAULT_ON_INVALID,
  DEFAULT_TENANT,
  DEFAULT_THRESHOLD,
  detectorsOf,
  finderOf,
  type Policy,
  type PolicyOptions,
  type PolicySpec,
  specOf,
} from "./policy.ts";

/** What a token is called until it is open. */
const TOKEN = "TOKEN";

export type RestorerOptions = Pick<PolicyOptions, "name" | "limits" | "observer"> & { readonly keys: KeyRing };

/** Turns back what masking by this policy and these keys has made; for `createMasker`, `maskWhole` and `maskEvent`. */
export type Restorer = Policy;

/**
 * Finds `ENTITY(v1:…)` anywhere, whatever the policy says; values of `fpe` where the policy puts them, because nothing
 * tells them from others. Tokens that do not open stay as they are.
 * @throws ConfigurationError as `compilePolicy` does.
 */
export function compileRestorer(spec: PolicySpec, options: RestorerOptions): Restorer {
  const keys = options.keys.of(spec.tenant ?? DEFAULT_TENANT);
  const opener = new TokenOpener(keys);
  const all = detectorsOf(spec);
  const operators = new Map<string, Operator>([[TOKEN, openTokens(opener)]]);
  for (const detector of all) {
    const reverse = reverseOf(spec, detector, keys);
    if (reverse !== undefined) operators.set(detector.entity, reverse);
  }
  const read = { threshold: spec.threshold ?? DEFAULT_THRESHOLD, onInvalid: spec.onInvalid ?? DEFAULT_ON_INVALID };
  const fields = compileFields(
    { ...spec, only: [], except: [], joinFields: [] },
    (path, one) => {
      const place = { where: ["fields", path], entity: FIELD, keys, examples: [], isFinding: undefined };
      return compileReverse(one, place) ?? "look";
    },
    "stay",
  );
  return assemblePolicy(read, options, {
    detectors: [tokenDetector(opener), ...all.filter(({ entity }) => operators.has(entity))],
    operators,
    fields,
    hideId: undefined,
  });
}

function reverseOf(policy: PolicySpec, detector: Detector, keys: TenantKeys): Operator | undefined {
  const { entity, hits } = detector;
  const { where, spec } = specOf(policy, entity);
  return compileReverse(spec, { where, entity, keys, examples: hits, isFinding: finderOf(detector) });
}

function tokenDetector(opener: TokenOpener): Detector {
  return {
    entity: TOKEN,
    source: "docs/policies.md",
    pattern: String.raw`[A-Z][A-Z0-9_]{0,63}\(v[1-9][0-9]{0,3}:[a-z2-7]+\)`,
    maxLength: TOKEN_LIMIT,
    boundary: "none",
    isPlain: true,
    validate: ({ text }) => (opener.open(text) === undefined ? 0 : 1),
    hits: [],
    misses: [],
  };
}

function openTokens(opener: TokenOpener): Operator {
  const open = ({ text }: FoundText): Uint8Array | undefined =>
    text === null ? undefined : opener.open(String.fromCharCode.apply(undefined, text as unknown as number[]))?.text;
  return { name: "restore", needsText: true, replace: (found) => open(found) ?? found.text ?? new Uint8Array(0) };
}

export interface OpenedToken {
  readonly entity: string;
  readonly text: Uint8Array;
}

/** One token on its own; undefined for what this tenant's keys have not made, or do not open any more. */
export function openToken(keys: KeyRing, token: string, tenant = DEFAULT_TENANT): OpenedToken | undefined {
  return new TokenOpener(keys.of(tenant)).open(token);
}
