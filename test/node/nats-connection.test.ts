/** How we come to a NATS server: every way in works with the real one, and none of them with the wrong secret. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/node/config/read.ts";
import { openNats } from "../../src/node/nats/connection.ts";
import { ensureCommand } from "../support/debian.ts";
import { startNats, type NatsOptions } from "../support/nats.ts";
import { createCertificates } from "../support/certificates.ts";
import { createCredentials, createNkey } from "../support/nats-identity.ts";

type Keys = Readonly<Record<string, string>>;

interface Way extends NatsOptions {
  readonly right: Keys;
  readonly wrong: Readonly<Record<string, Keys>>;
}

const folder = mkdtempSync(join(tmpdir(), "maskwire-nats-ways-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(text: string): string {
  const name = join(folder, `secret-${files++}`);
  writeFileSync(name, text);
  return name;
}

function wayOfTls(openssl: string): { readonly oneSided: Way; readonly mutual: Way } {
  const { caFile, server, client, otherCaFile } = createCertificates(openssl, folder);
  const tls = (verify: string): string =>
    `tls: { cert_file: "${server.certFile}", key_file: "${server.keyFile}", ca_file: "${caFile}", verify: ${verify} }\n`;
  return {
    oneSided: {
      scheme: "tls",
      settings: tls("false"),
      right: { caFile },
      wrong: { "the system's authorities": {}, "another authority": { caFile: otherCaFile } },
    },
    mutual: {
      scheme: "tls",
      settings: tls("true"),
      right: { caFile, ...client },
      wrong: { "no certificate of ours": { caFile } },
    },
  };
}

const nats = ensureCommand("nats-server", "nats-server");
const openssl = ensureCommand("openssl", "openssl");
const [nkey, stranger] = [createNkey(), createNkey()];
const { settings, credentials } = createCredentials();
const noFile = join(folder, "is-not-there");
const { oneSided, mutual } = wayOfTls(openssl.path ?? "true");

const WAYS: readonly (readonly [string, Way])[] = [
  ["nobody is asked", { right: {}, wrong: {} }],
  [
    "user and password",
    {
      settings: `authorization: { user: ann, password: "pass word" }\n`,
      right: { user: "ann", passwordFile: fileOf("pass word\n") },
      wrong: {
        "another password": { user: "ann", passwordFile: fileOf("password") },
        nothing: {},
        "a file that is not there": { user: "ann", passwordFile: noFile },
      },
    },
  ],
  [
    "a token",
    {
      settings: `authorization: { token: "s3cret" }\n`,
      right: { tokenFile: fileOf("s3cret") },
      wrong: { "another token": { tokenFile: fileOf("s3cre") } },
    },
  ],
  [
    "an nkey",
    {
      settings: `authorization: { users: [ { nkey: ${nkey.publicKey} } ] }\n`,
      right: { nkeyFile: fileOf(`${nkey.seed}\n`) },
      wrong: { "a stranger's": { nkeyFile: fileOf(stranger.seed) }, "no seed": { nkeyFile: fileOf("SUAX") } },
    },
  ],
  [
    "credentials",
    {
      settings,
      right: { credentialsFile: fileOf(credentials) },
      wrong: {
        "another operator's": { credentialsFile: fileOf(createCredentials().credentials) },
        "no credentials": { credentialsFile: fileOf("ann.lee@example.com") },
      },
    },
  ],
  ["TLS", oneSided],
  ["TLS with certificates on both sides", mutual],
];

describe.skipIf(nats.path === null || openssl.path === null)("the way to a NATS server", () => {
  test.each(WAYS)("by %s", async (_name, { right, wrong, ...options }) => {
    const server = await startNats(nats.path ?? "", options);
    try {
      const connection = await openNats({ servers: [server.url], ...right });
      if (typeof connection === "string") throw new Error(connection);
      await connection.flush();
      expect(connection.info?.tls_required ?? false).toBe(options.scheme === "tls");
      await connection.close();
      for (const [name, keys] of Object.entries(wrong))
        expect([name, await openNats({ servers: [server.url], ...keys })]).toEqual([
          name,
          expect.stringMatching(/^(?:lost|refused)$/),
        ]);
    } finally {
      await server.remove();
    }
  });

  test("is not gone in clear where the configuration says tls", async () => {
    const server = await startNats(nats.path ?? "");
    const open = await openNats({ servers: [server.url.replace("nats://127.0.0.1", "tls://localhost")] });
    expect(open).toBe("lost");
    await server.remove();
  });

  test("gives no password to a server that only says that it has no TLS", async () => {
    let heard = "";
    const stripping = createServer((socket: Socket) => {
      socket.on("data", (chunk) => (heard += chunk.toString())).on("error", () => undefined);
      socket.write(`INFO {"server_id":"X","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n`);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => stripping.once("listening", resolve));
    const { port } = stripping.address() as AddressInfo;
    const keys = { user: "ann", passwordFile: fileOf("pass word") };
    expect(await openNats({ servers: [`tls://localhost:${port}`], ...keys })).toBe("lost");
    expect(heard).toBe("");
    stripping.close();
  });
});

describe("the way to a NATS server is a problem at its key", () => {
  const SERVERS = { servers: ["nats://a:4222"] };
  const TLS_SERVERS = { servers: ["tls://a:4222"] };
  test.each([
    ["servers", { servers: ["tls://a:4222", "nats://b:4222"] }],
    ["servers", { servers: ["nats://ann:secret@a:4222"] }],
    ["servers.1", { servers: ["tls://a:4222", "tls://10.0.0.1:4222"] }],
    ["servers.0", { servers: ["tls://[::1]:4222"] }],
    ["caFile", { ...SERVERS, caFile: "ca.pem" }],
    ["certFile", { ...TLS_SERVERS, certFile: "a.pem" }],
    ["keyFile", { ...TLS_SERVERS, keyFile: "a.key" }],
    ["user", { ...SERVERS, user: "ann" }],
    ["passwordFile", { ...SERVERS, passwordFile: "p" }],
    ["nkeyFile", { ...SERVERS, nkeyFile: "n", credentialsFile: "c" }],
    ["user", { ...SERVERS, tokenFile: "t", user: "ann", passwordFile: "p" }],
  ])("%s in %j", (key, keys) => {
    const text = JSON.stringify({ feeds: { orders: {} }, history: { broker: "nats", ...keys } });
    const read = readConfig(text, "test");
    expect(read.ok ? [] : read.problems.map(({ path }) => path)).toEqual([expect.stringContaining(`history.${key}`)]);
    expect(JSON.stringify(read)).not.toContain("secret");
  });
});
