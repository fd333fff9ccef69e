/**
 * Tells when the configuration file is another one: saved in place, replaced by a rename, or swapped as Kubernetes does,
 * which turns the link `..data` beside it to another folder.
 *
 * Owns the watching and the wait until the bytes stand still. Never reads what they mean.
 */
import { unwatchFile, watch, watchFile, type FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface WatchOptions {
  readonly file: string;
  /** The bytes that are in force. */
  readonly bytes: Uint8Array;
  /** Called with bytes that differ from those before; undefined: there is no file to read. */
  onChange(bytes: Uint8Array | undefined): void;
  /** How long the bytes have to stay the same before they count. */
  readonly settleMs?: number;
  /** How often the file is looked at where no notice comes: of a folder that was itself replaced, or a network drive. */
  readonly pollMs?: number;
}

/** A save in place is seen half written: a file cut short may be valid, and say less. */
const SETTLE_MS = 100;
const POLL_MS = 2_000;

/** Watches until the returned function is called. Never keeps the process alive. */
export function watchConfig(options: WatchOptions): () => void {
  const { file, settleMs = SETTLE_MS, pollMs = POLL_MS } = options;
  let known: Uint8Array | undefined = options.bytes;
  let seen: Uint8Array | undefined = options.bytes;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const look = async (): Promise<void> => {
    const bytes = await readFile(file).catch(() => undefined);
    timer = undefined;
    if (isStopped) return;
    if (!isEqual(bytes, seen)) {
      seen = bytes;
      lookSoon();
    } else if (!isEqual(bytes, known)) {
      known = bytes;
      options.onChange(bytes);
    }
  };
  // A notice never puts off a look that is due: a busy folder would put it off for ever.
  const lookSoon = (): void => void (timer ??= setTimeout(() => void look(), settleMs).unref());
  const folder = watchFolder(dirname(file), lookSoon);
  const onPoll = (): void => {
    // The folder may be another one by now, and a watcher stays with the old.
    folder.renew();
    lookSoon();
  };
  // It may have changed between the start and now.
  lookSoon();
  watchFile(file, { persistent: false, interval: pollMs }, onPoll);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    unwatchFile(file, onPoll);
    folder.stop();
  };
}

/**
 * Notices of whatever happens in a folder. Not of the file: a watcher of that follows it to where the first swap took it, and
 * hears nothing of the next.
 */
function watchFolder(folder: string, onNotice: () => void): { renew(): void; stop(): void } {
  let watcher: FSWatcher | undefined;
  const stop = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const renew = (): void => {
    stop();
    try {
      watcher = watch(folder, { persistent: false }, onNotice);
      watcher.on("error", stop);
    } catch {
      // No folder, or no watches left: looking at intervals goes on.
    }
  };
  renew();
  return { renew, stop };
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}
