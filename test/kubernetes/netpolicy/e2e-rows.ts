/**
 * The cases of Kubernetes' own end-to-end tests for NetworkPolicy, in our words, as rows.
 *
 * Three namespaces x, y, z (label `ns`), three pods a, b, c in each (label `pod`), ports 80 and 81 of every protocol,
 * named `serve-80-tcp` and so on. A row says what its policies close; everything else stays open.
 */
export type Spec = Readonly<Record<string, unknown>>;

export interface Row {
  readonly name: string;
  /** Namespace to the specs of its policies. */
  readonly policies: Readonly<Record<string, readonly Spec[]>>;
  /** `from > to : port/protocol`, each part may be `*`, names may be `x/*`, and a part may be a list `x/b|x/c`. */
  readonly closed: readonly string[];
  /** What of it stays open all the same. */
  readonly but?: readonly string[];
  /** Labels that a pod or a namespace has beside its own. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const A = { matchLabels: { pod: "a" } };
const ns = (name: string): object => ({ matchLabels: { ns: name } });
const pod = (name: string): object => ({ matchLabels: { pod: name } });
const isIn = (key: string, ...values: string[]): object => ({ matchExpressions: [{ key, operator: "In", values }] });
const ingress = (podSelector: object, ...rules: object[]): Spec => ({
  podSelector,
  policyTypes: ["Ingress"],
  ingress: rules,
});
const egress = (podSelector: object, ...rules: object[]): Spec => ({
  podSelector,
  policyTypes: ["Egress"],
  egress: rules,
});
const port = (number: number | string, protocol = "TCP"): object => ({ port: number, protocol });
const block = (cidr: string, ...except: string[]): object => ({
  ipBlock: { cidr, ...(except.length > 0 ? { except } : {}) },
});
/** Addresses: x/a is 10.0.1.1, x/b 10.0.1.2, y/a 10.0.2.1 and so on. */
const TO_X = "10.0.1.0/24";

export const ROWS: readonly Row[] = [
  { name: "default deny of ingress", policies: { x: [ingress({})] }, closed: ["* > x/* : */*"] },
  {
    name: "default deny of both directions",
    policies: { x: [{ podSelector: {}, policyTypes: ["Ingress", "Egress"] }] },
    closed: ["* > x/* : */*", "x/* > * : */*"],
  },
  {
    name: "pods of the same namespace by label",
    policies: { x: [ingress(A, { from: [{ podSelector: pod("b") }] })] },
    closed: ["* > x/a : */*"],
    but: ["x/b > x/a : */*"],
  },
  {
    name: "one target is opened under a deny of all",
    policies: { x: [ingress({}), ingress(A, {})] },
    closed: ["* > x/b|x/c : */*"],
  },
  {
    name: "all namespaces",
    policies: { x: [ingress({}, { from: [{ namespaceSelector: {} }] })] },
    closed: ["out > x/* : */*"],
  },
  {
    name: "one other namespace",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("y") }] })] },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : */*"],
  },
  {
    name: "pods by an expression",
    policies: { x: [ingress(A, { from: [{ podSelector: isIn("pod", "b", "c") }] })] },
    closed: ["* > x/a : */*"],
    but: ["x/b|x/c > x/a : */*"],
  },
  {
    name: "namespaces by an expression",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: isIn("ns", "y", "z") }] })] },
    closed: ["* > x/a : */*"],
    but: ["y/*|z/* > x/a : */*"],
  },
  {
    name: "pod or namespace: two items",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("y") }, { podSelector: pod("b") }] })] },
    closed: ["* > x/a : */*"],
    but: ["y/*|x/b > x/a : */*"],
  },
  {
    name: "pod and namespace: one item",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("y"), podSelector: pod("b") }] })] },
    closed: ["* > x/a : */*"],
    but: ["y/b > x/a : */*"],
  },
  {
    name: "several pods and several namespaces",
    policies: {
      x: [ingress(A, { from: [{ namespaceSelector: isIn("ns", "y", "z"), podSelector: isIn("pod", "b", "c") }] })],
    },
    closed: ["* > x/a : */*"],
    but: ["y/b|y/c|z/b|z/c > x/a : */*"],
  },
  {
    name: "any of several pods",
    policies: { x: [ingress(A, { from: [{ podSelector: pod("b") }, { podSelector: pod("c") }] })] },
    closed: ["* > x/a : */*"],
    but: ["x/b|x/c > x/a : */*"],
  },
  {
    name: "a pod of another namespace by both selectors",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("y"), podSelector: pod("a") }] })] },
    closed: ["* > x/a : */*"],
    but: ["y/a > x/a : */*"],
  },
  {
    name: "one port",
    policies: { x: [ingress(A, { ports: [port(81)] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 81/TCP"],
  },
  {
    name: "stacked policies that overlap",
    policies: {
      x: [
        ingress(A, { from: [{ namespaceSelector: ns("y") }], ports: [port(80)] }),
        ingress(A, { from: [{ namespaceSelector: ns("y") }], ports: [port(81)] }),
      ],
    },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : */TCP"],
  },
  { name: "allow all", policies: { x: [ingress({}, {})] }, closed: [] },
  {
    name: "ingress on a named port",
    policies: { x: [ingress(A, { ports: [port("serve-80-tcp")] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 80/TCP"],
  },
  {
    name: "ingress on a named port from one namespace",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("y") }], ports: [port("serve-81-tcp")] })] },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : 81/TCP"],
  },
  {
    name: "egress to a named port",
    policies: { x: [egress(A, { ports: [port("serve-80-tcp")] })] },
    closed: ["x/a > * : */*"],
    but: ["x/a > x/*|y/*|z/* : 80/TCP"],
  },
  {
    name: "a named port under the wrong protocol is nobody's",
    policies: { x: [ingress(A, { ports: [port("serve-80-tcp", "UDP")] })] },
    closed: ["* > x/a : */*"],
  },
  { name: "an updated policy, before", policies: { x: [ingress({}, {})] }, closed: [] },
  { name: "an updated policy, after", policies: { x: [ingress({})] }, closed: ["* > x/* : */*"] },
  {
    name: "an updated namespace: its new label admits it",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: { matchLabels: { admitted: "yes" } } }] })] },
    labels: { y: { admitted: "yes" } },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : */*"],
  },
  {
    name: "an updated namespace: without the label it is out",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: { matchLabels: { admitted: "yes" } } }] })] },
    closed: ["* > x/a : */*"],
  },
  {
    name: "an updated pod: its new label admits it",
    policies: { x: [ingress(A, { from: [{ podSelector: { matchLabels: { admitted: "yes" } } }] })] },
    labels: { "x/b": { admitted: "yes" } },
    closed: ["* > x/a : */*"],
    but: ["x/b > x/a : */*"],
  },
  {
    name: "deny everything from other namespaces",
    policies: { x: [ingress({}, { from: [{ podSelector: {} }] })] },
    closed: ["* > x/* : */*"],
    but: ["x/* > x/* : */*"],
  },
  {
    name: "deny to a pod once it has the label",
    policies: { x: [ingress({ matchLabels: { target: "isolated" } })] },
    labels: { "x/a": { target: "isolated" } },
    closed: ["* > x/a : */*"],
  },
  { name: "egress denied by pod", policies: { x: [egress(A)] }, closed: ["x/a > * : */*"] },
  { name: "egress denied for a whole namespace", policies: { x: [egress({})] }, closed: ["x/* > * : */*"] },
  {
    name: "both directions together",
    policies: {
      x: [
        {
          podSelector: A,
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [{ podSelector: pod("b") }] }],
          egress: [{ to: [{ podSelector: pod("c") }] }],
        },
      ],
    },
    closed: ["* > x/a : */*", "x/a > * : */*"],
    but: ["x/b > x/a : */*", "x/a > x/c : */*"],
  },
  {
    name: "the client's deny wins over the server's allow",
    policies: { x: [ingress(A, {})], y: [egress(A)] },
    closed: ["y/a > * : */*"],
  },
  {
    name: "egress to another namespace by both selectors",
    policies: { x: [egress(A, { to: [{ namespaceSelector: ns("y"), podSelector: pod("a") }] })] },
    closed: ["x/a > * : */*"],
    but: ["x/a > y/a : */*"],
  },
  {
    name: "any port of one protocol",
    policies: { x: [ingress(A, { ports: [{ protocol: "UDP" }] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : */UDP"],
  },
  {
    name: "several policies: allow all of ingress wins",
    policies: { x: [ingress(A, { from: [{ podSelector: pod("b") }] }), ingress({}, {})] },
    closed: [],
  },
  {
    name: "several policies: allow all of egress wins",
    policies: { x: [egress(A, { to: [{ podSelector: pod("b") }] }), egress({}, {})] },
    closed: [],
  },
  { name: "deletion of the last policy opens everything", policies: {}, closed: [] },
  {
    name: "egress to a range",
    policies: { y: [egress(A, { to: [block(TO_X)] })] },
    closed: ["y/a > * : */*"],
    but: ["y/a > x/* : */*"],
  },
  {
    name: "egress to a range with an exception",
    policies: { y: [egress(A, { to: [block(TO_X, "10.0.1.1/32")] })] },
    closed: ["y/a > * : */*"],
    but: ["y/a > x/b|x/c : */*"],
  },
  {
    name: "an exception of one policy is allowed by another",
    policies: { y: [egress(A, { to: [block(TO_X, "10.0.1.1/32")] }), egress(A, { to: [block("10.0.1.1/32")] })] },
    closed: ["y/a > * : */*"],
    but: ["y/a > x/* : */*"],
  },
  {
    name: "directions are independent: ingress closes no egress",
    policies: { x: [ingress(A)] },
    closed: ["* > x/a : */*"],
  },
  {
    name: "SCTP is not TCP",
    policies: { x: [ingress(A, { ports: [port(80, "SCTP")] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 80/SCTP"],
  },
  {
    name: "a rule for SCTP isolates",
    policies: { x: [ingress({}, { ports: [port(80, "SCTP")] })] },
    closed: ["* > x/* : */*"],
    but: ["* > x/* : 80/SCTP"],
  },
  {
    name: "a rule for UDP opens no TCP",
    policies: { x: [ingress(A, { ports: [port(81, "UDP")] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 81/UDP"],
  },
  {
    name: "the namespace's own name as a label",
    policies: {
      x: [ingress(A, { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "y" } } }] })],
    },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : */*"],
  },
  {
    name: "the namespace's own name in an expression",
    policies: {
      x: [
        ingress(A, {
          from: [
            {
              namespaceSelector: {
                matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["x", "z"] }],
              },
            },
          ],
        }),
      ],
    },
    closed: ["* > x/a : */*"],
    but: ["y/* > x/a : */*"],
  },
  { name: "UDP: a deny of ingress", policies: { x: [ingress({})] }, closed: ["* > x/* : */*"] },
  {
    name: "UDP: one port",
    policies: { x: [ingress(A, { ports: [port(80, "UDP")] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 80/UDP"],
  },
  {
    name: "UDP: one other namespace",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("z") }], ports: [{ protocol: "UDP" }] })] },
    closed: ["* > x/a : */*"],
    but: ["z/* > x/a : */UDP"],
  },
  {
    name: "SCTP: one other namespace",
    policies: { x: [ingress(A, { from: [{ namespaceSelector: ns("z") }], ports: [{ protocol: "SCTP" }] })] },
    closed: ["* > x/a : */*"],
    but: ["z/* > x/a : */SCTP"],
  },
  {
    name: "a range of ports up to endPort",
    policies: { x: [ingress(A, { ports: [{ port: 80, endPort: 81, protocol: "TCP" }] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : */TCP"],
  },
  {
    name: "a range of ports that ends before",
    policies: { x: [ingress(A, { ports: [{ port: 79, endPort: 80, protocol: "TCP" }] })] },
    closed: ["* > x/a : */*"],
    but: ["* > x/a : 80/TCP"],
  },
  {
    name: "NotIn matches where the label is absent",
    policies: {
      x: [
        ingress(A, {
          from: [{ podSelector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] } }],
        }),
      ],
    },
    labels: { "x/b": { tier: "front" } },
    closed: ["* > x/a : */*"],
    but: ["x/c > x/a : */*"],
  },
  {
    name: "Exists and DoesNotExist",
    policies: {
      x: [
        ingress(A, { from: [{ podSelector: { matchExpressions: [{ key: "tier", operator: "Exists" }] } }] }),
        egress(pod("b"), { to: [{ podSelector: { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] } }] }),
      ],
    },
    labels: { "x/b": { tier: "front" } },
    closed: ["* > x/a : */*", "x/b > * : */*"],
    but: ["x/b > x/a|x/c : */*"],
  },
];
