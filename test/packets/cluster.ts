/**
 * A cluster as the packet tests know it: hosts with addresses, most of them pods with labels.
 *
 * Shapes only. An end without `pod` is outside the cluster: no policy selects it.
 */
import type { Labels, NetworkPolicy } from "../support/kubernetes-objects.ts";

export interface NamedPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly ports: readonly NamedPort[];
}

export interface Host {
  /** `namespace/name` of a pod, any other name outside. */
  readonly name: string;
  readonly address: string;
  readonly pod?: Pod;
}

export interface Cluster {
  readonly hosts: readonly Host[];
  /** Namespace to its labels; `kubernetes.io/metadata.name` is added by whoever reads them. */
  readonly namespaces: Readonly<Record<string, Labels>>;
  readonly policies: readonly NetworkPolicy[];
}

const NAMESPACE_NAME = "kubernetes.io/metadata.name";

export function podHost(name: string, address: string, parts: Partial<Omit<Pod, "namespace">> = {}): Host {
  const [namespace] = name.split("/", 1);
  return { name, address, pod: { namespace, labels: {}, ports: [], ...parts } };
}

/** `namespace/name` with this meaning. */
export function policyOf(path: string, spec: NonNullable<NetworkPolicy["spec"]>): NetworkPolicy {
  const [namespace, name] = path.split("/", 2);
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

/** Labels of a namespace as the API server keeps them. */
export function labelsOf(cluster: Pick<Cluster, "namespaces">, namespace: string): Labels {
  return { [NAMESPACE_NAME]: namespace, ...cluster.namespaces[namespace] };
}
