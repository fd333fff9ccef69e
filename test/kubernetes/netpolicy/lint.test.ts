/** Every lint finds what it is for, with its line, and leaves alone what is right. */
import { describe, expect, test } from "vitest";
import { RULES, verify } from "../../../src/kubernetes/index.ts";
import { objectsFrom } from "../../support/netpolicy.ts";

type Rule = keyof typeof RULES;

function rulesIn(text: string): Rule[] {
  return verify({ objects: objectsFrom(text) }).findings.map(({ rule }) => rule);
}

const policy = (spec: string, namespace = "n"): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: ${namespace}}, spec: {podSelector: {}, ${spec}}}`;
const ingress = (rules: string): string => policy(`policyTypes: [Ingress], ingress: ${rules}`);
const egress = (rules: string): string => policy(`policyTypes: [Egress], egress: ${rules}`);
const namespace = (name: string, labels = ""): string =>
  `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}`;
const pod = (name: string, labels = "", spec = "", ports = "[]"): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: n, labels: {${labels}}}, spec: {containers: [{name: c, ports: ${ports}}], ${spec}}}`;
const container = (body: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n, labels: {app: a}}, spec: {containers: [{name: c, ports: [{name: admin, containerPort: 9090}], ${body}}]}}`;
const service = (target: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: s, namespace: n}, spec: {selector: {app: a}, ports: [{port: 80, targetPort: ${target}}]}}`;
const budget = (spec: string): string =>
  `{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, namespace: n}, spec: {${spec}}}`;
const scaler = (spec: string): string =>
  `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h, namespace: n}, spec: {scaleTargetRef: {}, maxReplicas: 2, ${spec}}}`;

const PORTS = "ports: [{port: 443}]";
const BOTH = "{namespaceSelector: {matchLabels: {z: raw}}, podSelector: {matchLabels: {app: a}}}";
const range = (cidr: string): string => egress(`[{to: [{ipBlock: {cidr: ${cidr}}}], ${PORTS}}]`);
const NARROW = range("198.51.100.0/25");
const all = (...objects: string[]): string => objects.join("\n---\n");

interface Row {
  readonly rule: Rule;
  readonly bad: string;
  readonly good: string;
}

const ROWS: readonly Row[] = [
  { rule: "implicit-types", bad: policy("ingress: []"), good: policy("policyTypes: [Ingress]") },
  {
    rule: "implicit-types",
    bad: policy("policyTypes: [], egress: []"),
    good: policy("policyTypes: [Egress], egress: []"),
  },
  { rule: "opens-all", bad: egress("[{}]"), good: egress("[]") },
  { rule: "opens-all", bad: egress("[null]"), good: NARROW },
  { rule: "opens-all", bad: egress(`[{to: [], ${PORTS}}]`), good: NARROW },
  { rule: "opens-all", bad: ingress(`[{${PORTS}}]`), good: ingress(`[{from: [${BOTH}], ${PORTS}}]`) },
  { rule: "opens-all", bad: ingress(`[{from: [${BOTH}], ports: []}]`), good: ingress(`[{from: [${BOTH}], ${PORTS}}]`) },
  {
    rule: "opens-all",
    bad: ingress("[{from: [{namespaceSelector: {}}]}]"),
    good: ingress("[{from: [{podSelector: {}}]}]"),
  },
  {
    rule: "inert-rules",
    bad: policy(`policyTypes: [Ingress], egress: [{to: [${BOTH}]}]`),
    good: egress(`[{to: [${BOTH}]}]`),
  },
  {
    rule: "port-any",
    bad: ingress(`[{from: [${BOTH}], ports: [{}]}]`),
    good: ingress(`[{from: [${BOTH}], ${PORTS}}]`),
  },
  {
    rule: "port-any",
    bad: ingress(`[{from: [${BOTH}], ports: [{protocol: UDP}]}]`),
    good: ingress(`[{from: [${BOTH}]}]`),
  },
  {
    rule: "and-or",
    bad: ingress("[{from: [{namespaceSelector: {matchLabels: {z: raw}}}, {podSelector: {matchLabels: {app: a}}}]}]"),
    good: ingress(`[{from: [${BOTH}]}]`),
  },
  ...[
    "0.0.0.0/0",
    "'::/0'",
    "8.0.0.0/7",
    "10.0.0.0/16",
    "'fd00::/64'",
    "169.254.0.0/16",
    "198.51.100.5/25",
    "198.051.100.0/25",
  ].map((cidr): Row => ({ rule: "wide-cidr", bad: range(cidr), good: NARROW })),
  {
    rule: "wide-cidr",
    bad: egress("[{to: [{ipBlock: {cidr: 169.254.0.0/16, except: [169.254.0.0/24]}}]}]"),
    good: egress("[{to: [{ipBlock: {cidr: 169.254.0.0/16, except: [169.254.169.254/32]}}]}]"),
  },
  {
    rule: "dangling",
    bad: all(namespace("n"), ingress("[{from: [{namespaceSelector: {matchLabels: {z: raw}}}]}]")),
    good: all(namespace("n", "z: raw"), ingress("[{from: [{namespaceSelector: {matchLabels: {z: raw}}}]}]")),
  },
  {
    rule: "dangling",
    bad: all(namespace("n"), pod("a", "app: a"), ingress("[{from: [{podSelector: {matchLabels: {app: b}}}]}]")),
    good: all(namespace("n"), pod("a", "app: a"), ingress("[{from: [{podSelector: {matchLabels: {app: a}}}]}]")),
  },
  {
    rule: "dangling",
    bad: all(
      pod("a", "", "", "[{name: http, containerPort: 80}]"),
      ingress(`[{from: [{podSelector: {}}], ports: [{port: htp}]}]`),
    ),
    good: all(
      pod("a", "", "", "[{name: http, containerPort: 80}]"),
      ingress(`[{from: [{podSelector: {}}], ports: [{port: http}]}]`),
    ),
  },
  {
    rule: "dangling",
    bad: all(container(""), service("admin"), ingress("[{from: [{podSelector: {}}], ports: [{port: 80}]}]")),
    good: all(container(""), service("admin"), ingress("[{from: [{podSelector: {}}], ports: [{port: 9090}]}]")),
  },
  {
    rule: "one-sided",
    bad: all(
      pod("a", "app: a"),
      ingress("[{from: [{podSelector: {matchLabels: {app: a}}}]}]"),
      policy("policyTypes: [Egress]").replace("name: p", "name: q"),
    ),
    good: all(pod("a", "app: a"), ingress("[{from: [{podSelector: {matchLabels: {app: a}}}]}]")),
  },
  {
    rule: "no-default-deny",
    bad: all(namespace("n", "maskwire.dev/zone: raw"), policy("policyTypes: [Ingress]")),
    good: all(namespace("n", "maskwire.dev/zone: raw"), policy("policyTypes: [Ingress, Egress]")),
  },
  {
    rule: "zone-by-pod-label",
    bad: ingress("[{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: a}}}]}]"),
    good: ingress(`[{from: [${BOTH}]}]`),
  },
  {
    rule: "dns-blocked",
    bad: all(pod("a"), NARROW),
    good: all(
      pod("a"),
      egress(`[{to: [${BOTH}], ports: [{port: 53, protocol: UDP}]}, {to: [{ipBlock: {cidr: 198.51.100.0/25}}]}]`),
    ),
  },
  {
    rule: "host-network",
    bad: all(namespace("n", "maskwire.dev/zone: raw"), pod("a", "", "hostNetwork: true")),
    good: all(namespace("n", "maskwire.dev/zone: raw"), pod("a")),
  },
  {
    rule: "probe-port",
    bad: container("livenessProbe: {httpGet: {path: /, port: metrics}}"),
    good: container("livenessProbe: {httpGet: {path: /, port: admin}}"),
  },
  { rule: "service-port", bad: all(container(""), service("metrics")), good: all(container(""), service("admin")) },
  { rule: "no-op", bad: budget("selector: {}"), good: budget("selector: {}, maxUnavailable: 1") },
  { rule: "no-op", bad: scaler("minReplicas: 1"), good: scaler("minReplicas: 1, metrics: [{type: Resource}]") },
  {
    rule: "no-op",
    bad: container("env: [{name: A, value: b}, {name: A, value: c}]"),
    good: container("env: [{name: A, value: b}]"),
  },
  { rule: "no-op", bad: egress(`[{to: [${BOTH}]}, {to: [${BOTH}]}]`), good: egress(`[{to: [${BOTH}]}]`) },
];

describe("a lint", () => {
  test.each(ROWS)("$rule: $bad", ({ rule, bad, good }) => {
    expect(rulesIn(bad)).toContain(rule);
    expect(rulesIn(good)).not.toContain(rule);
  });

  test("has a row, or belongs to the proof", () => {
    const elsewhere: readonly Rule[] = ["refused-by-server", "wrong-door", "flow-blocked", "pod-security"];
    const rows = new Set<Rule>([...ROWS.map(({ rule }) => rule), ...elsewhere]);
    expect((Object.keys(RULES) as Rule[]).filter((rule) => !rows.has(rule))).toEqual([]);
  });

  test("names the object and the line", () => {
    const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: n }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: []
`;
    const [finding] = verify({ objects: objectsFrom(text) }).findings;
    expect(finding).toMatchObject({
      rule: "opens-all",
      object: "NetworkPolicy n/p",
      place: { file: "test.yaml", line: 8 },
      detail: "spec.egress[0] has nobody in to: that is everybody",
    });
  });
});
