/** The proof on the shipped demo, and on the demo broken in one place: each mutant has to be noticed for its own reason. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  describeReport,
  exitCodeOf,
  kubernetesObject,
  NAMESPACE_NAME,
  verify,
  type Report,
} from "../../../src/kubernetes/index.ts";
import { readObjects } from "../../../src/node/kubernetes-objects.ts";
import { ensureKubectl, renderManifests } from "../../support/kubectl.ts";
import type { KubernetesObject } from "../../support/kubernetes-objects.ts";
import { REPOSITORY } from "../../support/repository.ts";
import {
  ADMITS_BY_LABEL,
  BROKER,
  MUTANTS,
  namespace,
  pod,
  policy,
  SHARED_BROKER,
  type Draft,
  type Mutant,
} from "./prove-mutants.ts";

type Options = Omit<Parameters<typeof verify>[0], "objects">;

const kubectl = ensureKubectl();
if (kubectl.path === null) console.warn(`the shipped manifests were not proved: ${kubectl.reason}`);

describe.skipIf(kubectl.path === null)("the demo overlay", () => {
  let objects: KubernetesObject[];
  beforeAll(() => {
    objects = renderManifests(kubectl.path ?? "", join(REPOSITORY, "manifests/overlays/demo"));
  });
  const reportOf = (change: Mutant["change"], options: Options = {}): Report => {
    const drafts = structuredClone(objects) as unknown as Draft[];
    change(drafts);
    const sourced = drafts.map((draft, index) => kubernetesObject(draft, () => ({ file: "demo", line: index + 1 })));
    return verify({ objects: sourced, config: configIn(drafts), ...options });
  };

  test("is proved, with what is to be known", () => {
    const report = reportOf(() => undefined);
    expect(report).toMatchObject({ verdict: "PROVED", leaks: [], unknowns: [], findings: [] });
    expect(report.flows.map(({ name, isAllowed }) => `${name} ${isAllowed}`)).toEqual([
      "publish true",
      "subscribe true",
      "admin true",
      "upstream vendor true",
    ]);
    expect(report.notes.join("\n")).toMatch(/the conduit "DNS" in namespace kube-system: a DNS tunnel is possible/);
    expect(exitCodeOf(report)).toBe(0);
  });

  test.each(MUTANTS)("$name", ({ change, finds, verdict = "LEAK" }) => {
    const report = reportOf(change);
    expect(describeReport(report)).toMatch(finds);
    expect(report.verdict).toBe(verdict);
    expect(exitCodeOf(report)).toBe(verdict === "PROVED" && report.findings.length === 0 ? 0 : 1);
  });

  test("a path names every step and the rule that opened it", () => {
    const relay = MUTANTS.find(({ name }) => name.startsWith("a relay"));
    const report = reportOf(relay?.change ?? (() => undefined));
    const leak = report.leaks.find(({ role }) => role === "masked");
    expect(leak?.steps.map(({ from, to }) => `${nameOf(from)} > ${nameOf(to)}`)).toEqual([
      "shared/relay > raw/broker",
      "shared/relay > masked/web",
    ]);
    expect(leak?.steps.map(({ ingress: { why } }) => (why.kind === "rule" ? why.rule.policy.name : why.kind))).toEqual([
      "broker-ingress",
      "from-relay",
    ]);
  });

  test("a label that anybody may give himself holds in a closed world and not in an open one", () => {
    expect(reportOf(ADMITS_BY_LABEL, { world: "closed" }).verdict).toBe("PROVED");
    expect(reportOf(ADMITS_BY_LABEL).verdict).toBe("LEAK");
  });

  test("labels that only together open a way are tried together", () => {
    const report = reportOf((objects) => {
      objects.push(
        namespace("shared"),
        policy("shared", "deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
        policy("shared", "out", {
          podSelector: { matchLabels: { app: "out" } },
          policyTypes: ["Egress"],
          egress: [{}],
        }),
        pod("raw", "broker", BROKER),
        policy("raw", "broker-ingress", {
          podSelector: { matchLabels: BROKER },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [
                {
                  namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: "shared" } },
                  podSelector: { matchLabels: { tier: "in" } },
                },
              ],
            },
          ],
        }),
      );
    });
    expect(describeReport(report)).toMatch(/leak .*shared\/\(any pod with (app=out,tier=in|tier=in,app=out)\)/);
  });

  test("a conduit is told every time, and with its reason", () => {
    const shared = MUTANTS.find(({ name }) => name.startsWith("one broker"));
    const report = reportOf(shared?.change ?? (() => undefined), { conduits: [SHARED_BROKER] });
    expect(report.verdict).toBe("PROVED");
    expect(report.notes.join("\n")).toMatch(/conduit "shared broker" .*: accounts keep raw and masked subjects apart/);
  });

  test("an upstream whose addresses nobody wrote down is noted", () => {
    const report = reportOf(() => undefined, { config: { upstreams: [{ name: "vendor", host: "feed.example" }] } });
    expect(report.verdict).toBe("PROVED");
    expect(report.notes.join("\n")).toMatch(/the masker may dial 198\.51\.100\.0 for "vendor"; .* is not checked/);
  });

  test("an upstream with ranges is declared for them and for nothing else", () => {
    const upstream = { name: "vendor", host: "feed.vendor.example", port: 443, cidrs: ["198.51.100.0/26"] };
    const report = reportOf(() => undefined, { config: { upstreams: [upstream] } });
    expect(report.verdict).toBe("LEAK");
    expect(report.leaks.map(({ path }) => path.map(nameOf).join(" "))).toEqual(["maskwire/maskwire 198.51.100.64"]);
    const whole = { ...upstream, cidrs: ["198.51.100.0/25"] };
    expect(reportOf(() => undefined, { config: { upstreams: [whole] } }).verdict).toBe("PROVED");
  });
});

function configIn(objects: readonly Draft[]): unknown {
  const [map] = objects.filter(({ kind }) => kind === "ConfigMap") as unknown as { data: Record<string, string> }[];
  return map === undefined ? undefined : parse(map.data["maskwire.yaml"]);
}

function nameOf(end: { readonly name: string; readonly namespace?: string }): string {
  return end.namespace === undefined ? end.name : `${end.namespace}/${end.name}`;
}

describe("what is not understood is UNKNOWN", () => {
  const BASE = [
    "{apiVersion: v1, kind: Namespace, metadata: {name: raw, labels: {maskwire.dev/zone: raw}}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: masked, labels: {maskwire.dev/zone: masked}}}",
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: raw}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}",
  ];
  test.each([
    ["broken YAML", "metadata: [", /this document is not YAML/, 5],
    [
      "another kind of policy",
      "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a}}",
      /CiliumNetworkPolicy is not modelled/,
      7,
    ],
    [
      "an AdminNetworkPolicy",
      "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}}",
      /not modelled/,
      7,
    ],
    [
      "a policy of Calico",
      "{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: a}}",
      /not modelled/,
      7,
    ],
    [
      "a range that is none",
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}}",
      /ipBlock\.cidr/,
      7,
    ],
    [
      "a peer of nobody",
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, ingress: [{from: [{}]}]}}",
      /from\[0\]/,
      7,
    ],
    [
      "a list where a spec should be",
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, ingress: [7]}}",
      /ingress\[0\]/,
      7,
    ],
    ["no object at all", "hello", /no Kubernetes object/, 7],
  ])("%s", (_, text, says, least) => {
    const report = reportOn([...BASE, text].join("\n---\n"));
    expect(report.verdict).toBe("UNKNOWN");
    expect(exitCodeOf(report)).toBe(3);
    expect(report.unknowns.filter(({ line }) => line >= least).map((unknown) => unknown.text)).toEqual([
      expect.stringMatching(says) as string,
    ]);
  });

  test("nothing given is nothing proved", () => {
    const report = reportOn("");
    expect(report.verdict).toBe("UNKNOWN");
    expect(report.unknowns.map(({ text }) => text)).toEqual([
      "no namespace has the label maskwire.dev/zone=raw; give the namespaces too",
      "no namespace has the label maskwire.dev/zone=masked; give the namespaces too",
      "no workload has the label app.kubernetes.io/name=maskwire; give the masker's Deployment too",
    ]);
  });
});

function reportOn(text: string): Report {
  const { objects, problems } = readObjects(text, "test.yaml");
  return verify({ objects, unread: problems.map((problem) => ({ ...problem, object: "document" })) });
}
