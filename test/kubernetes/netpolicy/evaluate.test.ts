/** What the evaluator says of every connection of a small cluster, and that its two answers are one. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boundaryPorts,
  createEvaluator,
  describePorts,
  hasPort,
  kubernetesObject,
  namespaceOf,
  outsideOf,
  parseAddress,
  podOf,
  policyOf,
  PRIVATE_RANGES,
  type Cluster,
  type End,
  type Protocol,
} from "../../../src/kubernetes/index.ts";
import { clusterFrom } from "../../support/netpolicy.ts";
import { ROWS, type Row } from "./e2e-rows.ts";
import { tries } from "../../support/seed.ts";

const PLACES = ["x", "y", "z"];
const PODS = ["a", "b", "c"];
const PORTS = [80, 81];
const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
const OUT = outsideOf("out", "203.0.113.9");

function clusterOfRow({ policies, labels = {} }: Pick<Row, "policies" | "labels">): Cluster {
  return {
    namespaces: new Map(PLACES.map((name) => [name, namespaceOf(name, { ns: name, ...labels[name] })])),
    pods: PLACES.flatMap((place, net) =>
      PODS.map((pod, host) => {
        const address = parseAddress(`10.0.${net + 1}.${host + 1}`);
        return podOf(place, pod, {
          labels: { pod, ...labels[`${place}/${pod}`] },
          addresses: address === undefined ? [] : [address],
          ports: PORTS.flatMap((number) =>
            PROTOCOLS.map((protocol) => ({ name: `serve-${number}-${protocol.toLowerCase()}`, number, protocol })),
          ),
        });
      }),
    ),
    policies: Object.entries(policies).flatMap(([namespace, specs]) =>
      specs.map((spec, index) =>
        policyOf(kubernetesObject({ kind: "NetworkPolicy", metadata: { namespace, name: `policy-${index}` }, spec })),
      ),
    ),
    podRanges: PRIVATE_RANGES,
  };
}

function cellsOf(cluster: Cluster): { text: string; from: End; to: End; port: number; protocol: Protocol }[] {
  const name = (end: End): string => ("namespace" in end ? `${end.namespace}/${end.name}` : end.name);
  const ends: End[] = [...cluster.pods, OUT];
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from)
      .flatMap((to) =>
        PORTS.flatMap((port) =>
          PROTOCOLS.map((protocol) => ({
            text: `${name(from)} > ${name(to)} : ${port}/${protocol}`,
            from,
            to,
            port,
            protocol,
          })),
        ),
      ),
  );
}

function matcher(patterns: readonly string[]): (text: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const parts = pattern.split(/( > | : |\/(?=TCP|UDP|SCTP|\*$))/);
    const choice = (part: string): string => `(${part.replaceAll("/", "\\/").replaceAll("*", "[^ ]*")})`;
    return new RegExp(`^${parts.map(choice).join("")}$`);
  });
  return (text) => expressions.some((expression) => expression.test(text));
}

describe("the cases of Kubernetes' own tests", () => {
  test.each(ROWS)("$name", (row) => {
    const [isClosed, isOpenAllTheSame] = [matcher(row.closed), matcher(row.but ?? [])];
    const cluster = clusterOfRow(row);
    const evaluator = createEvaluator(cluster);
    const cells = cellsOf(cluster);
    const differences = cells
      .map((cell) => ({ ...cell, isOpen: evaluator.allowed(cell).allow }))
      .filter(({ text, isOpen }) => isOpen !== (!isClosed(text) || isOpenAllTheSame(text)))
      .map(({ text, isOpen }) => `${text} is ${isOpen ? "open" : "closed"}`);
    expect(differences).toEqual([]);
    expect(cells).toHaveLength(10 * 9 * PORTS.length * PROTOCOLS.length);
  });
});

describe("ranges and pods", () => {
  const policies = {
    x: [{ podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr: "10.0.2.0/24" } }] }] }],
  };
  const cluster = clusterOfRow({ policies });
  const [from, to] = [cluster.pods[3], cluster.pods[0]];

  test("a range counts for a pod's address where more may be open than one thinks", () => {
    expect(createEvaluator(cluster, "safety").allowed({ from, to, port: 80, protocol: "TCP" }).allow).toBe(true);
  });

  test("and does not where a flow is needed", () => {
    expect(createEvaluator(cluster, "liveness").allowed({ from, to, port: 80, protocol: "TCP" }).allow).toBe(false);
  });

  test("a pod whose address is not known may have any that pods have", () => {
    const unknown = podOf("y", "new");
    const with10 = { ...cluster, pods: [...cluster.pods, unknown] };
    expect(createEvaluator(with10).allowed({ from: unknown, to, port: 80, protocol: "TCP" }).allow).toBe(true);
    const outside = clusterOfRow({
      policies: {
        x: [
          {
            podSelector: {},
            policyTypes: ["Ingress"],
            ingress: [{ from: [{ ipBlock: { cidr: "198.51.100.0/24" } }] }],
          },
        ],
      },
    });
    expect(
      createEvaluator(outside).allowed({ from: unknown, to: outside.pods[0], port: 80, protocol: "TCP" }).allow,
    ).toBe(false);
  });

  test("host bits and leading zeros of a range mean what the server takes them for", () => {
    for (const cidr of ["203.0.113.77/24", "203.000.113.0/24"]) {
      const written = clusterOfRow({
        policies: { x: [{ podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ ipBlock: { cidr } }] }] }] },
      });
      expect(
        createEvaluator(written).allowed({ from: OUT, to: written.pods[0], port: 80, protocol: "TCP" }).allow,
      ).toBe(true);
    }
  });

  test("a pod on its node's network is bound by no policy, and selected by none", () => {
    const denied = clusterOfRow({ policies: { x: [{ podSelector: {}, policyTypes: ["Ingress", "Egress"] }] } });
    const onNode = podOf("x", "on-node", { isHostNetwork: true });
    const { allowed } = createEvaluator(denied);
    expect(allowed({ from: onNode, to: denied.pods[5], port: 80, protocol: "TCP" }).allow).toBe(true);
    expect(allowed({ from: denied.pods[0], to: onNode, port: 80, protocol: "TCP" }).allow).toBe(false);
  });
});

test("the reason names the rule that opens, and the policies of the half that does not", () => {
  const cluster = clusterFrom(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: in, namespace: x }
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - from: [{ podSelector: { matchLabels: { pod: b } } }]
---
apiVersion: v1
kind: Pod
metadata: { name: a, namespace: x }
---
apiVersion: v1
kind: Pod
metadata: { name: b, namespace: x, labels: { pod: b } }
`);
  const [a, b] = cluster.pods;
  const { allowed } = createEvaluator(cluster);
  const { egress, ingress } = allowed({ from: b, to: a, port: 1, protocol: "UDP" });
  expect(egress.why.kind).toBe("not-selected");
  expect(ingress.why.kind === "rule" && ingress.why.rule.place).toEqual({ file: "test.yaml", line: 9 });
  const refused = allowed({ from: a, to: b, port: 1, protocol: "UDP" }).ingress;
  expect(refused.why.kind === "no-rule" && refused.why.policies.map(({ name }) => name)).toEqual(["in"]);
});

test("a set of ports is what every single port says, at every boundary", () => {
  const ports = fc.array(
    fc.oneof(
      fc.record({ port: fc.integer({ min: 1, max: 65_535 }), protocol: fc.constantFrom(...PROTOCOLS) }),
      fc
        .record({ port: fc.integer({ min: 1, max: 65_000 }), size: fc.integer({ min: 0, max: 535 }) })
        .map(({ port, size }) => ({ port, endPort: port + size })),
      fc.constantFrom({}, { protocol: "UDP" }, { port: "serve-80-tcp" }, { port: "serve-81-udp", protocol: "UDP" }),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.array(ports, { maxLength: 3 }), ports, (into, out) => {
      const cluster = clusterOfRow({
        policies: {
          x: [{ podSelector: {}, policyTypes: ["Ingress"], ingress: into.map((list) => ({ ports: list })) }],
          y: [{ podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: out }] }],
        },
      });
      const { allowed, portsBetween } = createEvaluator(cluster);
      const [from, to] = [cluster.pods[3], cluster.pods[0]];
      const set = portsBetween(from, to);
      for (const protocol of PROTOCOLS)
        for (const port of boundaryPorts(cluster)) {
          const { allow } = allowed({ from, to, port, protocol });
          expect([port, protocol, describePorts(set), hasPort(set, protocol, port)]).toEqual([
            port,
            protocol,
            describePorts(set),
            allow,
          ]);
        }
    }),
    tries(200),
  );
});
