/** The configuration in each ConfigMap is one that the server takes, and the objects around it say the same. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkReach, loadConfig } from "../../src/node/config/load.ts";
import { LISTENERS, type ServerConfig } from "../../src/server/config/config.ts";
import { ensureKubectl, renderManifests } from "../support/kubectl.ts";
import { ofKind, type Container, type KubernetesObject } from "../support/kubernetes-objects.ts";
import { RENDERED_FOLDERS } from "../support/manifest-folders.ts";
import { directions } from "../support/policy-checks.ts";

const kubectl = ensureKubectl().path;
const MEBIBYTE = 1_048_576;
const HTTPS_PORT = "443";
/** Nobody applies the base alone; Cilium's policy has a shape of its own. */
const WITHOUT_EGRESS = ["base", "cilium"];
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maskwire-config-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(kubectl === null).each(RENDERED_FOLDERS)("the configuration of $name", ({ name, folder: source }) => {
  let objects: KubernetesObject[] = [];
  let container: Container = { name: "none" };
  let config: ServerConfig;
  let hasKey = false;

  beforeAll(async () => {
    objects = renderManifests(kubectl ?? "", source);
    [container] = ofKind(objects, "Deployment")
      .filter(({ metadata }) => metadata.name === "maskwire")
      .flatMap(({ spec }) => spec.template.spec.containers);
    const loaded = await load();
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    config = loaded.value.config;
    hasKey = loaded.value.keys !== undefined;
  });

  /** As the container would: its arguments and variables, with the mounted files laid elsewhere. */
  async function load() {
    const configFile = join(folder, `${name}.yaml`);
    const keyFile = join(folder, `${name}.key`);
    writeFileSync(configFile, ofKind(objects, "ConfigMap")[0]?.data?.["maskwire.yaml"] ?? "");
    writeFileSync(keyFile, "an example of a root key, at least 32 bytes\n");
    const variables = (container.env ?? []).map(({ name: variable, value }) => [
      variable,
      variable === "MASKWIRE_KEY_FILE" ? keyFile : value,
    ]);
    return loadConfig({
      environment: Object.fromEntries(variables) as Record<string, string>,
      configFile,
      missingKey: "none",
    });
  }

  test("is accepted, and every address in it is meant", () => {
    expect(checkReach(config, (path, text) => ({ source: name, path: path.join("."), text }))).toEqual([]);
    expect(container.args).toEqual(["serve", "--config", "/etc/maskwire/maskwire.yaml"]);
  });

  test("listens on the ports that the container names", () => {
    const ports = Object.fromEntries((container.ports ?? []).map((port) => [port.name, port.containerPort]));
    const listeners = LISTENERS.map((listener) => [listener, config.listeners[listener].listenPort]);
    expect(ports).toEqual(Object.fromEntries(listeners));
    expect(new Set(Object.values(ports)).size).toBe(LISTENERS.length);
  });

  test("has one way in per listener and no other", () => {
    const policies = ofKind(objects, "NetworkPolicy").filter(
      ({ metadata, spec }) =>
        metadata.namespace === "maskwire" &&
        spec?.podSelector?.matchLabels?.["app.kubernetes.io/name"] !== "maskwire-canary",
    );
    const opened = policies.flatMap((policy) =>
      (directions(policy)[0]?.rules ?? []).flatMap((rule) => (rule?.ports ?? []).map(({ port }) => Number(port))),
    );
    const listening = LISTENERS.map((listener) => config.listeners[listener].listenPort);
    expect(opened).toHaveLength(listening.length);
    expect(new Set(opened)).toEqual(new Set(listening));
  });

  test("dials only upstreams that a policy lets out, and a policy lets out only those", () => {
    if (WITHOUT_EGRESS.includes(name)) return;
    const ports = Object.values(config.relays).map(({ url }) => Number(new URL(url).port || HTTPS_PORT));
    const upstream = ofKind(objects, "NetworkPolicy").find(({ metadata }) => metadata.name === "maskwire-upstream");
    const opened = (upstream?.spec?.egress ?? []).flatMap((rule) =>
      (rule?.ports ?? []).map(({ port }) => Number(port)),
    );
    expect(new Set(opened)).toEqual(new Set(ports));
  });

  test("drains before the kubelet kills", () => {
    const grace = ofKind(objects, "Deployment")[0]?.spec.template.spec.terminationGracePeriodSeconds ?? 0;
    expect(config.limits.drainLimitMs).toBeLessThan(grace * 1000);
    expect(config.limits.drainGraceMs + config.limits.drainWindowMs).toBeLessThanOrEqual(config.limits.drainLimitMs);
  });

  test("holds at its worst no more than half of the memory of the pod", () => {
    const { connectionsLimit, subscriberQueueBytes, lineLimitBytes, feedsLimit, historyMaxBytes } = config.limits;
    const worstBytes = connectionsLimit * (subscriberQueueBytes + lineLimitBytes) + feedsLimit * historyMaxBytes;
    expect(worstBytes).toBeLessThanOrEqual(memoryBytes(container) / 2);
  });

  test("has a root key exactly when the component is chosen", () => {
    expect(hasKey).toBe(name === "root-key");
  });
});

function memoryBytes({ resources }: Container): number {
  const [, amount, unit] = /^(\d+)([GM])i$/.exec(resources?.limits?.["memory"] ?? "") ?? [];
  return Number(amount) * MEBIBYTE * (unit === "G" ? 1024 : 1);
}
