/**
 * The kustomizations that users apply, and the labels of the namespaces that each leaves to others.
 */
import { join } from "node:path";
import type { Labels } from "./kubernetes-objects.ts";
import { REPOSITORY } from "./repository.ts";

export interface RenderedFolder {
  readonly name: string;
  readonly folder: string;
  /** Namespaces that the cluster or another team brings. */
  readonly foreignNamespaces: readonly Labels[];
}

const CLUSTER = [{ "kubernetes.io/metadata.name": "kube-system" }, { "kubernetes.io/metadata.name": "monitoring" }];
const ZONES = [{ "maskwire.dev/zone": "raw" }, { "maskwire.dev/zone": "masked" }];

function overlay(name: string): RenderedFolder {
  const dns = name === "openshift" ? [{ "kubernetes.io/metadata.name": "openshift-dns" }] : [];
  return { name, folder: join(REPOSITORY, "manifests/overlays", name), foreignNamespaces: [...CLUSTER, ...dns] };
}

export const RENDERED_FOLDERS: readonly RenderedFolder[] = [
  { name: "base", folder: join(REPOSITORY, "manifests/base"), foreignNamespaces: [...CLUSTER, ...ZONES] },
  ...["cilium", "demo", "dev", "guarded", "openshift", "prod"].map(overlay),
  {
    name: "root-key",
    folder: join(REPOSITORY, "test/kubernetes/overlays/root-key"),
    foreignNamespaces: [...CLUSTER, ...ZONES],
  },
];
