/** Our restricted level is that of the admission plugin, on its own fixtures where they are present. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { restrictedFaults, verify } from "../../../src/kubernetes/index.ts";
import { KUBERNETES_DATA, whyNoKubernetesData } from "../../support/kubernetes-data.ts";
import { objectsBelow, objectsFrom } from "../../support/netpolicy.ts";

const reason = whyNoKubernetesData();
if (reason !== "") console.warn(`the Pod Security fixtures were not checked: ${reason}`);
const FOLDER = join(KUBERNETES_DATA, "psa-restricted-v1.32");
const fixtures =
  reason === ""
    ? ["pass", "fail"].flatMap((verdict) => {
        const names = readdirSync(join(FOLDER, verdict)).toSorted();
        return objectsBelow(join(FOLDER, verdict)).map((object, index) => ({ verdict, name: names[index], object }));
      })
    : [];

describe.skipIf(reason !== "")("the restricted level decides as the plugin does", () => {
  test.each(fixtures)("$verdict $name", ({ verdict, object }) => {
    const faults = restrictedFaults(object.value);
    expect(faults.length === 0 ? "pass" : "fail", JSON.stringify(faults)).toBe(verdict);
  });
});

test("a pod in a namespace that enforces the level is a finding with its line", () => {
  const text = `apiVersion: v1
kind: Namespace
metadata: { name: n, labels: { pod-security.kubernetes.io/enforce: restricted } }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: n }
spec:
  securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: c
      securityContext:
        allowPrivilegeEscalation: true
        capabilities: { drop: [ALL] }
`;
  const findings = verify({ objects: objectsFrom(text) }).findings.filter(({ rule }) => rule === "pod-security");
  expect(findings.map(({ object, place, detail }) => [object, place.line, detail])).toEqual([
    ["Pod n/p", 13, "spec.containers[0].securityContext.allowPrivilegeEscalation must be false"],
  ]);
  const free = text.replace("enforce: restricted", "enforce: baseline");
  expect(verify({ objects: objectsFrom(free) }).findings.filter(({ rule }) => rule === "pod-security")).toEqual([]);
});
