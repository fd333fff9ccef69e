/** The contract of every host, kept by the built program on Node. */
import { CONTRACT_KEY, describeContract } from "../contract/contract.ts";
import { runServer } from "../support/run-server.ts";

describeContract("the contract on Node", async (config) => {
  const server = await runServer({ config, environment: { MASKWIRE_KEY: CONTRACT_KEY } });
  return { origin: server.origin, stop: async () => void (await server.stop()) };
});
