/**
 * Puts the configuration together: file, then environment, then flags; the last one wins.
 *
 * Owns the order and the rule that a non-loopback address is a deliberate choice. Never serves anything.
 */
import { isLoopback } from "../../server/network/loopback.ts";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  DEFAULT_CONFIG,
  DEFAULT_WARM_UP_MS,
  LISTENERS,
  type ListenerConfig,
  type ListenerName,
  type ServerConfig,
} from "../../server/config/config.ts";
import type { HistoryConfig } from "../../server/config/history-config.ts";
import { readEnvironment, type Environment, type Settings } from "./environment.ts";
import { completeAuth } from "./auth.ts";
import { checkCaFiles } from "./ca-files.ts";
import { completeLists, listFileKeys } from "./list-files.ts";
import { nodeCrypto, randomKey, readSecret, rootKeySource } from "./key.ts";
import { readFailure } from "../read-failure.ts";
import { problemsOf, type ConfigProblem, type Result } from "./problem.ts";
import type { Reading } from "./read.ts";
import { NOTHING_SPOILT, notSpoilt, type Spoilt, spoiltBy } from "./rest.ts";
import type { FileConfig } from "./schema.ts";
import { ConfigurationError, type KeyRing } from "../../core/index.ts";
import { openKeyRing, readRootSecrets } from "../../server/keys/root-key.ts";

const CONFIG_LIMIT_BYTES = 1_048_576;

export interface LoadRequest {
  readonly environment: Environment;
  /** `--config`; without it MASKWIRE_CONFIG, without both the defaults. */
  readonly configFile?: string | undefined;
  /** `--port`: the public listeners' port. */
  readonly listenPort?: number | undefined;
  /** `--data-dir`: keeps events on disk. */
  readonly dataDir?: string | undefined;
  /** The file's bytes, when they were read already. */
  readonly bytes?: Uint8Array | undefined;
  /** Told of every file with a list of a policy, and its bytes; none where it cannot be read. */
  readonly onListFile?: ((file: string, bytes: Uint8Array) => void) | undefined;
  /** What stands for a missing root key: nothing, or one that dies with the process. */
  readonly missingKey: "none" | "random";
  /** True where another place than this process holds the secret of HS algorithms. */
  readonly isJwtSecretElsewhere?: boolean;
}

export interface Loaded {
  readonly config: ServerConfig;
  /** Absent when no key is configured. */
  readonly keys?: KeyRing;
  /** Of issuers with HS algorithms. */
  readonly jwtSecret?: Uint8Array;
  /** True when the key was drawn for this process and dies with it. */
  readonly isKeyRandom: boolean;
  /** How messages call the file that was read; undefined when there was none. */
  readonly fileName: string | undefined;
  /** What stands in it; empty when there was none. */
  readonly fileText: string;
  /** Keys that name files with lists of policies. */
  readonly listFileKeys: readonly (readonly string[])[];
  /** What is wrong with the value at this path, with its line and column. */
  readonly problemAt: (path: readonly string[], text: string) => ConfigProblem;
}

export type Loading =
  | { readonly ok: true; readonly value: Loaded }
  | {
      readonly ok: false;
      readonly problems: readonly ConfigProblem[];
      /** What holds all the same, for whoever wants to say what else is wrong; never to be run. */
      readonly rest?: Rest;
      /** The file that was named cannot be read: nothing is known of what it says. */
      readonly isUnread?: true;
    };

export interface Rest {
  readonly value: Loaded;
  readonly spoilt: Spoilt;
}

/** Reads and checks everything; every problem of file, environment and key at once. */
export async function loadConfig(request: LoadRequest): Promise<Loading> {
  const settings = readEnvironment(request.environment);
  if (!settings.ok) return settings;
  const read = await readSources(request, settings.value);
  return read.ok ? await completeAll(read.value, request) : read;
}

/** What was read, as far as it holds. */
interface Sources extends Pick<Loaded, "fileName" | "fileText" | "problemAt"> {
  readonly settings: Settings;
  readonly file: { readonly config: FileConfig; readonly spoilt: Spoilt };
  readonly rootKey: Uint8Array | undefined;
  readonly jwtSecret: Uint8Array | undefined;
  /** What is wrong with the rest of the file. */
  readonly faults: readonly ConfigProblem[];
}

/** Fails where nothing can be made of a source; what is wrong in the file alone is told with the rest. */
async function readSources(
  { configFile, bytes }: LoadRequest,
  settings: Settings,
): Promise<Extract<Loading, { ok: false }> | { readonly ok: true; readonly value: Sources }> {
  const fileName = configFile ?? settings.configFile;
  const [text, key, jwt] = await Promise.all([
    readText(fileName, bytes),
    readSecret(settings, "rootKey"),
    readSecret(settings, "jwtSecret"),
  ]);
  const name = fileName ?? "defaults";
  // YAML and the schema take longer to load than all else, and without a file there is nothing for them to read.
  const reader = fileName === undefined ? undefined : await import("./read.ts");
  const reading: Reading = text.ok ? (reader?.readConfig(text.value, name) ?? NO_FILE) : text;
  const faults = problemsOf(reading, key, jwt);
  const file = reading.ok ? { config: reading.value, spoilt: NOTHING_SPOILT } : reading.rest;
  if (!text.ok && text.isUnread) return { ok: false, problems: faults, isUnread: true };
  if (file === undefined || !text.ok || !key.ok || !jwt.ok) return { ok: false, problems: faults };
  const fileText = text.value;
  const problemAt: Loaded["problemAt"] = (path, what) =>
    reader?.problemIn({ text: fileText, name }, path, what) ?? { source: name, path: path.join("."), text: what };
  return {
    ok: true,
    value: { settings, fileName, fileText, problemAt, file, rootKey: key.value, jwtSecret: jwt.value, faults },
  };
}

/** Reads what the file names, and puts it all together. */
async function completeAll(sources: Sources, request: LoadRequest): Promise<Loading> {
  const { settings, fileName, fileText, problemAt, file, jwtSecret } = sources;
  const named = { configFile: fileName, problemAt };
  const hasSecret = jwtSecret !== undefined || request.isJwtSecretElsewhere === true;
  const auth = await completeAuth(file.config.auth, { ...named, hasSecret });
  const lists = await completeLists(file.config.policies, { ...named, onFile: request.onListFile });
  const caFaults = await checkCaFiles(file.config.upstreams, named);
  const problems = [...sources.faults, ...notSpoilt(file.spoilt, [...problemsOf(auth, lists), ...caFaults])];
  if (!auth.ok || !lists.ok) return { ok: false, problems };
  const { auth: _, ...written } = file.config;
  const rest = { ...written, policies: lists.value };
  const config = {
    ...complete(rest, { ...settings, ...publicPort(request.listenPort) }),
    ...withDataDir(rest.history, request.dataDir ?? settings.dataDir),
    ...(auth.value === undefined ? {} : { auth: auth.value }),
  };
  const isKeyRandom = sources.rootKey === undefined && request.missingKey === "random";
  const keys = openKeys(isKeyRandom ? randomKey() : sources.rootKey, {
    fileText,
    options: config.keys,
    problemAt,
    source: rootKeySource(settings),
  });
  if (!keys.ok) return { ok: false, problems: [...problems, ...keys.problems] };
  const value: Loaded = {
    config,
    fileName,
    fileText,
    problemAt,
    listFileKeys: listFileKeys(file.config.policies),
    isKeyRandom,
    ...(keys.value === undefined ? {} : { keys: keys.value }),
    ...(jwtSecret === undefined ? {} : { jwtSecret }),
  };
  if (problems.length === 0) return { ok: true, value };
  return { ok: false, problems, rest: { value, spoilt: spoiltBy(problems, file.spoilt, config.policies) } };
}

/** What an empty file says, which test/node/config.test.ts holds it to. */
const NO_FILE: Reading = {
  ok: true,
  value: structuredClone({ ...DEFAULT_CONFIG, warmUpMs: DEFAULT_WARM_UP_MS }) as FileConfig,
};

interface KeyRequest {
  readonly fileText: string;
  readonly options: ServerConfig["keys"];
  readonly problemAt: Loaded["problemAt"];
  /** The variable that named the root key. */
  readonly source: string;
}

function openKeys(
  rootKey: Uint8Array | undefined,
  { fileText, options, problemAt, source }: KeyRequest,
): Result<KeyRing | undefined> {
  if (rootKey === undefined) {
    if (options === undefined) return { ok: true, value: undefined };
    const text = "there is no root key; set MASKWIRE_KEY_FILE (or MASKWIRE_KEY), or remove this";
    return { ok: false, problems: [problemAt(["keys"], text)] };
  }
  try {
    const place = placeOfSecret(fileText, rootKey);
    if (place !== undefined) {
      const text = "the root key itself stands in this file; remove it, and draw a new one";
      return { ok: false, problems: [{ source: problemAt([], "").source, ...place, path: "", text }] };
    }
    return { ok: true, value: openKeyRing(nodeCrypto, rootKey, options) };
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    const { at, reason } = thrown;
    return { ok: false, problems: [at.length > 0 ? problemAt(at, reason) : { source, path: "", text: reason }] };
  }
}

/** Line and column, from 1, at which one of the secrets stands; undefined where none does. */
function placeOfSecret(fileText: string, rootKey: Uint8Array): Pick<ConfigProblem, "line" | "column"> | undefined {
  const decoder = new TextDecoder();
  const offsets = readRootSecrets(rootKey).map(({ secret }) => fileText.indexOf(decoder.decode(secret)));
  const [first] = offsets.filter((offset) => offset >= 0).toSorted((a, b) => a - b);
  if (first === undefined) return undefined;
  const lines = fileText.slice(0, first).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** The addresses that would let anyone on the network in, or keep everybody out, each with the way to say what is meant. */
export function checkReach(config: ServerConfig, problemAt: Loaded["problemAt"]): ConfigProblem[] {
  return [...checkOpen(config, problemAt), ...checkShut(config, problemAt)];
}

/** A listener that waits for network policies cannot share a socket with the one that says whether they are in force. */
function checkShut({ canary, listeners }: ServerConfig, problemAt: Loaded["problemAt"]): ConfigProblem[] {
  const { admin } = listeners;
  const isShared = (["publish", "subscribe"] as const).some(
    (name) => listeners[name].host === admin.host && listeners[name].listenPort === admin.listenPort,
  );
  if (canary?.mode !== "require" || !isShared) return [];
  const text = "is also the port of a listener that `canary` keeps closed until policies are in force; choose another";
  return [problemAt(["listeners", "admin", "listenPort"], text)];
}

function checkOpen(config: ServerConfig, problemAt: Loaded["problemAt"]): ConfigProblem[] {
  return LISTENERS.filter((name) => {
    const { host, unsafeNoAuthentication } = config.listeners[name];
    const isGuarded = config.auth !== undefined && name !== "admin";
    return !isLoopback(host) && !unsafeNoAuthentication && !isGuarded;
  }).map((name) =>
    problemAt(
      ["listeners", name, "host"],
      "is not a loopback address and nothing authenticates callers; use 127.0.0.1, or configure `auth` (not for admin), " +
        `or, where a network policy is the fence, add \`unsafeNoAuthentication: true\` under listeners.${name} (or MASKWIRE_UNSAFE_NO_AUTHENTICATION=true)`,
    ),
  );
}

type FileText =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly isUnread: boolean };

async function readText(fileName: string | undefined, given: Uint8Array | undefined): Promise<FileText> {
  if (fileName === undefined) return { ok: true, value: "" };
  const refuse = (text: string, isUnread = false): FileText => ({
    ok: false,
    problems: [{ source: fileName, path: "", text }],
    isUnread,
  });
  let bytes = given;
  try {
    bytes ??= await readFile(fileName);
  } catch (thrown) {
    return refuse(`${readFailure(thrown)}; name a configuration file`, true);
  }
  if (bytes.length > CONFIG_LIMIT_BYTES) return refuse(`is longer than ${CONFIG_LIMIT_BYTES} bytes`);
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return refuse("is not UTF-8 text; save it as UTF-8");
  }
}

/** A folder that was named outside of the file: what else the file says of it stays. */
function withDataDir(history: HistoryConfig | undefined, dataDir: string | undefined): Pick<ServerConfig, "history"> {
  if (dataDir === undefined) return history === undefined ? {} : { history };
  // Whole: it is named from where the process was started, and what the file names from where the file is.
  return {
    history: { broker: "disk", dataDir: resolve(dataDir), sync: history?.broker === "disk" ? history.sync : "always" },
  };
}

function publicPort(listenPort: number | undefined): Pick<Settings, "listenPort"> {
  return listenPort === undefined ? {} : { listenPort };
}

type Completed = Omit<FileConfig, "auth" | "policies"> & Pick<ServerConfig, "policies">;

function complete(file: Completed, settings: Settings): ServerConfig {
  const listeners = { ...file.listeners } as Record<ListenerName, ListenerConfig>;
  for (const name of LISTENERS) {
    const isAdmin = name === "admin";
    const host = isAdmin ? settings.adminHost : settings.host;
    const listenPort = isAdmin ? settings.adminListenPort : settings.listenPort;
    const { unsafeNoAuthentication } = settings;
    listeners[name] = {
      ...listeners[name],
      ...(host === undefined ? {} : { host }),
      ...(listenPort === undefined ? {} : { listenPort }),
      ...(unsafeNoAuthentication === undefined ? {} : { unsafeNoAuthentication }),
    };
  }
  return { ...file, listeners, policies: { default: {}, ...file.policies } };
}
