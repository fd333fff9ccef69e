/** Objects in, findings and verdicts out: for hosts and tests. Pure. */
export { parseAddress } from "./address.ts";
export { checkObjects } from "./check/check.ts";
export { kubernetesObject, type KubernetesObject, type Path, type Place } from "./object.ts";
export type { Selector } from "./selector.ts";
export { storedSpec } from "./netpolicy/defaulting.ts";
export { describeConnection, describeFinding, describeReport } from "./netpolicy/describe.ts";
export { boundaryPorts, createEvaluator } from "./netpolicy/evaluate.ts";
export { changesBetween, describeMatrix, matrixOf } from "./netpolicy/matrix.ts";
export {
  NAMESPACE_NAME,
  namespaceOf,
  outsideOf,
  podOf,
  policyOf,
  PRIVATE_RANGES,
  PROTOCOLS,
  type Cluster,
  type End,
  type Outside,
  type Protocol,
} from "./netpolicy/model.ts";
export type { Conduit } from "./netpolicy/plan.ts";
export { describePorts, hasPort, portSet } from "./netpolicy/port-set.ts";
export { findingValue, reportValue } from "./netpolicy/report-value.ts";
export { RULES } from "./finding.ts";
export { exitCodeOf, verify, type Report } from "./netpolicy/verify.ts";
export { clusterOf } from "./netpolicy/workloads.ts";
export { closedWorld, openWorld, type World } from "./netpolicy/world.ts";
export { restrictedFaults } from "./pod-security/restricted.ts";
export { sarifOf } from "./report/sarif.ts";
export { mermaidOf } from "./report/mermaid.ts";
export { pictureOf } from "./report/picture.ts";
export { svgOf } from "./report/svg.ts";
