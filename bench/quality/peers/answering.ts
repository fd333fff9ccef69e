/**
 * One peer as a process of its own: `{"id","text"}` a line in, `{"id","spans"}` a line out.
 *
 * Owns the process and its time limit, which holds while the peer does not return.
 */
import { join } from "node:path";
import process from "node:process";
import { text as readAll } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { peerFolder } from "../../peers/npm.ts";
import { type NpmPeer, underOurNames } from "./peers.ts";

/** How long a peer may take for one corpus, in seconds. */
export const LIMIT_SECONDS = 150;

/** Begins the line on the error stream that says in how many texts tokens did not align. */
export const UNALIGNED = "unaligned texts:";

/** Another thread ends the process: a pattern that runs for ever lets no timer of this thread fire. */
const WATCHDOG = `setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000 * require("node:worker_threads").workerData)`;

/** Answers all of standard input. @throws what the peer throws. */
export async function answer(peer: NpmPeer, benchFolder: string, limitSeconds = LIMIT_SECONDS): Promise<void> {
  new Worker(WATCHDOG, { eval: true, workerData: limitSeconds }).unref();
  const path = join(peerFolder(benchFolder), "node_modules", peer.name, peer.entry);
  const find = peer.open(await import(pathToFileURL(path).href));
  const lines: string[] = [];
  let unaligned = 0;
  for (const line of (await readAll(process.stdin)).split("\n")) {
    if (line === "") continue;
    const { id, text } = JSON.parse(line) as { readonly id: string; readonly text: string };
    const { findings, isAligned } = await find(text);
    if (!isAligned) unaligned += 1;
    lines.push(JSON.stringify({ id, spans: underOurNames(peer, findings) }));
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  process.stderr.write(`${UNALIGNED} ${unaligned}\n`);
}
