/** The contract of every host, kept by the built program on Node. */
import { describeContract } from "../contract/contract.ts";
import { runServer } from "../support/run-server.ts";

describeContract("the contract on Node", async ({ config, environment }) => {
  const server = await runServer({ config, environment });
  return { origin: server.origin, log: () => server.logged(), stop: async () => void (await server.stop()) };
});
