/**
 * The worker's entry: one isolate's settings, and the classes of its objects.
 *
 * Owns when settings are read. Policies are compiled before the first request, at global scope: that is time of the CPU alone,
 * and the platform forbids nothing there but timers, randomness and I/O.
 */
import { env as bound } from "cloudflare:workers";
import { StreamError, toStreamError } from "../src/core/index.ts";
import { DEFAULT_EDGE } from "../src/server/config/edge-config.ts";
import { Isolate, type IsolateEnv } from "./isolate.ts";
import { answer, apply, readSettings, settingsOf } from "./settings.ts";

export { FeedObject } from "./feed-object.ts";
export { RelayObject } from "./relay-object.ts";

/** Settings that were refused stay refused as long. */
let current: Isolate | StreamError | undefined = startAtOnce(bound as unknown as IsolateEnv);
let readAtMs = 0;

/** Undefined where policies have to be fetched first. */
function startAtOnce(env: IsolateEnv): Isolate | StreamError | undefined {
  if (env.MASKWIRE_LIVE !== undefined) return undefined;
  try {
    const isolate = apply(settingsOf(env), (settings) => new Isolate(settings));
    isolate.warmUp();
    return isolate;
  } catch (thrown) {
    return toStreamError(thrown);
  }
}

async function isolateOf(env: IsolateEnv): Promise<Isolate | StreamError> {
  const known = current instanceof Isolate ? current : undefined;
  const { liveRefreshMs } = known?.settings.edge ?? DEFAULT_EDGE;
  const isStale = env.MASKWIRE_LIVE !== undefined && Date.now() - readAtMs >= liveRefreshMs;
  if (current === undefined || isStale) {
    try {
      const settings = await readSettings(env);
      current = known?.settings.version === settings.version ? known : apply(settings, (one) => new Isolate(one));
    } catch (thrown) {
      current = toStreamError(thrown);
    }
    readAtMs = Date.now();
  }
  return current;
}

export default {
  async fetch(request, env) {
    try {
      const isolate = await isolateOf(env);
      return isolate instanceof Isolate ? await isolate.fetch(request, env) : answer(isolate);
    } catch {
      // Only an object can fail here: it was evicted, moved, or has too much to do.
      return answer(new StreamError("OVERLOADED"));
    }
  },
} satisfies ExportedHandler<IsolateEnv>;
