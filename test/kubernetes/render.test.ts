/** What `maskwire manifests` prints: the shipped files, for other configurations too, and nothing that opens too much. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { applyPatch } from "../../src/kubernetes/render/patch.ts";
import { componentNames, renderTree, TARGETS, type Target } from "../../src/kubernetes/render/tree.ts";
import { printComment, printYaml, type Json } from "../../src/kubernetes/render/yaml.ts";
import { loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { planOf } from "../../src/node/plan.ts";
import { ensureHelm, ensureKubectl, renderChart, renderManifests } from "../support/kubectl.ts";
import { ofKind, type KubernetesObject } from "../support/kubernetes-objects.ts";
import { REPOSITORY } from "../support/repository.ts";

const SHIPPED = join(REPOSITORY, "manifests");
const CONFIG_FILE = join(SHIPPED, "base/maskwire.yaml");
const FOLDERS: Readonly<Record<Target, string>> = {
  k8s: SHIPPED,
  cilium: SHIPPED,
  cnp: SHIPPED,
  helm: join(SHIPPED, "helm"),
};
const kubectl = ensureKubectl().path;
const helm = ensureHelm().path;
const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
const shippedText = readFileSync(CONFIG_FILE, "utf8");

const BROKERS = `${shippedText}
brokers:
  - { name: nats-raw, zone: raw, listenPort: 4222 }
  - { name: nats-masked, zone: masked, listenPort: 4222 }
  - { name: bus, zone: raw, role: bus, listenPort: 5222, conduit: "accounts: see the page\\nof the team" }
`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maskwire-render-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plan(text: string, target: Target = "k8s") {
  const bytes = new TextEncoder().encode(text);
  const loaded = await loadConfig({ environment: {}, configFile: "f", bytes, missingKey: "random" });
  return loaded.ok ? planOf(loaded.value, { target, version }) : loaded;
}

async function render(text: string, target: Target = "k8s"): Promise<ReadonlyMap<string, string>> {
  const planned = await plan(text, target);
  if (!planned.ok) throw new Error(planned.problems.map(describeProblem).join("\n"));
  return renderTree(planned.value, target);
}

function write(files: ReadonlyMap<string, string>, name: string): string {
  const root = join(folder, name);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

describe("the printer of YAML", () => {
  const VALUES: readonly Json[] = [
    {
      text: "true",
      null: "null",
      number: "9090",
      octal: "0o17",
      date: "2026-11-25",
      empty: "",
      tilde: "~",
      hex: "0x1F",
    },
    {
      colon: "a: b",
      hash: "a #b",
      star: "*.example",
      brace: "{{ x }}",
      quote: 'it\'s "so"',
      lines: "a\n",
      bell: "\u0007",
    },
    {
      block: "a\n  b\n\nc: d\n",
      indented: " a\nb\n",
      open: "a\nb",
      blank: "a\n\n",
      separator: "a\u2028b\nc\n",
      tab: "a\tb\nc\n",
    },
    [[], {}, [[1, [2]], { a: [{ b: [] }] }], null, false, -1.5, "-", "- a", "?", "a:", "1e3", ".5", "=", "<<", "on"],
    { "a b": { "": { on: [{ x: 1, y: { z: ["w"] } }, [{ v: 1 }]] } } },
  ];

  test.each(VALUES.map((value) => [value]))("says what it is given: %j", (value) => {
    expect(parse(printYaml(value), { version: "1.2" })).toEqual(value);
    expect(parse(printYaml(value), { version: "1.1" })).toEqual(value);
  });

  test("lets nothing out of a comment", () => {
    expect(parse(`${printComment("a\n\nb: c")}d: 1\n`)).toEqual({ d: 1 });
  });
});

describe("a JSON patch", () => {
  const target = { a: { b: [1, 2, 3] }, c: "x" };
  test.each([
    [
      { op: "add", path: "/a/d", value: 1 },
      { a: { b: [1, 2, 3], d: 1 }, c: "x" },
    ],
    [
      { op: "add", path: "/a/b/1", value: 9 },
      { a: { b: [1, 9, 2, 3] }, c: "x" },
    ],
    [
      { op: "add", path: "/a/b/-", value: 9 },
      { a: { b: [1, 2, 3, 9] }, c: "x" },
    ],
    [
      { op: "replace", path: "/a/b/0", value: { e: [] } },
      { a: { b: [{ e: [] }, 2, 3] }, c: "x" },
    ],
    [
      { op: "remove", path: "/a/b/2" },
      { a: { b: [1, 2] }, c: "x" },
    ],
    [{ op: "remove", path: "/c" }, { a: { b: [1, 2, 3] } }],
    [
      { op: "add", path: "/x~1y~0", value: 1 },
      { a: { b: [1, 2, 3] }, c: "x", "x/y~": 1 },
    ],
  ] as const)("%j", (operation, result) => {
    expect(applyPatch(target, [operation])).toEqual(result);
  });
});

describe("the shipped manifests", () => {
  test.each(TARGETS)("are what the configuration beside them gives: %s", async (target) => {
    const files = await render(shippedText, target);
    const differing = [...files].filter(([path, content]) => readShipped(target, path) !== content);
    expect(
      differing.map(([path]) => path),
      "run `maskwire manifests`, see docs/kubernetes.md",
    ).toEqual([]);
  });

  function readShipped(target: Target, path: string): string {
    return readFileSync(join(FOLDERS[target], path), "utf8");
  }

  test("are the same bytes every time", async () => {
    for (const target of TARGETS) expect(await render(BROKERS, target)).toEqual(await render(BROKERS, target));
  });
});

describe("a configuration that no cluster can use is refused for", () => {
  const LISTENERS = shippedText.slice(0, shippedText.indexOf("policies:"));
  const REFUSED: readonly (readonly [mistake: string, text: string, says: RegExp])[] = [
    [
      "an upstream by name alone, with three ways out",
      shippedText.replace(/ {4}cidrs: .*\n/, ""),
      /^f:\d+:11: upstreams\.0\.host: has no `cidrs`.*write its ranges; or .* egress gateway .*; or, with Cilium, use --target cilium$/,
    ],
    [
      "a relay without a list",
      shippedText.replace(/^upstreams:\n(?: .*\n)+/m, ""),
      /relays\.vendor\.url: needs an entry in `upstreams`/,
    ],
    [
      "loopback",
      shippedText.replace("0.0.0.0", "127.0.0.1"),
      /^f:7:11: listeners\.publish\.host: is the pod's own loopback/,
    ],
    ["a port that changes", shippedText.replace("8081", "0"), /listeners\.subscribe\.listenPort: is picked anew/],
    [
      "one port for two zones",
      shippedText.replace("8081", "8080"),
      /listeners\.subscribe\.listenPort: is the port of another/,
    ],
    [
      "a canary elsewhere",
      shippedText.replaceAll("maskwire-canary.maskwire", "canary.other"),
      /canary\.control: write maskwire-canary\.maskwire\.svc/,
    ],
    [
      "a NATS that no policy lets out to",
      `${shippedText}history: { broker: nats, servers: ["nats://nats.masked.svc:4222"] }\n`,
      /history\.servers\.0: no policy lets out to its port: write an entry in `brokers`/,
    ],
    [
      "a history among the files of the image",
      `${shippedText}history: { broker: disk, dataDir: /app/data }`,
      /history\.dataDir: write a folder of its own/,
    ],
    [
      "a remote detector without a list",
      `${shippedText.replace(/^upstreams:\n(?: .*\n)+/m, "")}remoteDetectors:
  presidio: { url: "https://presidio.example/analyze", entities: { PERSON: PERSON } }
`,
      /remoteDetectors\.presidio\.url: needs an entry in `upstreams`/,
    ],
    [
      "a list in a file that no pod has",
      shippedText.replace(
        "default: {}",
        `default: { deny: { valuesFile: ${JSON.stringify(join(REPOSITORY, "LICENSE"))} } }`,
      ),
      /policies\.default\.deny\.valuesFile: is no file of the pod; write the values here/,
    ],
    [
      "a policy that does not hold",
      shippedText.replace("default: {}", "default: { detectors: [{ entity: A, pattern: '(', hits: [a] }] }"),
      /policies\.default/,
    ],
    ["an unknown key", `${LISTENERS}zones: {}`, /zones: unknown key/],
  ];

  test.each(REFUSED)("%s", async (_, text, says) => {
    const planned = await plan(text);
    expect(planned.ok ? "taken" : planned.problems.map(describeProblem).join("\n")).toMatch(says);
  });

  test("nothing where Cilium knows the name", async () => {
    const files = await render(shippedText.replace(/ {4}cidrs: .*\n/, ""), "cilium");
    expect(files.get("components/egress-cilium/network-policy.yaml")).toContain("matchName: feed.vendor.example");
    expect([...files.keys()].filter((path) => path.includes("upstream-cidr"))).toEqual([]);
  });
});

describe("what a configuration does not need", () => {
  const BARE = shippedText.slice(0, shippedText.indexOf("# One upstream"));

  test("has no rule and no component: neither upstreams nor canary", async () => {
    const files = await render(BARE);
    expect([...files.keys()].filter((path) => /upstream|canary/.test(path))).toEqual([]);
    expect([...files.values()].join("")).not.toMatch(/ipBlock:\n[^]*198\.51/);
  });

  test("is never an empty list of peers or ports, which would mean everybody", async () => {
    for (const text of [BARE, shippedText, BROKERS]) {
      const all = [...(await render(text)), ...(await render(text, "helm"))].map(([, content]) => content).join("");
      expect(all).not.toMatch(/\b(?:from|to|ports): (?:\[\]|null|$)/);
      expect(all).not.toMatch(/\b(?:from|to|ports):\n\s*(?!\s)[^-\s]/);
    }
  });
});

describe.skipIf(kubectl === null)("rendered by kubectl", () => {
  test("brokers: each is reached by maskwire and its zone, and a conduit by both, with its reason in sight", async () => {
    const files = await render(BROKERS);
    const root = write(files, "brokers");
    const policies = ofKind(renderManifests(kubectl ?? "", join(root, "overlays/demo")), "NetworkPolicy");
    const peersOf = (name: string) =>
      policies
        .filter(({ metadata }) => metadata.name === name)
        .flatMap(({ spec }) => (spec?.ingress ?? []).flatMap((rule) => rule?.from ?? []))
        .map(({ namespaceSelector, podSelector }) =>
          Object.values({ ...namespaceSelector?.matchLabels, ...podSelector?.matchLabels }).join("/"),
        );
    expect(peersOf("nats-raw-ingress")).toEqual(["raw/producer", "maskwire/maskwire"]);
    expect(peersOf("nats-masked-ingress")).toEqual(["masked/subscriber", "maskwire/maskwire"]);
    expect(peersOf("bus-ingress")).toEqual(["raw/producer", "masked/subscriber", "maskwire/maskwire"]);
    expect(files.get("components/zone-raw/network-policies.yaml")).toContain(
      "# Declared because: accounts: see the page of the team\n",
    );
  });

  const SHIPPED_COMPONENTS = (["k8s", "cilium", "cnp"] as const).map(async (target) => {
    const planned = await plan(shippedText, target);
    return planned.ok ? componentNames(planned.value, target) : [];
  });

  test("every component goes with the base, alone and together with the zones", async () => {
    const names = [...new Set((await Promise.all(SHIPPED_COMPONENTS)).flat())];
    expect(names.length).toBeGreaterThan(10);
    const root = write(
      new Map([
        ...(await render(shippedText)),
        ...(await render(shippedText, "cilium")),
        ...(await render(shippedText, "cnp")),
      ]),
      "components",
    );
    for (const name of names) {
      const zones = name.startsWith("zone") || name === "canary" ? [] : ["zone-raw", "zone-masked", "canary"];
      const components = [...zones, name].map((component) => `../../components/${component}`);
      const overlay = write(
        new Map([["kustomization.yaml", printYaml({ resources: ["../../base"], components })]]),
        `components/tried/${name}`,
      );
      expect(renderManifests(kubectl ?? "", overlay).length, `${root} ${name}`).toBeGreaterThan(10);
    }
  });

  const KEYED = shippedText.replace("default: {}", "default: { operators: { default: { operator: hash } } }");
  const STORED = `${shippedText}\nhistory: { broker: disk, dataDir: /var/lib/maskwire }\n`;

  test.skipIf(helm === null).each([
    ["as shipped", shippedText],
    ["with brokers", BROKERS],
    ["with a key", KEYED],
    ["with a history on disk", STORED],
  ])("the chart is the overlay `demo`, object by object: %s", async (_, text) => {
    const chart = renderChart(helm ?? "", write(await render(text, "helm"), "chart"));
    const overlay = renderManifests(kubectl ?? "", join(write(await render(text), "chart-k8s"), "overlays/demo"));
    expect(byName(chart)).toEqual(byName(overlay));
  });

  test("a key is mounted when a policy makes tokens, and a volume when events are kept", async () => {
    const volumesOf = async (text: string): Promise<string[]> => {
      const objects = renderManifests(kubectl ?? "", join(write(await render(text), "volumes"), "overlays/dev"));
      const [masker] = ofKind(objects, "Deployment");
      const { containers, volumes = [] } = masker.spec.template.spec;
      const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
      expect(mounted.toSorted()).toEqual(volumes.map(({ name }) => name).toSorted());
      return mounted;
    };
    expect(await volumesOf(shippedText)).toEqual(["config", "tmp"]);
    expect(await volumesOf(KEYED)).toEqual(["config", "tmp", "key"]);
    expect(await volumesOf(STORED)).toEqual(["config", "tmp", "history", "key"]);
  });

  /** Sorted, and with the hash in the name of the ConfigMap, which each of the two makes by its own rule, taken off. */
  function byName(objects: readonly KubernetesObject[]): Record<string, KubernetesObject> {
    const text = JSON.stringify(objects).replaceAll(/maskwire-config-[0-9a-z]{10}/g, "maskwire-config");
    const plain = JSON.parse(text) as KubernetesObject[];
    return Object.fromEntries(
      plain.map((one) => [`${one.kind} ${one.metadata.namespace ?? ""}/${one.metadata.name}`, one]),
    );
  }
});

describe.skipIf(helm === null)("rendered by helm", () => {
  const objectsOf = (...values: string[]) => renderChart(helm ?? "", FOLDERS.helm, values);

  test("the image may have a digest, which wins over the tag", () => {
    const objects = objectsOf('image={"repository":"r.example/m","tag":"1","digest":"sha256:abc"}');
    const images = ofKind(objects, "Deployment").flatMap(({ spec }) =>
      spec.template.spec.containers.map(({ image }) => image),
    );
    expect(images).toEqual(["r.example/m@sha256:abc", "r.example/m@sha256:abc"]);
  });

  test("objects of one's own come as they are", () => {
    const extra = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "own" },
      data: { a: "{{ .Values.image.tag }}" },
    };
    expect(objectsOf(`extraObjects=${JSON.stringify([extra])}`)).toContainEqual(extra);
  });

  test.each([
    ["openshift", 5353],
    ["nodelocal", 53],
  ])("DNS may be that of %s", (dns, port) => {
    const policies = ofKind(objectsOf(`dns="${dns}"`), "NetworkPolicy").filter(
      ({ metadata }) => metadata.name === "allow-dns",
    );
    expect(policies).toHaveLength(3);
    for (const { spec } of policies) expect(spec?.egress?.[0]?.ports?.map((one) => one.port)).toEqual([port, port]);
  });

  test("another DNS is refused", () =>
    expect(() => objectsOf('dns="other"')).toThrow("write coredns, openshift or nodelocal"));

  test("braces in a configuration are no template", async () => {
    const text = `# {{ fail "in a comment" }}\n${shippedText}`;
    const root = write(await render(text, "helm"), "braces");
    expect(ofKind(renderChart(helm ?? "", root), "ConfigMap")[0]?.data?.["maskwire.yaml"]).toBe(text);
  });
});

test("every file that is printed is YAML, or one of Helm's templates", async () => {
  for (const target of TARGETS) {
    for (const [path, content] of await render(BROKERS, target)) {
      if (path.startsWith("templates/")) continue;
      expect(
        parseAllDocuments(content).flatMap(({ errors }) => errors),
        path,
      ).toEqual([]);
    }
  }
});
