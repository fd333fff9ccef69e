/** The enforcement canary where it matters: between real namespaces, with policies in force, without, and taken away. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { NetworkPolicy } from "../support/kubernetes-objects.ts";
import { ensureKubectl } from "../support/kubectl.ts";
import { requireProgram } from "../support/run-server.ts";
import { compilePolicies } from "./compile.ts";
import { demoCluster } from "./demo.ts";
import { whyNoLab } from "./lab.ts";
import { startNetwork, type Network, type Program } from "./network.ts";
import { MASKER, PRODUCER, PROMETHEUS, SUBSCRIBER, untilSubscribed } from "./product.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || kubectl.reason;
if (reason !== "") console.warn(`the canary was not tried on packets: ${reason}`);

const CANARY = "maskwire/canary";
const HOSTS = [MASKER, CANARY, PRODUCER, SUBSCRIBER, PROMETHEUS];
const MASKER_ADDRESS = "10.1.0.1";
const CANARY_ADDRESS = "10.1.0.2";
const CONTROL = 7080;
const FORBIDDEN = 7081;

describe.skipIf(reason !== "")("the canary in packets", () => {
  const demo = demoCluster(kubectl);
  const cluster = { ...demo, hosts: demo.hosts.filter(({ name }) => HOSTS.includes(name)) };
  let network: Network;
  let folder: string;
  beforeAll(requireProgram);
  afterEach(async () => {
    await network.stop();
    rmSync(folder, { recursive: true });
  });

  async function start({ policies, mode = "require" }: { policies: readonly NetworkPolicy[]; mode?: string }) {
    network = await startNetwork(cluster.hosts);
    network.filter(compilePolicies({ ...cluster, policies }));
    folder = mkdtempSync(join(tmpdir(), "maskwire-canary-"));
    const file = join(folder, "maskwire.yaml");
    writeFileSync(file, JSON.stringify(configOf(mode)));
    return network.maskwire(MASKER, ["serve", "--config", file]);
  }

  async function startCanary(): Promise<Program> {
    const ports = ["--control", String(CONTROL), "--forbidden", String(FORBIDDEN)];
    const canary = network.maskwire(CANARY, ["canary", "--host", "0.0.0.0", ...ports]);
    await canary.untilPrinted("canary listens");
    return canary;
  }

  /** What a producer gets; 0 when nobody listens. */
  async function maskStatus(): Promise<number> {
    const init = { method: "POST", headers: { "content-type": "text/plain" }, body: "text" };
    return (await network.request(PRODUCER, `http://${MASKER_ADDRESS}:8080/v1/mask`, init)).status;
  }

  async function readiness(): Promise<[number, unknown]> {
    const { status, text } = await network.request(PROMETHEUS, `http://${MASKER_ADDRESS}:9090/readyz`);
    return [status, (JSON.parse(text) as { networkPolicies?: string }).networkPolicies];
  }

  it("opens publish and subscribe once the policies are in force, and not before", async () => {
    const masker = await start(cluster);
    await masker.untilPrinted("network-policies-awaited");
    expect(await maskStatus()).toBe(0);
    expect(await readiness()).toEqual([503, "unknown"]);
    await startCanary();
    await masker.untilPrinted(`"listeners":"publish"`);
    await masker.untilPrinted(`"listeners":"subscribe"`);
    expect(await readiness()).toEqual([200, "enforced"]);
    expect(await maskStatus()).toBe(200);
  });

  it("stays closed where nothing enforces the policies", async () => {
    const masker = await start({ policies: [] });
    await startCanary();
    await masker.untilPrinted(`"state":"open"`);
    expect(await readiness()).toEqual([503, "open"]);
    expect(await maskStatus()).toBe(0);
  });

  it("says so and serves in mode `warn`", async () => {
    const masker = await start({ policies: [], mode: "warn" });
    await startCanary();
    await masker.untilPrinted(`"state":"open"`);
    expect(await readiness()).toEqual([200, "open"]);
    const { text } = await network.request(PROMETHEUS, `http://${MASKER_ADDRESS}:9090/metrics`);
    expect(text).toMatch(/^maskwire_policy_enforced 0$/m);
    expect(await maskStatus()).toBe(200);
  });

  it("does not take a port that nobody has for one that a policy closes", async () => {
    const masker = await start({ policies: [] });
    // A canary whose forbidden port is another one than the configuration says.
    network.maskwire(CANARY, ["canary", "--host", "0.0.0.0", "--control", "7080", "--forbidden", "7099"]);
    await masker.untilPrinted("network-policies-awaited");
    for (let tries = 0; tries < 10; tries++) expect(await readiness()).toEqual([503, "unknown"]);
  });

  it("ends every stream and exits when the policies are taken away", async () => {
    const masker = await start(cluster);
    await startCanary();
    await masker.untilPrinted(`"listeners":"subscribe"`);
    const stream = network.follow(SUBSCRIBER, `http://${MASKER_ADDRESS}:8081/v1/feeds/a/events`, "no such text");
    await untilSubscribed(network, cluster);
    network.filter("");
    expect(await stream).toContain("event: maskwire.end");
    expect(await masker.exitCode).toBe(1);
    await masker.untilPrinted("closing everything at once");
    expect(await maskStatus()).toBe(0);
  });
});

function configOf(mode: string): object {
  const listener = (listenPort: number): object => ({ host: "0.0.0.0", listenPort, unsafeNoAuthentication: true });
  return {
    listeners: { publish: listener(8080), subscribe: listener(8081), admin: listener(9090) },
    canary: { control: `${CANARY_ADDRESS}:${CONTROL}`, forbidden: `${CANARY_ADDRESS}:${FORBIDDEN}`, mode },
    limits: { canaryIntervalMs: 100, canaryTimeoutMs: 20_000 },
  };
}
