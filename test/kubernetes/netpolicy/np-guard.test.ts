/** The evaluator against another project's connection lists, where that data is present. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  clusterOf,
  createEvaluator,
  describePorts,
  outsideOf,
  type Cluster,
  type End,
  type KubernetesObject,
  type Outside,
} from "../../../src/kubernetes/index.ts";
import { KUBERNETES_DATA, readKubernetesData, whyNoKubernetesData } from "../../support/kubernetes-data.ts";
import { objectsBelow } from "../../support/netpolicy.ts";

interface Case {
  readonly case: string;
  readonly hostNetwork: string;
}

const reason = whyNoKubernetesData();
if (reason !== "") console.warn(`the evaluator was not compared with np-guard's lists: ${reason}`);
const cases = reason === "" ? (readKubernetesData("np-guard/index.json") as Case[]) : [];

const WORKLOADS = [
  "Pod",
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
];

/** Its list says nothing about these, or only a sample of them. */
const THINNED = ["ipblockstest_4"];

describe.skipIf(reason !== "")("the evaluator agrees with np-guard on every line", () => {
  test.each(cases)("$case", ({ case: name, hostNetwork }) => {
    const objects = objectsBelow(join(KUBERNETES_DATA, "np-guard/cases", name));
    const cluster = hostNetwork.includes("ignores") ? withoutHostNetwork(clusterOf(objects)) : clusterOf(objects);
    const expected = expectedLines(name);
    const ends = endsOf(cluster, objects, expected);
    const { portsBetween } = createEvaluator(cluster, "liveness");
    const differences: string[] = [];
    let checks = 0;
    for (const [from, fromEnds] of ends)
      for (const [to, toEnds] of ends) {
        if (from === to || (isRange(from) && isRange(to))) continue;
        const line = lineOf(expected, from, to);
        if (THINNED.includes(name) && (isRange(from) || isRange(to)) && line === undefined) continue;
        for (const one of fromEnds)
          for (const other of toEnds) {
            checks += 1;
            const ours = spell(describePorts(portsBetween(one, other)));
            if (ours !== (line ?? "nothing"))
              differences.push(`${from} => ${to}: ${ours}, theirs ${line ?? "nothing"}`);
          }
      }
    expect(checks).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });
});

interface RangeLine {
  readonly range: readonly Outside[];
  readonly line: string;
}

interface Expected {
  readonly lines: ReadonlyMap<string, string>;
  /** By the pod at the other end. */
  readonly into: ReadonlyMap<string, RangeLine[]>;
  readonly outOf: ReadonlyMap<string, RangeLine[]>;
}

function expectedLines(name: string): Expected {
  const text = readFileSync(join(KUBERNETES_DATA, "np-guard/expected", `${name}.txt`), "utf8").split("\n");
  const lines = new Map<string, string>();
  const into = new Map<string, RangeLine[]>();
  const outOf = new Map<string, RangeLine[]>();
  for (const one of text) {
    if (!one.includes(" => ") || one.includes("{ingress-controller}")) continue;
    const at = one.lastIndexOf(" : ");
    const [from = "", to = ""] = one.slice(0, at).split(" => ");
    const line = spellTheirs(one.slice(at + 3));
    lines.set(`${from} => ${to}`, line);
    if (isRange(from)) into.set(to, [...(into.get(to) ?? []), { range: boundsOf(from), line }]);
    if (isRange(to)) outOf.set(from, [...(outOf.get(from) ?? []), { range: boundsOf(to), line }]);
  }
  return { lines, into, outOf };
}

/** Theirs, `TCP 80-81,TCP 90,UDP 53`, to an order of protocols and ports that does not depend on spelling. */
function spellTheirs(text: string): string {
  if (text.trim() === "All Connections") return "all";
  const parts = text
    .trim()
    .split(/,\s*/)
    .reduce<string[]>((all, part) => {
      const protocol = /^(TCP|UDP|SCTP)/.exec(part)?.[1] ?? all.at(-1)?.split(" ")[0] ?? "";
      return [...all, `${protocol} ${part.replace(/^(TCP|UDP|SCTP)\s*/, "").replace("1-65535", "all")}`];
    }, []);
  return parts
    .map((part) => part.replace("All Ports", "all"))
    .toSorted()
    .join(";");
}

function spell(ours: string): string {
  if (ours === "all") return "all";
  if (ours === "") return "nothing";
  return ours
    .split("; ")
    .flatMap((part) => {
      const [protocol, ports = ""] = part.split(" ");
      return ports.split(",").map((port) => `${protocol} ${port}`);
    })
    .toSorted()
    .join(";");
}

/** A pair's line; for an address outside, that of the range around it. */
function lineOf(expected: Expected, from: string, to: string): string | undefined {
  if (!isRange(from) && !isRange(to)) return expected.lines.get(`${from} => ${to}`);
  const [address] = boundsOf(isRange(from) ? from : to);
  const pairs = isRange(from) ? expected.into.get(to) : expected.outOf.get(from);
  return pairs?.find(({ range: [first, last] }) => contains(first, last, address))?.line;
}

function contains(first: Outside, last: Outside, { address }: Outside): boolean {
  return first.address.value <= address.value && address.value <= last.address.value;
}

function boundsOf(range: string): Outside[] {
  return range
    .replace("[External]", "")
    .split("-")
    .map((text) => outsideOf(text));
}

function isRange(name: string): boolean {
  return name.endsWith("[External]");
}

/** Their name of an end to ours: pods by their owner, ranges by their first and last address. */
function endsOf(cluster: Cluster, objects: readonly KubernetesObject[], expected: Expected): Map<string, End[]> {
  const ends = new Map<string, End[]>();
  for (const pod of cluster.pods) {
    const made = objects.find(
      ({ kind, name, namespace }) => WORKLOADS.includes(kind) && name === pod.name && namespace === pod.namespace,
    );
    const name = theirName(pod.namespace, made);
    ends.set(name, [...(ends.get(name) ?? []), pod]);
  }
  for (const range of [...expected.lines.keys()].flatMap((pair) => pair.split(" => ").filter(isRange)))
    for (const point of boundsOf(range)) ends.set(`${point.name}-${point.name}[External]`, [point]);
  return ends;
}

function theirName(namespace: string, object: KubernetesObject | undefined): string {
  const metadata = object?.value["metadata"] as {
    ownerReferences?: { kind?: string; name: string; controller?: boolean }[];
  };
  const owners = metadata.ownerReferences ?? [];
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  if (object?.kind === "Pod" && owner !== undefined && owner.kind !== "Node") {
    return `${namespace}/${owner.name}[${owner.kind ?? "Pod"}]`;
  }
  return `${namespace}/${object?.name ?? ""}[${object?.kind ?? ""}]`;
}

function withoutHostNetwork(cluster: Cluster): Cluster {
  return { ...cluster, pods: cluster.pods.map((pod) => ({ ...pod, isHostNetwork: false })) };
}
