/** `maskwire serve`: the server, until a signal ends it. */
import { Option } from "commander";
import { StreamError, toStreamError, type Policy } from "../../core/index.ts";
import type { ServerConfig } from "../../server/config.ts";
import { nodeClock } from "../clock.ts";
import { configOption, wholeNumber, type Command } from "../command.ts";
import { checkReach, loadConfig, type Loaded } from "../config/load.ts";
import { DEMO_EVENT_TYPES } from "../demo-events.ts";
import { DEMO_FEED, DEMO_VIEWS, formatPair, startDemo } from "../demo.ts";
import { tell, type Io } from "../io.ts";
import { createLog } from "../log.ts";
import { compileNamed, explain, report } from "../policies.ts";
import { startServer, type RunningServer } from "../server.ts";

const DEMO_EVENTS_PER_SECOND = 3;
const POLICIES_LOST = "a connection that network policy forbids was made: closing everything at once";

export const serve: Command = {
  name: "serve",
  summary: "run the server",
  notes: `
Without --config: loopback only, any feed name, the default policy. SIGTERM and SIGINT drain; a second one ends at once.
Variables: MASKWIRE_CONFIG MASKWIRE_HOST MASKWIRE_PORT MASKWIRE_ADMIN_HOST MASKWIRE_ADMIN_PORT MASKWIRE_KEY_FILE
MASKWIRE_KEY MASKWIRE_JWT_SECRET_FILE MASKWIRE_JWT_SECRET MASKWIRE_UNSAFE_NO_AUTHENTICATION; a flag wins over its variable, a variable over the file.

Exit: 0 drained, 1 the address cannot be used or required network policies are no longer in force, 2 usage or configuration.`,
  define: (parser) =>
    parser
      .addOption(configOption())
      .addOption(
        new Option("--port <number>", "public port; 0: the system picks one").argParser(wholeNumber(0, 65_535)),
      )
      .addOption(new Option("--demo", "play made-up events into the feed `demo`").default(false)),
  run: async (args, io) => {
    const isDemo = args.demo ?? false;
    const loaded = await loadConfig({
      environment: io.environment,
      configFile: args.config,
      listenPort: args.port,
      missingKey: isDemo ? "random" : "none",
    });
    const problems = loaded.ok ? checkReach(loaded.value.config, loaded.value.fileName ?? "defaults") : loaded.problems;
    if (!loaded.ok || problems.length > 0) {
      report(problems, io);
      return 2;
    }
    const settings = isDemo ? { ...loaded.value, config: withDemoFeed(loaded.value.config) } : loaded.value;
    // Before the first line that says it listens: whoever reads that may already end it.
    const signal = untilSignal(io);
    const running = await start(settings, io, signal);
    if (running === undefined) return 1;
    if (running.addresses.some(({ listeners }) => listeners.includes("subscribe"))) greet(settings, running, io);
    const stopDemo = isDemo ? playDemo(settings, running, io) : () => undefined;
    const isLost = await Promise.race([signal.then(() => false), running.untilLost().then(() => true)]);
    stopDemo();
    tell(io, isLost ? POLICIES_LOST : "draining; a second signal ends at once");
    const limit = new Promise<void>((resolve) => void nodeClock.after(settings.config.limits.drainLimitMs, resolve));
    await Promise.race([isLost ? running.stopAtOnce() : running.stop(), limit]);
    return isLost ? 1 : 0;
  },
};

async function start(
  { config, hmac, jwtSecret }: Loaded,
  io: Io,
  stopping: Promise<void>,
): Promise<RunningServer | undefined> {
  const log = createLog((line) => void io.stderr.write(line));
  try {
    const running = await startServer(config, {
      clock: nodeClock,
      log,
      stopping,
      ...(hmac === undefined ? {} : { hmac }),
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
    });
    // Said every time: whoever reaches an address may use it.
    if (config.auth === undefined) log.warn("no-authentication");
    return running;
  } catch (thrown) {
    const numbers = Object.entries(toStreamError(thrown).details).map(([name, value]) => ` (${name} ${value})`);
    tell(io, `${explain(thrown)}${numbers.join("")}`);
    return undefined;
  }
}

function greet({ config, fileName }: Loaded, running: RunningServer, io: Io): void {
  const at = (name: "publish" | "subscribe"): string => {
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
${viewLines(config, `${at("subscribe")}/v1/feeds/${feed}/events`, feed)}  publish  curl ${at("publish")}/v1/feeds/${feed}/events${bearer} -H 'content-type: application/json' -d '{"from":"jane@example.com"}'
  mask     echo 'card 4111 1111 1111 1111' | curl -NT - ${at("publish")}/v1/mask${bearer} -H 'content-type: text/plain'

`);
}

/** The same for each view of the feed. */
function viewLines({ feeds }: ServerConfig, url: string, feed: string): string {
  const names = Object.keys(feeds[feed]?.views ?? {});
  const width = Math.max(0, ...names.map((view) => view.length));
  const lines = names.map((view) => {
    const summary =
      feed === DEMO_FEED && Object.hasOwn(DEMO_VIEWS, view)
        ? `${" ".repeat(4 + width - view.length)}${DEMO_VIEWS[view].summary}`
        : "";
    return `           curl -N '${url}?view=${view}'${summary}\n`;
  });
  return lines.join("");
}

/** The demo's feed always exists, and Ctrl-C does not wait for load balancers that are not there. */
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
  };
}

function playDemo({ config, hmac, isKeyRandom }: Loaded, { server }: RunningServer, io: Io): () => void {
  if (isKeyRandom) tell(io, "the root key is random and dies with this process: tokens change at each start");
  const policy = demoPolicy(config, hmac);
  const show = (raw: string, masked: string): void =>
    void io.stdout.write(formatPair(raw, masked, { isColoured: io.environment["NO_COLOR"] === undefined }));
  return startDemo(server, {
    clock: nodeClock,
    perSecond: DEMO_EVENTS_PER_SECOND,
    policy,
    ...(io.isStdoutTerminal ? { show } : {}),
  });
}

function demoPolicy(config: ServerConfig, hmac: Loaded["hmac"]): Policy {
  const compiled = compileNamed(config, config.feeds[DEMO_FEED]?.policy ?? "default", { hmac });
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
