/**
 * Gives a running server its new configuration, or says why it goes on with the old one.
 *
 * Owns the order: read, check, take over; one at a time. Says everything in the log, on `/readyz` and in metrics.
 */
import { ConfigurationError, toStreamError } from "../core/index.ts";
import type { MaskwireServer } from "../server/app.ts";
import { ConfigRefusal } from "../server/config/config-refusal.ts";
import { placeFields, type Log } from "../server/telemetry/log.ts";
import type { Loaded } from "./config/load.ts";
import type { ConfigProblem, Result } from "./config/problem.ts";
import type { Io } from "./io.ts";
import { explain, report } from "./policies.ts";

export interface ReloaderOptions {
  /** Reads and checks the configuration as at the start; `bytes`: of its file, when they were read already. */
  readonly load: (bytes: Uint8Array | undefined) => Promise<Result<Loaded>>;
  readonly server: Pick<MaskwireServer, "reload" | "refuse">;
  readonly log: Log;
  readonly io: Io;
}

export type Reloader = (bytes?: Uint8Array) => Promise<void>;

/** The returned function takes over what it is given, after what it was given before. Never throws. */
export function createReloader({ load, server, log, io }: ReloaderOptions): Reloader {
  const refuse = (problems: readonly ConfigProblem[]): void => {
    server.refuse(problems.map(({ line = 1, column = 1 }) => ({ line, column })));
    for (const { source, line = 1, column = 1, path } of problems) {
      log.error("configuration-refused", placeFields({ source, line, column, path }));
    }
    report(problems, io);
  };
  const run = async (bytes: Uint8Array | undefined): Promise<void> => {
    try {
      const loaded = await load(bytes);
      if (!loaded.ok) {
        refuse(loaded.problems);
        return;
      }
      // Valid at the start; here it is a file that was cut short.
      if (loaded.value.fileText.trim() === "") {
        refuse([loaded.value.problemAt([], "is empty; the configuration before it stays in force")]);
        return;
      }
      try {
        const { config, keys, isKeyRandom } = loaded.value;
        // A random one lives as long as the process does.
        log.info("configuration-taken", { ...server.reload(config, isKeyRandom ? undefined : keys) });
      } catch (thrown) {
        refuse(problemsIn(thrown, loaded.value));
      }
    } catch (thrown) {
      server.refuse([{ line: 1, column: 1 }]);
      log.error("configuration-refused", { code: toStreamError(thrown).code });
    }
  };
  let last = Promise.resolve();
  return (bytes) => (last = last.then(() => run(bytes)));
}

/** What a server that refuses a configuration says, with the places in the file. */
export function problemsIn(thrown: unknown, { problemAt }: Pick<Loaded, "problemAt">): ConfigProblem[] {
  if (!(thrown instanceof ConfigRefusal)) throw thrown;
  return thrown.reasons.map(({ path, code, reason }) => problemAt(path, explain(new ConfigurationError(code, reason))));
}
