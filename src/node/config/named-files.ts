/**
 * Where the files are that a configuration names: beside it, wherever the process was started.
 *
 * Owns that rule, for reading and for writing. Opens none of them. Variables and flags name files from where the process
 * was started, as everywhere.
 */
import { dirname, resolve } from "node:path";
import type { ServerConfig } from "../../server/config/config.ts";

const NATS_FILES = [
  "credentialsFile",
  "nkeyFile",
  "tokenFile",
  "passwordFile",
  "caFile",
  "certFile",
  "keyFile",
] as const;

/** The whole path of a file that stands in a configuration; without a configuration file it is as a flag names it. */
export function besideConfig(configFile: string | undefined, file: string): string {
  return resolve(dirname(configFile ?? "maskwire.yaml"), file);
}

/** The configuration with whole paths in the place of those that are opened while the server runs. */
export function withWholePaths(config: ServerConfig, configFile: string | undefined): ServerConfig {
  const { history, ingest, upstreams, detokenize } = config;
  const whole = <Part extends object>(part: Part, keys: readonly (keyof Part)[]): Part => ({
    ...part,
    ...Object.fromEntries(
      keys.flatMap((key) => {
        const file = part[key];
        return typeof file === "string" ? [[key, besideConfig(configFile, file)]] : [];
      }),
    ),
  });
  return {
    ...config,
    ...(history?.broker === "disk" ? { history: whole(history, ["dataDir"]) } : {}),
    ...(history?.broker === "nats" ? { history: whole(history, NATS_FILES) } : {}),
    ...(ingest === undefined
      ? {}
      : { ingest: Object.fromEntries(Object.entries(ingest).map(([name, one]) => [name, whole(one, NATS_FILES)])) }),
    ...(upstreams === undefined ? {} : { upstreams: upstreams.map((upstream) => whole(upstream, ["caFile"])) }),
    ...(detokenize === undefined ? {} : { detokenize: whole(detokenize, ["auditFile"]) }),
  };
}
