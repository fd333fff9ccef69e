import { startWorkerd } from "../support/workerd.ts";
import { CONTRACT_KEY, describeContract } from "../contract/contract.ts";

const OPEN = { unsafeNoAuthentication: true };

describeContract("the contract, in workerd", (config) =>
  startWorkerd({
    entry: "worker/index.ts",
    objectClass: "FeedObject",
    variables: {
      MASKWIRE_CONFIG: JSON.stringify({ ...config, listeners: { publish: OPEN, subscribe: OPEN } }),
      MASKWIRE_KEY: CONTRACT_KEY,
    },
  }),
);
