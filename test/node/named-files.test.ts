/** The files that a configuration names are found beside it, wherever the program was started. */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "../../src/node/config/load.ts";
import { withWholePaths } from "../../src/node/config/named-files.ts";
import { configSchema } from "../../src/node/config/schema.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import type { NatsServersConfig } from "../../src/server/config/history-config.ts";
import { createCertificates } from "../support/certificates.ts";
import { ensureCommand } from "../support/debian.ts";
import { runServer, writeConfig } from "../support/run-server.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-named-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Every key of the schema whose value is the path of a file or a folder, without the names that a file chooses. */
function pathKeys(node: object, path = ""): string[] {
  return Object.entries(node).flatMap(([key, child]: [string, unknown]) => {
    if (typeof child !== "object" || child === null) return [];
    if (key === "properties")
      return Object.entries(child).flatMap(([name, value]: [string, unknown]) => [
        ...(/(?:File|Dir)$/.test(name) ? [`${path}.${name}`] : []),
        ...pathKeys(value as object, `${path}.${name}`),
      ]);
    return pathKeys(child, path);
  });
}

const NATS = { credentialsFile: "f", nkeyFile: "f", tokenFile: "f", passwordFile: "f" };
const TLS = { caFile: "f", certFile: "f", keyFile: "f" };
const SERVERS = { servers: ["tls://a:4222"], ...NATS, ...TLS };

/** Read when the configuration is, not while the server runs. */
const READ_AT_ONCE = ["auth.issuers.jwksFile", "auth.issuers.secretFile"].concat(
  ["allow", "deny"].flatMap((list) => ["valuesFile", "patternsFile"].map((key) => `policies.${list}.${key}`)),
);
const OPENED_LATER = ["upstreams.caFile", "detokenize.auditFile", "history.dataDir"].concat(
  ["history", "ingest"].flatMap((part) => Object.keys({ ...NATS, ...TLS }).map((key) => `${part}.${key}`)),
);

describe("the rule", () => {
  test("is for every key that names a file or a folder", () => {
    const keys = pathKeys(z.toJSONSchema(configSchema, { io: "input" })).map((key) => key.slice(1));
    expect([...new Set(keys)].toSorted()).toEqual([...READ_AT_ONCE, ...OPENED_LATER].toSorted());
  });

  test("makes whole paths of those that are opened later", () => {
    const config = (history: NonNullable<ServerConfig["history"]>): ServerConfig => ({
      ...DEFAULT_CONFIG,
      upstreams: [{ name: "a", host: "a.example", port: 443, cidrs: [], except: [], caFile: "f" }],
      detokenize: { policies: ["default"], auditFile: "f", callsPerMinute: 1, valuesPerMinute: 1 },
      ingest: { a: { feed: "a", ...SERVERS } as unknown as NonNullable<ServerConfig["ingest"]>[string] },
      history,
    });
    const nats = { broker: "nats", prefix: "maskwire", replicas: 1, ...SERVERS } as const;
    const disk = { broker: "disk", dataDir: "f", sync: "always" } as const;
    const whole = [nats, disk].map((history) =>
      JSON.stringify(withWholePaths(config(history), "/etc/m/maskwire.yaml")),
    );
    expect(whole.join("").match(/"f"/g)).toBeNull();
    // Both times those of ingest, upstream and audit; once those of the history.
    const count = Object.keys({ ...NATS, ...TLS } satisfies Partial<NatsServersConfig>).length;
    expect(whole.join("").match(/"\/etc\/m\/f"/g)).toHaveLength(2 * (count + 2) + count + 1);
    expect(withWholePaths(DEFAULT_CONFIG, undefined)).toEqual(DEFAULT_CONFIG);
  });
});

describe("a configuration in another folder", () => {
  const openssl = ensureCommand("openssl", "openssl");

  test.skipIf(openssl.path === null)("is read with the files beside it", async () => {
    const { caFile } = createCertificates(openssl.path ?? "", folder);
    await writeFile(join(folder, "jwt.secret"), "s".repeat(44));
    await writeFile(join(folder, "jwks.json"), JSON.stringify({ keys: [{ kty: "EC" }] }));
    await writeFile(join(folder, "known.txt"), "support@acme.example\n");
    const issuer = { issuer: "i", audience: "a" };
    const configFile = join(folder, "maskwire.yaml");
    const written = {
      auth: {
        issuers: [
          { ...issuer, algorithms: ["HS256"], secretFile: "jwt.secret" },
          { ...issuer, issuer: "j", algorithms: ["ES256"], jwksFile: "./jwks.json" },
        ],
      },
      policies: { default: { allow: { valuesFile: "known.txt" } } },
      upstreams: [{ name: "a", host: "a.example", caFile: relative(folder, caFile) }],
    };
    await writeFile(configFile, JSON.stringify(written));
    const loaded = await loadConfig({ environment: {}, configFile, missingKey: "none" });
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    expect(loaded.ok && loaded.value.config.auth?.issuers).toMatchObject([{}, { jwks: { keys: [{ kty: "EC" }] } }]);
    expect(loaded.ok && loaded.value.config.policies).toEqual({
      default: { allow: { values: ["support@acme.example"] } },
    });
  });

  test("is served with the files beside it", async () => {
    const configFile = join(folder, "maskwire.yaml");
    const grants = [{ actions: ["detokenize"], feeds: ["default"] }];
    await writeFile(
      configFile,
      writeConfig({
        history: { broker: "disk", dataDir: "data" },
        policies: { default: { operators: { default: { operator: "encrypt" } } } },
        auth: { apiKeys: [{ name: "a", sha256: "0".repeat(64), grants }] },
        detokenize: { policies: ["default"], auditFile: "audit.ndjson" },
      }),
    );
    const server = await runServer({ configFile, environment: { MASKWIRE_KEY: "k".repeat(32) } });
    expect(existsSync(join(folder, "data"))).toBe(true);
    expect(existsSync(join(folder, "audit.ndjson"))).toBe(true);
    expect(await server.stop()).toBe(0);
    expect(["data", "audit.ndjson"].filter((name) => existsSync(join(process.cwd(), name)))).toEqual([]);
  });
});
