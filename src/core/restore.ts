/**
 * The way back: a stream that holds tokens in, the values out.
 *
 * Owns which tokens are looked for. Everything else is the masker's: formats, escapes, and that the cuts cannot matter.
 * Never decides who may ask.
 */
import { DEFAULT_THRESHOLD } from "./defaults.ts";
import { compileFields } from "./compile-fields.ts";
import type { Detector } from "./detector.ts";
import { assemblePolicy } from "./assemble-policy.ts";
import { detectorsOf, specOf } from "./compile-policy.ts";
import type { FoundText } from "./finder.ts";
import type { KeyRing, TenantKeys } from "./key-ring.ts";
import { FIELD } from "./finding.ts";
import { finderOf } from "./lone-detector.ts";
import { TOKEN_LIMIT, TokenOpener } from "./operators/encrypt.ts";
import { compileReverse } from "./operators/index.ts";
import type { Operator } from "./operators/operator.ts";
import { checkPolicy } from "./policy-check.ts";
import { DEFAULT_ON_INVALID, DEFAULT_TENANT, type Policy, type PolicyOptions, type PolicySpec } from "./policy.ts";

/** What a token is called until it is open. */
const TOKEN = "TOKEN";
const PARENTHESIS = 0x28;

export type RestorerOptions = Pick<PolicyOptions, "name" | "limits" | "observer"> & {
  readonly keys: KeyRing;
  /** Whose tokens are opened: all of the tenant (default), or only those that the policy itself would write. */
  readonly opens?: "tenant" | "policy";
};

/** Turns back what masking by this policy and these keys has made; for `createMasker`, `maskWhole` and `maskEvent`. */
export type Restorer = Policy;

/**
 * Finds `ENTITY(v1:…)` anywhere; values of `fpe` where the policy puts them, because nothing tells them from others. Tokens
 * that do not open stay as they are.
 * @throws ConfigurationError as `compilePolicy` does.
 */
export function compileRestorer(spec: PolicySpec, options: RestorerOptions): Restorer {
  checkPolicy(spec);
  const keys = options.keys.of(spec.tenant ?? DEFAULT_TENANT);
  const opener = new TokenOpener(keys, options.opens === "policy" ? encryptedBy(spec) : undefined);
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
      const place = {
        where: ["fields", path],
        entity: FIELD,
        keys,
        custom: {},
        policy: spec,
        readers: new Map(),
        examples: [],
        isFinding: undefined,
      };
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

/** Entities whose values the policy writes as tokens; `FIELD` when a path says so. */
function encryptedBy(spec: PolicySpec): ReadonlySet<string> {
  const entities = detectorsOf(spec).flatMap(({ entity }) =>
    specOf(spec, entity).spec.operator === "encrypt" ? entity : [],
  );
  const isField = Object.values(spec.fields ?? {}).some(({ operator }) => operator === "encrypt");
  return new Set(isField ? [...entities, FIELD] : entities);
}

/** True when the policy writes something that can be turned back. */
export function isReversible(spec: PolicySpec): boolean {
  const specs = [
    ...detectorsOf(spec).map(({ entity }) => specOf(spec, entity).spec),
    ...Object.values(spec.fields ?? {}),
  ];
  return specs.some(({ operator }) => operator === "encrypt" || operator === "fpe");
}

/**
 * The restorer for one stream, which tells the entity of each value that it turns back. Of fields at a path each is told,
 * also one that was none of ours: too many rather than too few.
 */
export function countRestored(restorer: Restorer, count: (entity: string) => void): Restorer {
  const one: Restorer = {
    ...restorer,
    perStream: () => one,
    observer: {
      ...restorer.observer,
      masked: (entity) => {
        if (entity === FIELD) count(FIELD);
      },
    },
    replace: (found) => {
      const bytes = restorer.replace(found);
      if (bytes !== found.text) count(entityOf(found));
      return bytes;
    },
  };
  return one;
}

/** Of a token what stands before its parenthesis. */
function entityOf({ entity, text }: FoundText): string {
  if (entity !== TOKEN || text === null) return entity;
  return String.fromCharCode(...text.subarray(0, text.indexOf(PARENTHESIS)));
}

function reverseOf(policy: PolicySpec, detector: Detector, keys: TenantKeys): Operator | undefined {
  const { entity, hits } = detector;
  const { where, spec } = specOf(policy, entity);
  const isFinding = finderOf(detector);
  const readers = new Map<string, never>();
  return compileReverse(spec, { where, entity, keys, custom: {}, policy, readers, examples: hits, isFinding });
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
