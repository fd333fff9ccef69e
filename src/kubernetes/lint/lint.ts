/** What the API server takes and is wrong all the same: every lint over every object, in the order of the input. */
import type { Finding } from "../finding.ts";
import { clusterLints, servicePortLints, type LintInput } from "./cluster-lints.ts";
import { policyLints } from "./policy-lints.ts";
import { podSecurityLints, workloadLints } from "./workload-lints.ts";

export function lintObjects(input: LintInput): Finding[] {
  return [
    ...input.objects.filter(({ kind }) => kind === "NetworkPolicy").flatMap(policyLints),
    ...clusterLints(input),
    ...servicePortLints(input),
    ...workloadLints(input.objects),
    ...podSecurityLints(input.objects),
  ];
}
