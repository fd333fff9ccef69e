/** What is printed is proved: no overlay has a leak, a finding, or an object that an API server would refuse. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkObjects, describeReport, kubernetesObject, verify, type Report } from "../../src/kubernetes/index.ts";
import { renderTree, type Target } from "../../src/kubernetes/render/tree.ts";
import { loadConfig } from "../../src/node/config/load.ts";
import { planOf } from "../../src/node/plan.ts";
import { ensureKubectl, renderManifests } from "../support/kubectl.ts";
import { REPOSITORY } from "../support/repository.ts";

const kubectl = ensureKubectl().path;
const SHIPPED = readFileSync(join(REPOSITORY, "manifests/base/maskwire.yaml"), "utf8");
const UPSTREAMS = `
  - name: second
    host: b.example
    port: 8443
    cidrs: [203.0.113.0/24, "2001:db8::/48"]
    except: [203.0.113.7/32]
relays:`;
const RAW_BROKER = "\nbrokers: [{ name: nats-raw, zone: raw, listenPort: 4222 }]";
const BOTH_BROKERS = `${RAW_BROKER.slice(0, -1)}, { name: nats-masked, zone: masked, listenPort: 4222 }]`;

/** What the verdict is, and the conduits that it names besides DNS. */
const CASES: readonly {
  readonly name: string;
  readonly overlay: string;
  readonly target?: Target;
  readonly config?: string;
  readonly conduit?: RegExp;
  /** Kinds that only narrow and that the proof does not know. */
  readonly without?: string;
}[] = [
  { name: "dev", overlay: "dev" },
  { name: "demo", overlay: "demo" },
  { name: "prod", overlay: "prod" },
  { name: "openshift", overlay: "openshift" },
  { name: "guarded, its guards aside", overlay: "guarded", target: "cnp", without: "ClusterNetworkPolicy" },
  { name: "two upstreams with holes", overlay: "demo", config: SHIPPED.replace("\nrelays:", UPSTREAMS) },
  { name: "no upstream and no canary", overlay: "demo", config: SHIPPED.slice(0, SHIPPED.indexOf("# One upstream")) },
  {
    name: "a history on disk, and keyed tokens",
    overlay: "demo",
    config: `${SHIPPED}\nhistory: { broker: disk, dataDir: /var/lib/maskwire }`,
  },
  {
    name: "a history in NATS, which holds masked events",
    overlay: "demo",
    config: `${SHIPPED}
history: { broker: nats, servers: ["nats://nats.masked.svc:4222"] }
brokers: [{ name: history, zone: masked, role: nats, listenPort: 4222 }]`,
  },
  { name: "a broker of the raw zone", overlay: "demo", config: SHIPPED + RAW_BROKER },
  { name: "a broker in each zone", overlay: "demo", config: SHIPPED + BOTH_BROKERS },
  {
    name: "other ports, roles and namespaces",
    overlay: "demo",
    config: SHIPPED.replace("8080", "18080")
      .replace("from: { role: producer }", "from: { role: bank, namespace: ledger, labels: { team: a } }")
      .replace("from: { role: subscriber }", "from: { labels: { app: dashboard }, namespace: views }"),
  },
  {
    name: "one broker for both zones, which is said",
    overlay: "demo",
    config: `${SHIPPED}\nbrokers: [{ name: bus, zone: raw, listenPort: 4222, conduit: "accounts keep the subjects apart" }]`,
    conduit: /bus.*accounts keep the subjects apart/,
  },
];

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maskwire-proved-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function objectsOf(config: string, target: Target, overlay: string) {
  const bytes = new TextEncoder().encode(config);
  const loaded = await loadConfig({ environment: {}, configFile: "f", bytes, missingKey: "random" });
  const planned = loaded.ok ? planOf(loaded.value, { target, version: "0" }) : loaded;
  if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
  const root = mkdtempSync(join(folder, "tree-"));
  for (const [path, text] of renderTree(planned.value, target)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const rendered = renderManifests(kubectl ?? "", join(root, "overlays", overlay));
  return rendered.map((object, index) => kubernetesObject(object, () => ({ file: overlay, line: index + 1 })));
}

describe.skipIf(kubectl === null)("the printed manifests are proved", () => {
  test.each(CASES)("$name", async ({ overlay, target = "k8s", config = SHIPPED, conduit, without }) => {
    const objects = await objectsOf(config, target, overlay);
    expect(checkObjects(objects)).toEqual([]);
    const known = objects.filter(({ kind }) => kind !== without);
    const report = verify({ objects: known, config: parse(config) as unknown });
    expect([report.verdict, report.findings, report.unknowns], describeReport(report)).toEqual(["PROVED", [], []]);
    expect(report.flows.filter(({ isAllowed }) => !isAllowed)).toEqual([]);
    expect(conduitsOf(report)).toEqual(conduit === undefined ? [] : [expect.stringMatching(conduit)]);
  });

  test("with Cilium's own policy nothing is claimed, and nothing but that is unknown", async () => {
    const report = verify({ objects: await objectsOf(SHIPPED, "cilium", "cilium"), config: parse(SHIPPED) as unknown });
    expect(report.verdict).toBe("UNKNOWN");
    expect(report.unknowns.map(({ object }) => object)).toEqual(["CiliumNetworkPolicy maskwire/maskwire-upstream"]);
    expect(report.leaks).toEqual([]);
  });

  test("one broker for both zones is a leak where nobody declared it", async () => {
    const declared = `${SHIPPED}\nbrokers: [{ name: bus, zone: raw, listenPort: 4222, conduit: "a reason" }]`;
    const silent = declared.replace(', conduit: "a reason"', "");
    const report = verify({ objects: await objectsOf(declared, "k8s", "demo"), config: parse(silent) as unknown });
    expect(report.verdict).toBe("LEAK");
  });
});

function conduitsOf({ notes }: Report): string[] {
  return notes.filter((note) => note.includes("conduit") && !note.includes('"DNS"'));
}
