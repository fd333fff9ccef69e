/** Clusters for tests, from YAML text and from files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterOf, type Cluster, type KubernetesObject } from "../../src/kubernetes/index.ts";
import { readObjects } from "../../src/node/kubernetes-objects.ts";

/** @throws Error when the text has a problem: a mistake of the test. */
export function objectsFrom(text: string, file = "test.yaml"): KubernetesObject[] {
  const { objects, problems } = readObjects(text, file);
  if (problems.length > 0) throw new Error(`${file}:${problems[0]?.line ?? 0}: ${problems[0]?.text ?? ""}`);
  return [...objects];
}

export function clusterFrom(text: string): Cluster {
  return clusterOf(objectsFrom(text));
}

/** Every object in the YAML and JSON files below a folder. */
export function objectsBelow(folder: string): KubernetesObject[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .toSorted()
    .flatMap((name) => [...readObjects(readFileSync(join(folder, name), "utf8"), name).objects]);
}
