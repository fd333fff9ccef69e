/**
 * The MASKWIRE_* variables: what a container sets.
 *
 * Owns their names and forms. A variable that nobody reads is a mistake, so it is one here. Never repeats a value.
 */
import type { ConfigProblem, Result } from "./problem.ts";
import { suggest } from "./suggest.ts";

const PREFIX = "MASKWIRE_";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  readonly configFile?: string;
  readonly host?: string;
  readonly listenPort?: number;
  readonly adminHost?: string;
  readonly adminListenPort?: number;
  readonly unsafeNoAuthentication?: boolean;
  readonly dataDir?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly jwtSecret?: string;
  readonly jwtSecretFile?: string;
}

interface Variable {
  readonly setting: keyof Settings;
  readonly form: "text" | "port" | "boolean";
  readonly description: string;
}

export const VARIABLES: Readonly<Record<string, Variable>> = {
  MASKWIRE_CONFIG: { setting: "configFile", form: "text", description: "Path of maskwire.yaml; `--config` wins." },
  MASKWIRE_HOST: {
    setting: "host",
    form: "text",
    description: "Address of the publish and the subscribe listener.",
  },
  MASKWIRE_PORT: {
    setting: "listenPort",
    form: "port",
    description: "Port of the publish and the subscribe listener; `--port` wins.",
  },
  MASKWIRE_ADMIN_HOST: { setting: "adminHost", form: "text", description: "Address of the admin listener." },
  MASKWIRE_ADMIN_PORT: { setting: "adminListenPort", form: "port", description: "Port of the admin listener." },
  MASKWIRE_DATA_DIR: {
    setting: "dataDir",
    form: "text",
    description: "Folder of the durable history (`history.broker: disk`); `--data-dir` wins.",
  },
  MASKWIRE_UNSAFE_NO_AUTHENTICATION: {
    setting: "unsafeNoAuthentication",
    form: "boolean",
    description: "`true`: every listener may have an address that is not loopback; a network policy is the only fence.",
  },
  MASKWIRE_KEY_FILE: {
    setting: "keyFile",
    form: "text",
    description: "Path of the root key, at least 32 bytes; one line end after it is ignored.",
  },
  MASKWIRE_JWT_SECRET_FILE: {
    setting: "jwtSecretFile",
    form: "text",
    description:
      "Path of the secret of issuers with HS algorithms, at least 32 bytes; one line end after it is ignored.",
  },
  MASKWIRE_JWT_SECRET: { setting: "jwtSecret", form: "text", description: "That secret itself, at least 32 bytes." },
  MASKWIRE_KEY: { setting: "key", form: "text", description: "The root key itself, at least 32 bytes." },
};

/** Reads every MASKWIRE_* variable; others are none of ours. */
export function readEnvironment(environment: Environment): Result<Settings> {
  const problems: ConfigProblem[] = [];
  const settings: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue;
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    const read = variable === undefined ? { text: explainUnknown(name) } : readValue(variable, value);
    if ("text" in read) problems.push({ source: name, path: "", text: read.text });
    else if (variable !== undefined) settings[variable.setting] = read.value;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: settings };
}

type Reading = { readonly value: string | number | boolean } | { readonly text: string };

function readValue(variable: Variable, value: string): Reading {
  if (value === "") return { text: "is empty; unset it or give it a value" };
  if (variable.form === "port") return readPort(value);
  if (variable.form === "text") return { value };
  if (value === "true" || value === "false") return { value: value === "true" };
  return { text: "write true or false" };
}

function readPort(value: string): Reading {
  // Kubernetes sets <SERVICE>_PORT=tcp://… in every pod beside a Service of that name.
  if (value.startsWith("tcp://"))
    return { text: "is a Kubernetes service link; set `enableServiceLinks: false` in the pod" };
  const isPort = /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
  return isPort ? { value: Number(value) } : { text: "write a port from 0 to 65535; 0 lets the system pick one" };
}

function explainUnknown(name: string): string {
  if (/_(?:SERVICE_HOST|SERVICE_PORT\w*|PORT_\d+_\w+)$/.test(name)) {
    return "is a Kubernetes service link; set `enableServiceLinks: false` in the pod";
  }
  // The prefix is right already: with it, any short name would be near to any other.
  const words = Object.keys(VARIABLES).map((known) => known.slice(PREFIX.length));
  const near = suggest(name.slice(PREFIX.length), words);
  return near === undefined
    ? `no such variable; known: ${Object.keys(VARIABLES).join(", ")}`
    : `no such variable; did you mean ${PREFIX}${near}?`;
}
