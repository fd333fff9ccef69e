/** The evaluator and the proof, for hosts and tests. Pure: objects in, findings out. */
export { parseAddress } from "./address.ts";
export { kubernetesObject, type KubernetesObject, type Path, type Place } from "./object.ts";
export { boundaryPorts, createEvaluator } from "./netpolicy/evaluate.ts";
export {
  namespaceOf,
  outsideOf,
  podOf,
  policyOf,
  PRIVATE_RANGES,
  type Cluster,
  type End,
  type Outside,
  type Protocol,
} from "./netpolicy/model.ts";
export { storedSpec } from "./netpolicy/defaulting.ts";
export { clusterOf } from "./netpolicy/workloads.ts";
export { describePorts, hasPort } from "./netpolicy/port-set.ts";
