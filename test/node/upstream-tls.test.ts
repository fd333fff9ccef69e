/** Relays of upstreams over TLS, by SSE and WebSocket, against a real server; time of the relay is the test's. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { createFetch } from "../../src/node/fetch.ts";
import { createOpenUpstreamSocket } from "../../src/node/upstream-socket.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { createCertificates } from "../support/certificates.ts";
import { ensureCommand } from "../support/debian.ts";
import { createTestPorts, type MemorySink } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { startSocketUpstream, type SocketUpstream } from "../support/socket-upstream.ts";
import { until } from "../support/until.ts";
import { relayOf } from "../support/relay-config.ts";

/** How long a relay waits that a person should look at. */
const FAILED_WAIT_MS = 300_000;

const openssl = ensureCommand("openssl", "openssl");
const folder = mkdtempSync(join(tmpdir(), "maskwire-tls-"));
const { caFile, otherCaFile, server } = createCertificates(openssl.path ?? "true", folder);
afterAll(() => rmSync(folder, { recursive: true }));

let upstream: SocketUpstream;
const read = (file: string): string => readFileSync(file, "utf8");

interface Setting {
  readonly scheme: "https" | "wss";
  readonly host?: string;
  readonly caFile?: string;
}

function startRelay({ scheme, host = "localhost", caFile: file }: Setting): TestServer {
  const listed = { name: "up", host, port: upstream.port, cidrs: [], except: [] };
  const upstreams = [{ ...listed, ...(file === undefined ? {} : { caFile: file }) }];
  const egress = new Egress(upstreams);
  const ports = createTestPorts(createFetch(egress));
  const headers = { authorization: "Bearer hunter2" };
  const relay = relayOf(`${scheme}://${host}:${upstream.port}/at-once`, { headers });
  const openUpstreamSocket = createOpenUpstreamSocket({ egress, limits: DEFAULT_SERVER_LIMITS, clock: ports.clock });
  return startTestServer({ relays: { up: relay }, upstreams }, { ...ports, openUpstreamSocket });
}

const follow = (host: TestServer): Promise<MemorySink> => host.subscribe("/v1/relays/up?from=oldest");

describe.skipIf(openssl.path === null).each(["https", "wss"] as const)("an upstream by %s", (scheme) => {
  beforeEach(async () => {
    upstream = await startSocketUpstream({ cert: read(server.certFile), key: read(server.keyFile) });
  });
  afterEach(() => upstream.stop());

  test("whose certificate the authority of caFile has signed is followed, masked", async () => {
    const sink = await follow(startRelay({ scheme, caFile }));
    await until(() => sink.text.includes("[EMAIL]"));
    expect(sink.text).not.toContain("ann@example.com");
    expect(upstream.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer hunter2"]);
  });

  test.each<[string, Omit<Setting, "scheme">]>([
    ["nobody that the system trusts", {}],
    ["another authority than that of caFile", { caFile: otherCaFile }],
    ["that of caFile, for another name", { caFile, host: "127.0.0.1" }],
  ])("whose certificate is signed by %s is asked nothing, and looked at by people", async (_, setting) => {
    const host = startRelay({ scheme, ...setting });
    await follow(host);
    await until(() => host.ports.lines.some((line) => line.includes("relay-lost")));
    const lost = { event: "relay-lost", relay: "up", waitMs: FAILED_WAIT_MS, code: "UPSTREAM_UNTRUSTED" };
    expect(host.ports.lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(lost);
    expect(upstream.asked).toEqual([]);
    expect(await host.metric('relay_connected{relay="up"}')).toBe(0);
  });

  test("whose authority comes into caFile later is followed then", async () => {
    const file = join(folder, `replaced-${scheme}.pem`);
    copyFileSync(otherCaFile, file);
    const host = startRelay({ scheme, caFile: file });
    const sink = await follow(host);
    await until(() => host.ports.lines.some((line) => line.includes("UPSTREAM_UNTRUSTED")));
    copyFileSync(caFile, file);
    await host.ports.clock.advance(FAILED_WAIT_MS);
    await until(() => sink.text.includes("[EMAIL]"));
  });

  test("while caFile cannot be read is asked nothing, and tried again soon", async () => {
    const file = join(folder, `late-${scheme}.pem`);
    const host = startRelay({ scheme, caFile: file });
    const sink = await follow(host);
    await until(() => host.ports.lines.some((line) => line.includes("relay-lost")));
    expect(host.ports.lines.join()).not.toMatch(/UPSTREAM_UNTRUSTED|300000|late-/);
    copyFileSync(caFile, file);
    await host.ports.clock.advance(60_000);
    await until(() => sink.text.includes("[EMAIL]"));
  });
});

test.each(["https", "wss"] as const)("an upstream that speaks no TLS is asked nothing by %s", async (scheme) => {
  upstream = await startSocketUpstream();
  const host = startRelay({ scheme });
  await follow(host);
  await until(() => host.ports.lines.some((line) => line.includes("relay-lost")));
  expect(upstream.asked).toEqual([]);
  await upstream.stop();
});

test.skipIf(openssl.path === null).each([
  ["that is not there", "no-such.pem", "does not exist"],
  ["that is a folder", ".", "is a folder"],
  ["without a certificate", "names.cnf", "holds none"],
  ["of a key", "ca.key", "holds none"],
  ["of an authority", "ca.pem", undefined],
])("a caFile %s is said before anything is dialled", async (_, name, fault) => {
  const configFile = join(folder, "maskwire.yaml");
  writeFileSync(configFile, `upstreams:\n  - { name: a, host: a.example, caFile: ${join(folder, name)} }\n`);
  const loaded = await loadConfig({ environment: {}, configFile, missingKey: "none" });
  const said = loaded.ok ? [] : loaded.problems.map(describeProblem);
  const wanted = "name a file with certificates (PEM, `-----BEGIN CERTIFICATE-----`)";
  expect(said).toEqual(fault === undefined ? [] : [`${configFile}:2:41: upstreams.0.caFile: ${fault}; ${wanted}`]);
});
