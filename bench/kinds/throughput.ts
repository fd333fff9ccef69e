/**
 * How fast: maskwire and its peers over the same corpus, in turns.
 *
 * Owns the rounds. A ratio is taken within a round and the median over the rounds, since a shared machine changes its
 * speed from one second to the next.
 */
import { createMasker } from "../../src/core/index.ts";
import { checkAnswer } from "../answer.ts";
import { type Catalogue, policyOf } from "../catalogue.ts";
import type { BenchContext } from "../context.ts";
import { type Corpus, prefixOf } from "../corpora/corpus.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { profile, type Share } from "../profile.ts";
import { PEERS } from "../peers/index.ts";
import { patternsOf } from "../peers/patterns.ts";
import { type Answer, inProcess, type OpenContext, type Peer, type Subject } from "../peers/peer.ts";
import { ABSENT, rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";

export const OURS = "maskwire";
export const SPEED = "speed";
export const RATIO = "ratio";
/** Metric of the rows that say which part of our time went where. */
export const SHARE = "share";
const SPEED_UNIT = "MB per CPU second";

/** The compiler of the platform goes on improving for a while. */
const WARM_UP_ROUNDS = 6;
const ROUNDS_LEAST = 5;
const ROUNDS_MOST = 25;
/** Of the time for the rounds. */
const PROFILE_SHARE = 0.2;

interface Runner {
  readonly name: string;
  readonly subject: Subject;
  readonly bytes: number;
  readonly speeds: number[];
}

export async function runThroughput(definition: Definition, context: BenchContext): Promise<Row[]> {
  const corpus = openCorpus(definition.corpus, definition.corpusBytes);
  const peers = definition.peers.map(peerNamed);
  const patterns = patternsOf(definition.catalogue);
  const absent = peers.flatMap((peer) => absenceRow(definition, peer, context) ?? []);
  const present = peers.filter(({ name }) => !absent.some(({ subject }) => subject === name));
  const runners = [await openOurs(definition, corpus)];
  for (const peer of present) runners.push(await openPeer(peer, corpus, { ...context, patterns }));
  await takeTurns(runners, context);
  const profiled = await profileOurs(definition, runners[0], context);
  return [...runners.flatMap((runner) => rowsOf(definition, runner, runners[0])), ...profiled, ...absent];
}

async function openOurs({ catalogue, format, chunkBytes }: Definition, corpus: Corpus): Promise<Runner> {
  const policy = policyOf(catalogue);
  const { text } = corpus;
  const subject = inProcess(() => {
    const masker = createMasker(policy, format);
    const output: Uint8Array[] = [];
    for (let at = 0; at < text.length; at += chunkBytes) output.push(masker.push(text.subarray(at, at + chunkBytes)));
    output.push(masker.flush());
    return output;
  });
  checkAnswer(OURS, answerOf(catalogue), { corpus, run: await subject.run(true) });
  return { name: OURS, subject, bytes: text.length, speeds: [] };
}

/** The gold has no value of packs; what of them stands in a log by chance may go, but no value may stay. */
export function answerOf(catalogue: Catalogue): Answer | "exact" {
  return catalogue === "default" ? "exact" : "masked";
}

async function openPeer(peer: Peer, whole: Corpus, context: OpenContext): Promise<Runner> {
  const corpus = peer.sampleBytes === undefined ? whole : prefixOf(whole, peer.sampleBytes);
  const subject = await peer.open(corpus, context);
  checkAnswer(peer.name, peer.answer, { corpus, run: await subject.run(true) });
  return { name: peer.name, subject, bytes: corpus.text.length, speeds: [] };
}

async function profileOurs({ id }: Definition, { subject }: Runner, context: BenchContext): Promise<Row[]> {
  const shares = await profile(async () => {
    const begun = performance.now();
    do await subject.run(false);
    while (performance.now() - begun < context.seconds * PROFILE_SHARE * 1000);
  });
  return shareRows(id, shares);
}

/** A row for each module. */
export function shareRows(bench: string, shares: readonly Share[]): Row[] {
  return shares.map(({ module, share, functions }) => ({
    bench,
    subject: module,
    metric: SHARE,
    value: share,
    unit: `of ${OURS}'s time`,
    note: functions.join(", "),
  }));
}

async function takeTurns(runners: readonly Runner[], context: BenchContext): Promise<void> {
  const rounds = async (count: number, isCounted: boolean): Promise<void> => {
    const begun = performance.now();
    for (let round = 0; round < count; round++) {
      const elapsed = (performance.now() - begun) / 1000;
      if (isCounted) context.progress(Math.min(1, Math.max(elapsed / context.seconds, round / count)));
      if (isCounted && round >= ROUNDS_LEAST && elapsed > context.seconds) return;
      // Whoever goes first finds other caches than whoever goes last.
      for (let i = 0; i < runners.length; i++) {
        const { subject, bytes, speeds } = runners[(i + round) % runners.length];
        context.collect();
        const { cpuSeconds } = await subject.run(false);
        if (isCounted) speeds.push(bytes / 1e6 / cpuSeconds);
      }
    }
  };
  await rounds(WARM_UP_ROUNDS, false);
  await rounds(ROUNDS_MOST, true);
}

function rowsOf({ id }: Definition, { name, speeds, bytes }: Runner, ours: Runner): Row[] {
  const note = `${speeds.length} rounds of ${(bytes / 1e6).toFixed(2)} MB`;
  const speed: Row = {
    bench: id,
    subject: name,
    metric: SPEED,
    value: rounded(median(speeds)),
    unit: SPEED_UNIT,
    note,
  };
  if (name === OURS) return [speed];
  const value = rounded(median(speeds.map((theirs, round) => ours.speeds[round] / theirs)));
  return [speed, { bench: id, subject: name, metric: RATIO, value, unit: `${OURS} / ${name}`, note }];
}

function absenceRow({ id }: Definition, peer: Peer, context: BenchContext): Row | undefined {
  const reason = peer.absence(context)?.reason;
  return reason === undefined
    ? undefined
    : { bench: id, subject: peer.name, metric: ABSENT, value: 0, unit: "", note: reason };
}

function peerNamed(name: string): Peer {
  const peer = PEERS.find((one) => one.name === name);
  if (peer === undefined) throw new Error(`no peer ${name}; there are ${PEERS.map((one) => one.name).join(", ")}`);
  return peer;
}
