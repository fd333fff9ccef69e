/** What the API server stores for a policy: recorded rows where they are present, and the ones that hurt, by name. */
import { describe, expect, test } from "vitest";
import { storedSpec } from "../../../src/kubernetes/index.ts";
import { readKubernetesData, whyNoKubernetesData } from "../../support/kubernetes-data.ts";

interface Row {
  readonly name: string;
  readonly given: unknown;
  readonly stored?: unknown;
}

const reason = whyNoKubernetesData();
if (reason !== "") console.warn(`the recorded defaulting was not compared: ${reason}`);
const rows = reason === "" ? (readKubernetesData("recorded-apiserver-defaulting.json") as { rows: Row[] }).rows : [];
const accepted = rows.filter(({ stored }) => stored !== undefined);

describe.skipIf(reason !== "")("a policy is stored as a real API server stored it", () => {
  test.each(accepted)("$name", ({ given, stored }) => {
    expect(storedSpec(given)).toEqual(stored);
  });
});

const PEER = { podSelector: {} };

test.each([
  ["nothing at all denies ingress and leaves egress open", undefined, { podSelector: {}, policyTypes: ["Ingress"] }],
  [
    "two empty lists deny ingress only",
    { podSelector: {}, ingress: [], egress: [] },
    { podSelector: {}, policyTypes: ["Ingress"] },
  ],
  [
    "a null rule becomes one that allows everything",
    { podSelector: {}, policyTypes: ["Egress"], egress: [null] },
    { podSelector: {}, egress: [{}], policyTypes: ["Egress"] },
  ],
  [
    "empty lists in a rule are dropped and match everything",
    { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [], ports: [] }] },
    { podSelector: {}, ingress: [{}], policyTypes: ["Ingress"] },
  ],
  [
    "an empty port is every TCP port and no UDP port",
    { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [PEER], ports: [{}] }] },
    { podSelector: {}, ingress: [{ from: [PEER], ports: [{ protocol: "TCP" }] }], policyTypes: ["Ingress"] },
  ],
])("%s", (_, given, stored) => {
  expect(storedSpec(given)).toEqual(stored);
});
