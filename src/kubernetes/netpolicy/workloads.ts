/**
 * Namespaces, pods and policies out of a set of objects.
 *
 * A workload stands for the pods it makes, unless those are given too. Owns no judgement: pods that no namespace
 * object declares get one that is assumed.
 */
import { labelsOf, type KubernetesObject } from "../object.ts";
import { fieldsOf, listOf, textOf, valueAt, type Fields } from "../value.ts";
import {
  addressesOf,
  namespaceOf,
  podOf,
  policyOf,
  PRIVATE_RANGES,
  PROTOCOLS,
  type Cluster,
  type NamedPort,
  type Namespace,
  type Pod,
} from "./model.ts";

/** Kind to the path of its pod template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** A pod's metadata and spec, wherever the object keeps them; `undefined` when the kind makes no pods. */
export function podTemplateOf(
  object: KubernetesObject,
): { readonly path: readonly string[]; readonly value: Fields } | undefined {
  if (object.kind === "Pod") return { path: [], value: object.value };
  const path = Object.hasOwn(TEMPLATES, object.kind) ? TEMPLATES[object.kind] : undefined;
  return path === undefined ? undefined : { path, value: fieldsOf(valueAt(object.value, ...path)) };
}

export function clusterOf(objects: readonly KubernetesObject[]): Cluster {
  const pods = podsOf(objects);
  const policies = objects.filter(({ kind }) => kind === "NetworkPolicy").map(policyOf);
  const namespaces = new Map<string, Namespace>();
  for (const { kind, name, labels, placeOf } of objects) {
    if (kind === "Namespace") namespaces.set(name, namespaceOf(name, labels, { place: placeOf([]) }));
  }
  for (const { namespace } of [...pods, ...policies]) {
    if (!namespaces.has(namespace)) namespaces.set(namespace, namespaceOf(namespace, {}, { isAssumed: true }));
  }
  return { namespaces, pods, policies, podRanges: PRIVATE_RANGES };
}

function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  const given = objects.filter(({ kind }) => kind === "Pod").map(podFrom);
  const made = objects.filter(({ kind }) => kind !== "Pod" && Object.hasOwn(TEMPLATES, kind)).map(podFrom);
  const isGiven = (pod: Pod): boolean =>
    given.some(
      ({ namespace, name, labels }) =>
        namespace === pod.namespace &&
        name.startsWith(`${pod.name}-`) &&
        Object.entries(pod.labels).every(([key, value]) => labels[key] === value),
    );
  return [...given, ...made.filter((pod) => !isGiven(pod))];
}

function podFrom(object: KubernetesObject): Pod {
  const template = podTemplateOf(object)?.value ?? {};
  const spec = fieldsOf(template["spec"]);
  const status = fieldsOf(object.value["status"]);
  const isHostNetwork = spec["hostNetwork"] === true;
  const podAddresses = [status["podIP"], ...listOf(status["podIPs"]).map((item) => fieldsOf(item)["ip"])];
  return podOf(object.namespace, object.name, {
    labels: labelsOf(valueAt(template, "metadata", "labels")),
    ports: portsOf(spec),
    addresses: addressesOf(isHostNetwork ? [status["hostIP"]] : [...new Set(podAddresses)]),
    isHostNetwork,
    place: object.placeOf([]),
  });
}

/** Init containers count when they go on running beside the others. */
function portsOf(spec: Fields): NamedPort[] {
  const sidecars = listOf(spec["initContainers"]).filter((one) => fieldsOf(one)["restartPolicy"] === "Always");
  return [...listOf(spec["containers"]), ...sidecars]
    .flatMap((container) => listOf(fieldsOf(container)["ports"]))
    .map((port) => {
      const { name, containerPort, protocol } = fieldsOf(port);
      return {
        name: textOf(name),
        number: typeof containerPort === "number" ? containerPort : 0,
        protocol: PROTOCOLS.find((known) => known === protocol) ?? "TCP",
      };
    });
}
