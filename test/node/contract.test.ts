import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeClock } from "../../src/node/clock.ts";
import { loadConfig } from "../../src/node/config/load.ts";
import { createLog } from "../../src/node/log.ts";
import { startServer } from "../../src/node/server.ts";
import { CONTRACT_KEY, describeContract } from "../contract/contract.ts";

describeContract("the contract, on Node", async (config) => {
  const directory = await mkdtemp(join(tmpdir(), "maskwire-contract-"));
  const configFile = join(directory, "maskwire.yaml");
  const listener = { host: "127.0.0.1", listenPort: 0 };
  const listeners = { publish: listener, subscribe: listener, admin: listener };
  await writeFile(configFile, JSON.stringify({ ...config, listeners }));
  const loaded = await loadConfig({ environment: { MASKWIRE_KEY: CONTRACT_KEY }, configFile, missingKey: "none" });
  await rm(directory, { recursive: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config: serverConfig, hmac } = loaded.value;
  const log = createLog(() => undefined);
  const server = await startServer(serverConfig, { clock: nodeClock, log, ...(hmac === undefined ? {} : { hmac }) });
  return { origin: `http://127.0.0.1:${server.addresses[0]?.listenPort}`, stop: () => server.stop() };
});
