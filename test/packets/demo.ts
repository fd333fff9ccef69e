/**
 * A shipped overlay with somebody in every place that its policies speak of, and a few whom they should keep out.
 *
 * Owns names and addresses. Labels of zones and policies come from the rendered manifests.
 */
import { join } from "node:path";
import type { CommandLookup } from "../support/debian.ts";
import { ofKind, type KubernetesObject, type Labels } from "../support/kubernetes-objects.ts";
import { renderManifests } from "../support/kubectl.ts";
import { REPOSITORY } from "../support/repository.ts";
import { podHost, type Cluster } from "./cluster.ts";

const ROLE = "maskwire.dev/role";
const APP = "app.kubernetes.io/name";

/** Namespaces that the cluster or another team brings. */
const FOREIGN: Readonly<Record<string, Labels>> = {
  "kube-system": {},
  "openshift-dns": {},
  monitoring: {},
  elsewhere: {},
};

export const OVERLAYS = ["demo", "dev", "prod", "openshift", "cilium", "guarded"] as const;

export const PORTS = [53, 443, 4222, 8080, 8081, 9090] as const;

/** Nobody and nothing without a kubectl: suites that are skipped are read all the same. */
export function demoCluster({ path }: CommandLookup, overlay: (typeof OVERLAYS)[number] = "demo"): Cluster {
  if (path === null) return { hosts: [], namespaces: {}, policies: [] };
  const objects = renderManifests(path, join(REPOSITORY, "manifests/overlays", overlay));
  return {
    namespaces: { ...FOREIGN, ...zonesOf(objects) },
    policies: ofKind(objects, "NetworkPolicy"),
    hosts: [
      podHost("maskwire/maskwire", "10.1.0.1", { labels: podLabels(objects) }),
      podHost("maskwire/canary", "10.1.0.2", { labels: { [APP]: "maskwire-canary" } }),
      podHost("raw/producer", "10.1.1.1", { labels: { [ROLE]: "producer" } }),
      podHost("raw/broker", "10.1.1.2", { labels: { [ROLE]: "broker" } }),
      podHost("raw/other", "10.1.1.3"),
      podHost("masked/subscriber", "10.1.2.1", { labels: { [ROLE]: "subscriber" } }),
      podHost("masked/other", "10.1.2.2"),
      podHost("monitoring/prometheus", "10.1.3.1", { labels: { [APP]: "prometheus" } }),
      podHost("kube-system/dns", "10.1.4.1", { labels: { "k8s-app": "kube-dns" } }),
      podHost("openshift-dns/dns", "10.1.4.2", { labels: { "dns.operator.openshift.io/daemonset-dns": "default" } }),
      // Whoever may create pods can give them any label: the namespace is what it cannot choose.
      podHost("elsewhere/rogue", "10.1.5.1", { labels: { [ROLE]: "producer", [APP]: "maskwire" } }),
      podHost("elsewhere/spy", "10.1.5.2", { labels: { [ROLE]: "subscriber", [APP]: "prometheus" } }),
      { name: "vendor", address: "198.51.100.10" },
      { name: "beside-vendor", address: "198.51.100.200" },
      { name: "outside", address: "203.0.113.9" },
      { name: "metadata", address: "169.254.169.254" },
    ],
  };
}

function zonesOf(objects: readonly KubernetesObject[]): Record<string, Labels> {
  return Object.fromEntries(ofKind(objects, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
}

function podLabels(objects: readonly KubernetesObject[]): Labels {
  const masker = ofKind(objects, "Deployment").find(({ metadata }) => metadata.name === "maskwire");
  return masker?.spec.template.metadata.labels ?? {};
}
