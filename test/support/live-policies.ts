/** The product in workerd with live policies that a test writes. Owns the store that they are read from. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { OBJECTS, startWorkerd, type RunningWorker, type WorkerOptions } from "./workerd.ts";

const OPEN = { unsafeNoAuthentication: true };
/** Without which a worker answers nobody. */
export const OPEN_CONFIG = { listeners: { publish: OPEN, subscribe: OPEN } };

export interface Live {
  readonly worker: RunningWorker;
  /** Undefined: there is none. */
  readonly write: (value: string | undefined) => void;
  readonly stop: () => Promise<void>;
}

/** A worker with a store of its own, which speaks what workerd asks of a KV namespace: `GET /key?urlencoded=true`. */
export async function startLive(
  first: string | undefined,
  options: Pick<WorkerOptions, "folder" | "variables">,
): Promise<Live> {
  let value = first;
  const store = createServer((request, response) => {
    const isOurs = request.url?.startsWith("/maskwire.json") === true && value !== undefined;
    response.writeHead(isOurs ? 200 : 404).end(isOurs ? value : "");
  });
  store.listen(0, "127.0.0.1");
  await once(store, "listening");
  const { port } = store.address() as AddressInfo;
  const worker = await startWorkerd({
    entry: "worker/index.ts",
    objects: OBJECTS,
    ...options,
    bindings: [`(name = "MASKWIRE_LIVE", kvNamespace = "kv")`],
    services: [`(name = "kv", external = (address = "127.0.0.1:${port}", http = ()))`],
  });
  return {
    worker,
    write: (next) => (value = next),
    stop: async () => {
      await worker.stop();
      store.closeAllConnections();
      store.close();
    },
  };
}
