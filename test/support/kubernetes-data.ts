/**
 * Third-party and recorded data about Kubernetes, beside the checkout where it is present.
 *
 * Owns the place and the reason for its absence. Never copies anything into the repository.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./repository.ts";

export const KUBERNETES_DATA = join(REPOSITORY, "../shared/data/kubernetes");

/** Empty when the data is there. */
export function whyNoKubernetesData(): string {
  return existsSync(KUBERNETES_DATA) ? "" : "the data is not beside this checkout (../shared/data/kubernetes)";
}

export function readKubernetesData(file: string): unknown {
  return JSON.parse(readFileSync(join(KUBERNETES_DATA, file), "utf8")) as unknown;
}
