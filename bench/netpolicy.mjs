/**
 * `npm run bench:netpolicy`: how long a proof takes, for 50 pods and for 1,000 pods with 300 policies.
 *
 * Owns the made-up clusters. Measures what ships (dist), and checks the verdict of a sound cluster and of the same one with
 * one hole before it times anything.
 */
import { existsSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";

const BUILT = new URL("../dist/kubernetes/index.js", import.meta.url);
const SIZES = [
  { pods: 50, policies: 30, namespaces: 6 },
  { pods: 1000, policies: 300, namespaces: 40 },
];
const ROUNDS = 5;
const DENY = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

const inNamespace = (name, labels) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  podSelector: { matchLabels: labels },
});
const inZone = (zone, role) => ({
  namespaceSelector: { matchLabels: { "maskwire.dev/zone": zone } },
  podSelector: { matchLabels: { "maskwire.dev/role": role } },
});
const MASKER = inNamespace("maskwire", { "app.kubernetes.io/name": "maskwire" });

function cluster({ pods, policies, namespaces }) {
  const objects = [];
  const add = (apiVersion, kind, metadata, rest = {}) => objects.push({ apiVersion, kind, metadata, ...rest });
  const policy = (namespace, name, spec) => add("networking.k8s.io/v1", "NetworkPolicy", { namespace, name }, { spec });
  const zones = Array.from({ length: namespaces }, (_, index) => ({
    name: index === 0 ? "maskwire" : `team-${index}`,
    zone: index === 0 ? undefined : index % 2 === 1 ? "raw" : "masked",
  }));
  for (const { name, zone } of zones) {
    add("v1", "Namespace", { name, labels: zone === undefined ? {} : { "maskwire.dev/zone": zone } });
    policy(name, "default-deny", DENY);
    if (zone === undefined) continue;
    const [role, port] = zone === "raw" ? ["producer", 8080] : ["subscriber", 8081];
    const podSelector = { matchLabels: { "maskwire.dev/role": role } };
    policy(name, "to-masker", { podSelector, policyTypes: ["Egress"], egress: [{ to: [MASKER], ports: [{ port }] }] });
  }
  const ours = { podSelector: MASKER.podSelector, policyTypes: ["Ingress"] };
  const from = (peer, port) => ({ ...ours, ingress: [{ from: [peer], ports: [{ port }] }] });
  policy("maskwire", "publish", from(inZone("raw", "producer"), 8080));
  policy("maskwire", "subscribe", from(inZone("masked", "subscriber"), 8081));
  policy("maskwire", "metrics", from(inNamespace("monitoring", { "app.kubernetes.io/name": "prometheus" }), 9090));
  for (let index = objects.filter(({ kind }) => kind === "NetworkPolicy").length; index < policies; index += 1) {
    const { name } = zones[1 + (index % (namespaces - 1))];
    const peer = { podSelector: { matchLabels: { app: `app-${(index * 7) % 13}` } } };
    const podSelector = { matchLabels: { app: `app-${index % 13}` } };
    policy(name, `own-${index}`, {
      podSelector,
      policyTypes: ["Ingress"],
      ingress: [{ from: [peer], ports: [{ port: 9000 }] }],
    });
  }
  for (let index = 0; index < pods; index += 1) {
    const { name, zone } = zones[index % namespaces];
    const role = zone === "raw" ? "producer" : "subscriber";
    const labels =
      zone === undefined
        ? { "app.kubernetes.io/name": index === 0 ? "maskwire" : `tool-${index}` }
        : { "maskwire.dev/role": role, app: `app-${index % 13}`, pod: `pod-${index}` };
    add("v1", "Pod", { namespace: name, name: `pod-${index}`, labels }, { spec: { containers: [{ name: "c" }] } });
  }
  return objects;
}

async function main() {
  if (!existsSync(BUILT)) {
    process.stderr.write("dist is missing: the benchmark measures what ships. Run `npm run build` first.\n");
    return 2;
  }
  const { kubernetesObject, verify } = await import(BUILT.href);
  const read = (objects) => objects.map((object) => kubernetesObject(object));
  for (const size of SIZES) {
    const objects = cluster(size);
    const hole = structuredClone(objects);
    hole.find(({ metadata }) => metadata.namespace === "team-1").spec.egress = [{}];
    const answers = [verify({ objects: read(objects) }), verify({ objects: read(hole) })].map(({ verdict }) => verdict);
    if (answers.join() !== "PROVED,LEAK") {
      process.stderr.write(`wrong answers: ${answers.join(", ")}; nothing is timed\n`);
      return 1;
    }
    const times = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      verify({ objects: read(objects) });
      return performance.now() - start;
    }).toSorted((a, b) => a - b);
    const { counts } = verify({ objects: read(objects) });
    process.stdout.write(
      `${size.pods} pods, ${counts.policies} policies, ${counts.ends} ends: median ${times[ROUNDS >> 1].toFixed(0)} ms of ${ROUNDS}, slowest ${times.at(-1).toFixed(0)} ms\n`,
    );
  }
  return 0;
}

process.exitCode = await main();
