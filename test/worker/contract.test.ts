import { OBJECTS, startWorkerd } from "../support/workerd.ts";
import { describeContract } from "../contract/contract.ts";

const OPEN = { unsafeNoAuthentication: true };

describeContract("the contract, in workerd", ({ config, environment }) =>
  startWorkerd({
    entry: "worker/index.ts",
    objects: OBJECTS,
    variables: {
      MASKWIRE_CONFIG: JSON.stringify({
        ...config,
        ...("auth" in config ? {} : { listeners: { publish: OPEN, subscribe: OPEN } }),
      }),
      ...environment,
    },
  }),
);
