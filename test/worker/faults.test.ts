import { send } from "../contract/client.ts";
import { FAULTS, FIXED_FAULTS } from "../faults/faults.ts";
import { describeFaults, type StartFaultyHost } from "../faults/matrix.ts";
import { CASE_KEY } from "../support/cases.ts";
import { startWorkerd } from "../support/workerd.ts";

const start: StartFaultyHost = async (config) => {
  const listeners = { publish: { unsafeNoAuthentication: true }, subscribe: { unsafeNoAuthentication: true } };
  const variables = { CONFIG: JSON.stringify({ ...config, listeners }), KEY: new TextDecoder().decode(CASE_KEY) };
  const worker = await startWorkerd({
    entry: "test/worker/faults-worker.ts",
    variables,
    objects: { FEEDS: "FaultsObject" },
  });
  const ask = async (path: string): Promise<string> => (await send(`${worker.origin}${path}`)).text;
  return {
    origin: worker.origin,
    arm: async (fault) => void (await ask(`/arm?fault=${FAULTS.indexOf(fault)}`)),
    repair: async () => void (await ask("/repair")),
    fired: async () => Number(await ask("/fired")),
    told: async () => worker.log() + (await ask("/metrics")),
    stop: () => worker.stop(),
  };
};

describeFaults("a worker", { start, faults: FIXED_FAULTS, hasTrailers: false });
