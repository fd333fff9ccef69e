/**
 * What a written configuration of a worker may look like: its keys, and what stands under them.
 *
 * Owns names and types, as zod's schema does on Node; what keys say together is looked at in config.ts.
 */
import {
  BOUNDARIES,
  DECODE_DEPTH_LIMIT,
  EXTRA_FIELDS,
  NUMBERS,
  ON_INVALID,
  OPERATOR_KINDS,
  type OptionRule,
  PACK_NAMES,
  VALIDATOR_NAMES,
} from "../src/core/index.ts";
import { BINARIES, LISTENERS } from "../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../src/server/config/limits.ts";
import { ACTIONS, FEED_PATTERN } from "../src/server/auth/grant.ts";
import { mayBeUnlimited, UNLIMITED } from "../src/server/config/unlimited.ts";
import { isBoolean, isCount, isOneOf, isPositive, isString, isStringList, type Shape } from "./shape.ts";

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const FEED_NAME = /^(?:[A-Za-z0-9._-]{1,64}|\*)$/;
/** Read by the policy's compiler, which says what is wrong with it. */
const PATH = /^[^]{1,1024}$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

/** Types only: the policy's compiler knows the ranges, and which operator takes which option. */
const SHAPE_OF_OPTION: Readonly<Record<OptionRule["kind"], Shape>> = {
  integer: isCount,
  choice: isString,
  boolean: isBoolean,
  text: isString,
};

const OPERATOR: Shape = {
  keys: {
    operator: isString,
    ...Object.fromEntries(
      OPERATOR_KINDS.flatMap(({ options }) =>
        Object.entries(options).map(([name, rule]): [string, Shape] => [name, SHAPE_OF_OPTION[rule.kind]]),
      ),
    ),
  },
};

const DETECTOR: Shape = {
  keys: {
    entity: isString,
    pattern: isString,
    maxLength: isPositive,
    boundary: isOneOf(BOUNDARIES),
    validator: isOneOf(VALIDATOR_NAMES),
    contextWords: isStringList,
    needsContext: isBoolean,
    hits: isStringList,
    misses: isStringList,
  },
};

const LIST: Shape = { keys: { values: isStringList, patterns: isStringList } };

const POLICY: Shape = {
  keys: {
    extends: isString,
    detectors: { list: DETECTOR },
    packs: { list: isOneOf(PACK_NAMES) },
    entities: isStringList,
    operators: { each: OPERATOR, named: NAME },
    allow: LIST,
    deny: LIST,
    requireContext: { each: (value) => value === false, named: NAME },
    threshold: (value) => typeof value === "number" && value >= 0 && value <= 1,
    onInvalid: isOneOf(ON_INVALID),
    fields: { each: OPERATOR, named: PATH },
    only: isStringList,
    except: isStringList,
    joinFields: isStringList,
    joinMessages: isBoolean,
    fieldsIgnoreCase: isBoolean,
    numbers: isOneOf(NUMBERS),
    extraFields: isOneOf(EXTRA_FIELDS),
    crossLine: isBoolean,
    decodeEntities: isBoolean,
    decodeBase64: isBoolean,
    decodeDepth: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= DECODE_DEPTH_LIMIT,
    tenant: (value) => typeof value === "string" && NAME.test(value),
  },
};

const LISTENER: Shape = { keys: { host: isString, listenPort: isCount, unsafeNoAuthentication: isBoolean } };

const VIEWS: Shape = { each: isString, named: NAME };

const RELAY: Shape = {
  keys: {
    url: isString,
    policy: isString,
    views: VIEWS,
    strictness: isStringList,
    unsafePlaintext: isBoolean,
    headers: { each: isString, named: HEADER_NAME },
    eventTypes: isStringList,
    always: isBoolean,
    slowSubscribers: isOneOf(["disconnect"]),
  },
};

/** Times that may be nothing at all; any other limit of 0 would stop the server's work. */
const MAY_BE_ZERO: readonly string[] = ["lingerMs", "drainGraceMs", "drainWindowMs"];

const LIMITS = Object.fromEntries(Object.keys(DEFAULT_SERVER_LIMITS).map((name) => [name, limitShape(name)]));

function limitShape(name: string): Shape {
  if (MAY_BE_ZERO.includes(name)) return isCount;
  return mayBeUnlimited(name) ? (value) => isPositive(value) || value === UNLIMITED : isPositive;
}

const GRANT: Shape = {
  keys: {
    actions: { list: isOneOf(ACTIONS) },
    feeds: { list: (value) => typeof value === "string" && FEED_PATTERN.test(value) },
    views: isStringList,
  },
};

const AUTH: Shape = {
  keys: {
    issuers: {
      list: {
        keys: {
          issuer: isString,
          audience: (value) => isString(value) || (isStringList(value) && (value as string[]).length > 0),
          algorithms: isStringList,
          jwks: { keys: { keys: { list: isPublicKey } } },
          jwksUrl: isString,
        },
      },
    },
    apiKeys: {
      list: { keys: { name: isString, sha256: isSha256, grants: { list: GRANT } } },
    },
  },
};

/** The whole. */
export const CONFIG: Shape = {
  keys: {
    auth: AUTH,
    listeners: { keys: Object.fromEntries(LISTENERS.map((name) => [name, LISTENER])) },
    policies: { each: POLICY, named: NAME },
    feeds: {
      each: {
        keys: {
          policy: isString,
          views: VIEWS,
          strictness: isStringList,
          eventTypes: isStringList,
          passTraceparent: isBoolean,
          binary: isOneOf(BINARIES),
          slowSubscribers: isOneOf(["disconnect"]),
        },
      },
      named: FEED_NAME,
    },
    relays: { each: RELAY, named: NAME },
    limits: { keys: LIMITS },
    keys: { keys: { current: isPositive, decryptFrom: isPositive } },
    allowedOrigins: isStringList,
    upstreams: {
      list: { keys: { name: isString, host: isString, port: isPositive, cidrs: isStringList, except: isStringList } },
    },
    edge: {
      keys: {
        storageMaxBytes: isPositive,
        liveRefreshMs: isPositive,
        front: { keys: { url: isString, policy: isString, unsafePlaintext: isBoolean, responseHeaders: isStringList } },
      },
    },
  },
};

/** What may change without a deployment. */
export const LIVE: Shape = { keys: { policies: { each: POLICY, named: NAME } } };

function isSha256(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isPublicKey(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Object.hasOwn(value, "d") && !Object.hasOwn(value, "k");
}
