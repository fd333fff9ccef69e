/**
 * What a deployment runs by: the configuration that was built in or bound, the live policies, and the secrets.
 *
 * Owns the refusal of settings that cannot take effect: the log names the key, and nothing else of it. Never runs half a
 * configuration.
 */
import { customFetch } from "jose";
import { FF1 } from "@noble/ciphers/ff1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { StreamError, toStreamError } from "../src/core/index.ts";
import { ConfigRefusal } from "../src/server/config/config-refusal.ts";
import type { ServerOptions } from "../src/server/app.ts";
import type { ServerConfig } from "../src/server/config/config.ts";
import { hexOf } from "../src/server/hex.ts";
import { createCrypto } from "../src/server/keys/crypto.ts";
import { problemBody, problemHeaders } from "../src/server/http/problem.ts";
import { openKeyRing } from "../src/server/keys/root-key.ts";
import type { EdgeConfig } from "../src/server/config/edge-config.ts";
import { readConfig } from "./config.ts";
import deployed from "./deployment.js";
import type { Env } from "./env.ts";
import { readLive } from "./live.ts";
import { edgeLog } from "./ports.ts";
import { keyFields } from "../src/server/telemetry/log.ts";
import { secretOf } from "./secret.ts";

export interface Settings {
  readonly config: ServerConfig;
  readonly edge: EdgeConfig;
  readonly options: ServerOptions;
  /** Names of those that are live. */
  readonly livePolicies: readonly string[];
  /** Of the code and of everything that it runs by, the live policies too. */
  readonly version: string;
}

/** Operators that are turned back. */
const CIPHERED = /"operator":"(?:encrypt|fpe)"/;
const VERSION_BYTES = 8;

/** Reads everything anew. @throws as `settingsOf`. */
export async function readSettings(env: Env): Promise<Settings> {
  return settingsOf(env, env.MASKWIRE_LIVE === undefined ? undefined : await readLive(env.MASKWIRE_LIVE));
}

/** What a deployment without live policies runs by. @throws StreamError with the refusal, after the log has named the key. */
export function settingsOf(env: Env, live?: unknown): Settings {
  const written = env.MASKWIRE_CONFIG ?? deployed;
  const read = readConfig(written, live);
  if (!read.ok) throw refuse(read.key, new StreamError("BAD_CONFIG"));
  const { config, edge } = read;
  const missing = findMissing(env, config);
  if (missing !== undefined) throw refuse(missing, new StreamError("BINDING_MISSING"));
  const livePolicies = Object.keys((live as { readonly policies?: object } | undefined)?.policies ?? {});
  const absent = findAbsent(config);
  if (absent !== undefined) throw refuse(keyOf(absent, livePolicies), new StreamError("BAD_CONFIG"));
  let at = "MASKWIRE_KEY";
  try {
    const keys = readKeys(env, config);
    at = "MASKWIRE_JWT_SECRET";
    const secret = env.MASKWIRE_JWT_SECRET === undefined ? {} : { jwtSecret: secretOf(env.MASKWIRE_JWT_SECRET) };
    const text = JSON.stringify([env.CF_VERSION_METADATA?.id, written, live]);
    return { config, edge, options: { ...keys, ...secret }, livePolicies, version: digestOf(text) };
  } catch (thrown) {
    throw refuse(at, thrown);
  }
}

/** Makes something of settings. @throws StreamError, after the log has said that it is the policies. */
export function apply<Result>(settings: Settings, make: (settings: Settings) => Result): Result {
  try {
    return make(settings);
  } catch (thrown) {
    const [reason] = thrown instanceof ConfigRefusal ? thrown.reasons : [];
    throw refuse(keyOf(reason?.path ?? ["policies"], settings.livePolicies), thrown);
  }
}

/** One of our errors as an answer, in the documented shape. */
export function answer(error: StreamError): Response {
  return Response.json(problemBody(error), { status: error.row.http, headers: problemHeaders(error) });
}

/** A key with the binding that says it. */
function keyOf(path: readonly (string | number)[], livePolicies: readonly string[]): string {
  const isLive = path[0] === "policies" && livePolicies.includes(String(path[1]));
  return [isLive ? "MASKWIRE_LIVE" : "MASKWIRE_CONFIG", ...path].join(".");
}

/** Where a library is needed which this deployment was put together without. */
function findAbsent({ auth, policies }: ServerConfig): readonly string[] | undefined {
  if ((auth?.issuers ?? []).length > 0 && typeof customFetch !== "symbol") return ["auth", "issuers"];
  if (typeof FF1 === "function") return undefined;
  const ciphered = Object.entries(policies).find(([, policy]) => CIPHERED.test(JSON.stringify(policy)));
  return ciphered && ["policies", ciphered[0]];
}

function findMissing(env: Partial<Env>, { relays }: ServerConfig): string | undefined {
  if (env.FEEDS === undefined) return "FEEDS";
  return env.RELAYS === undefined && Object.keys(relays).length > 0 ? "RELAYS" : undefined;
}

/** @throws StreamError `BAD_CONFIG` for a key that is too short or a version that is not there. */
function readKeys({ MASKWIRE_KEY }: Env, { keys }: ServerConfig): Pick<ServerOptions, "keys"> {
  if (MASKWIRE_KEY !== undefined) return { keys: openKeyRing(createCrypto(), secretOf(MASKWIRE_KEY), keys) };
  if (keys !== undefined) throw new StreamError("KEY_MISSING");
  return {};
}

function refuse(key: string, thrown: unknown): StreamError {
  const error = toStreamError(thrown);
  edgeLog.error("config-refused", keyFields({ key, code: error.code }));
  return error;
}

function digestOf(text: string): string {
  const digest = sha256(new TextEncoder().encode(text)).subarray(0, VERSION_BYTES);
  return hexOf(digest);
}
