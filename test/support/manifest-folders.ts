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

export const RENDERED_FOLDERS: readonly RenderedFolder[] = [
  { name: "base", folder: join(REPOSITORY, "manifests/base"), foreignNamespaces: [...CLUSTER, ...ZONES] },
  { name: "demo", folder: join(REPOSITORY, "manifests/overlays/demo"), foreignNamespaces: CLUSTER },
  { name: "dev", folder: join(REPOSITORY, "manifests/overlays/dev"), foreignNamespaces: CLUSTER },
  {
    name: "root-key",
    folder: join(REPOSITORY, "test/kubernetes/overlays/root-key"),
    foreignNamespaces: [...CLUSTER, ...ZONES],
  },
];
