/** `maskwire serve`: the server, until a signal ends it. */
import { Option } from "commander";
import { StreamError, toStreamError, type Policy } from "../../core/index.ts";
import { ConfigRefusal } from "../../server/config/config-refusal.ts";
import { type ListenerName, LISTENERS, type ServerConfig } from "../../server/config/config.ts";
import type { Log } from "../../server/telemetry/log.ts";
import { createLineAudit } from "../audit.ts";
import { nodeClock } from "../clock.ts";
import { type Arguments, configOption, wholeNumber, type Command } from "../command.ts";
import { WatchedLists } from "../config/watch-lists.ts";
import { checkReach, loadConfig, type Loaded } from "../config/load.ts";
import { withWholePaths } from "../config/named-files.ts";
import { DEMO_EVENT_TYPES } from "../demo-events.ts";
import { DEMO_FEED, DEMO_VIEWS, formatPair, startDemo } from "../demo.ts";
import type { Result } from "../config/problem.ts";
import { tellUnread } from "../config/unread.ts";
import { watchConfig } from "../config/watch.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { createLog } from "../log.ts";
import { paintFor } from "../paint.ts";
import { compileNamed, explain, report } from "../policies.ts";
import { createReloader, problemsIn } from "../reloader.ts";
import type { RunningServer } from "../server.ts";

const DEMO_EVENTS_PER_SECOND = 3;
const POLICIES_LOST = "a connection that network policy forbids was made: closing everything at once";

export const serve: Command = {
  notes: `
Without --config: loopback only, any feed name, the default policy. SIGTERM and SIGINT drain; a second one ends at once.
A file that changes is taken over while it runs, also at SIGHUP; one that does not hold is refused and said so.
Variables: MASKWIRE_CONFIG MASKWIRE_HOST MASKWIRE_PORT MASKWIRE_ADMIN_HOST MASKWIRE_ADMIN_PORT MASKWIRE_KEY_FILE
MASKWIRE_KEY MASKWIRE_JWT_SECRET_FILE MASKWIRE_JWT_SECRET MASKWIRE_DATA_DIR MASKWIRE_UNSAFE_NO_AUTHENTICATION; a flag wins over its variable, a variable over the file.

Exit: 0 drained, 1 the address cannot be used or required network policies are no longer in force, 2 usage or configuration.`,
  define: (parser) =>
    parser
      .addOption(configOption())
      .addOption(
        new Option("--port <number>", "public port; 0: the system picks one").argParser(wholeNumber(0, 65_535)),
      )
      .addOption(
        new Option("--data-dir <folder>", "keep events there, so that a restart loses none; needs the root key"),
      )
      .addOption(new Option("--demo", "play made-up events into the feed `demo`").default(false)),
  run: async (args, io) => {
    const isDemo = args.demo ?? false;
    let reload = (): void => undefined;
    const lists = new WatchedLists(() => reload());
    const loaded = await loadSettings(args, io, { lists });
    if (!loaded.ok) {
      lists.stop();
      report(loaded.problems, io);
      return 2;
    }
    const settings = loaded.value;
    tellUnread(settings.fileName, io);
    // Before the first line that says it listens: whoever reads that may already end it.
    const signal = untilSignal(io);
    const hangup = hangupOf(settings, io);
    const log = createLog((line) => void io.stderr.write(line));
    const running = await start(settings, { log, io, stopping: signal });
    if (typeof running === "number") {
      lists.stop();
      return running;
    }
    const stopFollowing = follow(settings, args, { running, log, io, hangup, lists });
    reload = () => hangup.run();
    if (running.addresses.some(({ listeners }) => listeners.includes("subscribe"))) greet(settings, running, io);
    const stopDemo = isDemo ? playDemo(settings, running, io) : () => undefined;
    const isLost = await Promise.race([signal.then(() => false), running.untilLost().then(() => true)]);
    stopFollowing();
    lists.stop();
    stopDemo();
    tell(io, isLost ? POLICIES_LOST : "draining; a second signal ends at once");
    const limit = new Promise<void>((resolve) => void nodeClock.after(settings.config.limits.drainLimitMs, resolve));
    await Promise.race([isLost ? running.stopAtOnce() : running.stop(), limit]);
    return isLost ? 1 : 0;
  },
};

interface Reading {
  readonly lists: WatchedLists;
  /** Of the file, when they were read already. */
  readonly bytes?: Uint8Array | undefined;
}

/** Reads and checks it all. */
async function loadSettings(args: Arguments, io: Io, { lists, bytes }: Reading): Promise<Result<Loaded>> {
  const isDemo = args.demo ?? false;
  lists.begin();
  const loaded = await loadConfig({
    onListFile: (file, content) => lists.see(file, content),
    environment: io.environment,
    configFile: args.config,
    listenPort: args.port,
    dataDir: args.dataDir,
    missingKey: isDemo ? "random" : "none",
    bytes,
  });
  lists.end(loaded.ok);
  if (!loaded.ok) return loaded;
  const problems = checkReach(loaded.value.config, loaded.value.problemAt);
  if (problems.length > 0) return { ok: false, problems };
  const config = withWholePaths(loaded.value.config, loaded.value.fileName);
  return { ok: true, value: { ...loaded.value, config: isDemo ? withDemoFeed(config) : config } };
}

interface Follower {
  readonly running: RunningServer;
  readonly log: Log;
  readonly io: Io;
  readonly hangup: Hangup;
  readonly lists: WatchedLists;
}

/** What SIGHUP does; without a file to read again it ends the process as usual. */
interface Hangup {
  run: () => void;
}

function hangupOf({ fileName }: Loaded, io: Io): Hangup {
  const hangup: Hangup = { run: () => undefined };
  if (fileName !== undefined) io.onHangup(() => hangup.run());
  return hangup;
}

/** Takes over the file whenever it changes, and at SIGHUP. Returns the way to stop. */
function follow(
  { fileName, fileText }: Loaded,
  args: Arguments,
  { running, log, io, hangup, lists }: Follower,
): () => void {
  if (fileName === undefined) return () => undefined;
  const reload = createReloader({
    load: (bytes) => loadSettings(args, io, { lists, bytes }),
    server: running.server,
    log,
    io,
  });
  hangup.run = () => void reload();
  return watchConfig({ file: fileName, bytes: Buffer.from(fileText), onChange: (bytes) => void reload(bytes) });
}

interface Host {
  readonly log: Log;
  readonly io: Io;
  /** Resolves when the process is told to end: waiting for network policies ends then, too. */
  readonly stopping: Promise<void>;
}

async function start(settings: Loaded, { log, io, stopping }: Host): Promise<RunningServer | ExitCode> {
  const { config, keys, jwtSecret } = settings;
  try {
    // Loaded here: other commands start a quarter sooner without routes, sockets and what those bring.
    const { startServer } = await import("../server.ts");
    const running = await startServer(config, {
      clock: nodeClock,
      log,
      stopping,
      audit: createLineAudit((line) => void io.stderr.write(line)),
      ...(keys === undefined ? {} : { keys }),
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
    });
    // Said every time: whoever reaches an address may use it.
    if (config.auth === undefined) log.warn("no-authentication");
    return running;
  } catch (thrown) {
    if (thrown instanceof ConfigRefusal) {
      report(problemsIn(thrown, settings), io);
      return 2;
    }
    const numbers = Object.entries(toStreamError(thrown).details).map(
      ([name, value]) => ` (${name} ${value}${name === "listenPort" ? ofListeners(config, value) : ""})`,
    );
    tell(io, `${explain(thrown)}${numbers.join("")}`);
    return 1;
  }
}

/** Whose port it is: the flag, the variable and the key to change are not the same for all. */
function ofListeners({ listeners }: ServerConfig, listenPort: number): string {
  const names = LISTENERS.filter((name) => listeners[name].listenPort === listenPort);
  return names.length === 0 ? "" : ` of ${names.join(" and ")}`;
}

function greet({ config, fileName }: Loaded, running: RunningServer, io: Io): void {
  const at = (name: ListenerName): string => {
    const { host = "", listenPort = 0 } = running.addresses.find(({ listeners }) => listeners.includes(name)) ?? {};
    return `http://${host.includes(":") ? `[${host}]` : host}:${listenPort}`;
  };
  const isLocal = Object.values(config.listeners).every(({ unsafeNoAuthentication }) => !unsafeNoAuthentication);
  const defaults = `no configuration file: ${isLocal ? "loopback only, " : ""}any feed name, the default policy`;
  const bearer = config.auth === undefined ? "" : " -H 'authorization: Bearer …'";
  const feed = Object.keys(config.feeds).find((name) => name !== "*") ?? DEMO_FEED;
  io.stdout.write(`maskwire serves ${at("subscribe")} (${fileName ?? defaults})

  open     ${at("subscribe")}/
  watch    curl -N ${at("subscribe")}/v1/feeds/${feed}/events${bearer}
${viewLines(config, { url: `${at("subscribe")}/v1/feeds/${feed}/events`, feed, bearer })}  publish  curl ${at("publish")}/v1/feeds/${feed}/events${bearer} -H 'content-type: application/json' -d '{"from":"jane@example.com"}'
${relayLine(config, `${at("subscribe")}/v1/relays/`, bearer)}  mask     echo 'card 4111 1111 1111 1111' | curl -NT - ${at("publish")}/v1/mask${bearer} -H 'content-type: text/plain'
  metrics  curl ${at("admin")}/metrics

`);
}

/** The first of them shows the way to all. */
function relayLine({ relays }: ServerConfig, url: string, bearer: string): string {
  const [relay] = Object.keys(relays);
  return relay === undefined ? "" : `  follow   curl -N ${url}${relay}${bearer}\n`;
}

/** The same for each view of the feed. */
function viewLines(
  { feeds }: ServerConfig,
  { url, feed, bearer }: { readonly url: string; readonly feed: string; readonly bearer: string },
): string {
  const names = Object.keys(feeds[feed]?.views ?? {});
  const width = Math.max(0, ...names.map((view) => view.length));
  const lines = names.map((view) => {
    const summary =
      feed === DEMO_FEED && Object.hasOwn(DEMO_VIEWS, view)
        ? `${" ".repeat(4 + width - view.length)}${DEMO_VIEWS[view].summary}`
        : "";
    return `           curl -N '${url}?view=${view}'${bearer}${summary}\n`;
  });
  return lines.join("");
}

/** The demo's feed always exists, and neither the start nor Ctrl-C waits for load that is not there. */
function withDemoFeed(config: ServerConfig): ServerConfig {
  const policyOf = (view: string): string => `${DEMO_FEED}-${view}`;
  const views = Object.fromEntries(Object.keys(DEMO_VIEWS).map((view) => [view, policyOf(view)]));
  const own = Object.fromEntries(Object.entries(DEMO_VIEWS).map(([view, { policy }]) => [policyOf(view), policy]));
  const feeds = { [DEMO_FEED]: { policy: "default", views, eventTypes: DEMO_EVENT_TYPES }, ...config.feeds };
  return {
    ...config,
    feeds,
    policies: { ...own, ...config.policies },
    limits: { ...config.limits, drainGraceMs: 0, drainWindowMs: 0 },
    warmUpMs: 0,
  };
}

function playDemo(settings: Loaded, { server }: RunningServer, io: Io): () => void {
  if (settings.isKeyRandom) tell(io, "the root key is random and dies with this process: tokens change at each start");
  const policy = demoPolicy(settings);
  const paint = paintFor(io);
  const show = (raw: string, masked: string): void => void io.stdout.write(formatPair(raw, masked, paint));
  return startDemo(server, {
    clock: nodeClock,
    perSecond: DEMO_EVENTS_PER_SECOND,
    policy,
    ...(io.isStdoutTerminal ? { show } : {}),
  });
}

function demoPolicy(settings: Loaded): Policy {
  const compiled = compileNamed(settings, settings.config.feeds[DEMO_FEED]?.policy ?? "default");
  if (!compiled.ok) throw new StreamError("BAD_CONFIG");
  return compiled.value;
}

/** Resolves at the first signal; the next one ends the process at once. */
function untilSignal(io: Io): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    io.onSignal(() => {
      count += 1;
      if (count > 1) io.exitNow(1);
      resolve();
    });
  });
}
