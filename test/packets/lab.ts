/**
 * A place for packets: a router without an uplink, in namespaces that end with it.
 *
 * Owns the first process and whatever was started inside. Network, mounts and processes are its own, so nothing reaches
 * the machine's network, no name is left behind, and the end of this process (or LIFE_SECONDS) ends everything.
 */
import { spawn, spawnSync, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { ensureCommand, missingCommand } from "../support/debian.ts";

/** What the router namespace runs first: it may forward, and knows nobody outside. */
const INIT = [
  "mount -t tmpfs tmpfs /run",
  "ip link set lo up",
  "echo 1 > /proc/sys/net/ipv4/ip_forward",
  "echo ready",
].join(" && ");
/** Longer than any test here; whoever forgets to stop the lab does not keep it. */
const LIFE_SECONDS = 900;
const COMMAND_LIMIT_MS = 120_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
export const IS_ROOT = process.getuid?.() === 0;
const AS_ROOT = IS_ROOT ? [] : ["--user", "--map-root-user"];

export interface Lab {
  /**
   * Runs a command in the router namespace to its end; returns what it printed.
   * @throws Error with its standard error when it fails.
   */
  run(words: readonly string[], input?: string): string;
  /** Starts a command in the namespace `name`, or in the router's. It dies with the lab at the latest. */
  start(words: readonly string[], name?: string): ChildProcessWithoutNullStreams;
  /** Ends every process inside; the kernel then takes namespaces, links and rules away. */
  stop(): Promise<void>;
}

/** Why no lab can be had here; empty when it can. @throws Error when it cannot and CI=true. */
export function whyNoLab(): string {
  const needed = [
    ["ip", "iproute2"],
    ["nft", "nftables"],
    ["unshare", "util-linux"],
    ["nsenter", "util-linux"],
  ] as const;
  for (const [command, debianPackage] of needed) {
    const { path, reason } = ensureCommand(command, debianPackage);
    if (path === null) return reason;
  }
  const probe = spawnSync(
    "unshare",
    [...unshareWords(), "sh", "-c", `${INIT} && ip netns add probe && nft list ruleset`],
    {
      encoding: "utf8",
      timeout: COMMAND_LIMIT_MS,
    },
  );
  if (probe.status === 0) return "";
  return missingCommand(`the kernel gives this user no network namespaces with nftables: ${probe.stderr.trim()}`)
    .reason;
}

export async function startLab(): Promise<Lab> {
  const first = spawn("unshare", [...unshareWords(), "sh", "-c", `${INIT} && exec timeout ${LIFE_SECONDS} cat`], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = once(first, "exit");
  await Promise.race([
    once(first.stdout, "data"),
    ended.then(() => Promise.reject(new Error("the lab did not start"))),
  ]);
  const enter = enterWords(first);
  const started: ChildProcess[] = [];
  return {
    run(words, input = "") {
      const run = spawnSync("nsenter", [...enter, ...words], {
        input,
        encoding: "utf8",
        timeout: COMMAND_LIMIT_MS,
        maxBuffer: OUTPUT_LIMIT_BYTES,
      });
      if (run.status !== 0) throw new Error(`${words.join(" ")}: ${run.stderr}${numbered(input)}`);
      return run.stdout;
    },
    start(words, name) {
      const place = name === undefined ? [] : ["ip", "netns", "exec", name];
      const child = spawn("nsenter", [...enter, ...place, ...words]);
      started.push(child);
      return child;
    },
    async stop() {
      first.kill("SIGKILL");
      await ended;
      await Promise.all(started.filter(isRunning).map((child) => once(child, "exit")));
    },
  };
}

/** `--kill-child`: the first process inside dies with unshare, and with it, as in any process namespace, all others. */
function unshareWords(): string[] {
  return [...AS_ROOT, "--net", "--mount", "--pid", "--fork", "--kill-child"];
}

function enterWords({ pid }: ChildProcess): string[] {
  const user = IS_ROOT ? [] : ["--user", "--preserve-credentials"];
  return ["--target", String(pid), ...user, "--net", "--mount", `--pid=/proc/${pid}/ns/pid_for_children`, "--"];
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** nft names the line of its input that is wrong. */
function numbered(input: string): string {
  return input
    .split("\n")
    .map((line, index) => `${index + 1}\t${line}`)
    .join("\n");
}
