/**
 * What every host of maskwire must do, over HTTP and WebSocket: the same tests and the same expected bytes.
 *
 * Owns the configuration that the tests need. Never knows which runtime answers.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASE_KEY } from "../support/cases.ts";
import { AUTH_ENVIRONMENT, createAuthConfig, describeAuth } from "./auth.ts";
import { describeBadInput } from "./bad-input.ts";
import { casePolicies, describeCases } from "./cases.ts";
import { describeEncodings } from "./encodings.ts";
import { describeFeeds } from "./feeds.ts";
import { EVENT_LIMIT_BYTES, LINE_LIMIT_BYTES, MESSAGE_LIMIT_BYTES } from "./limits.ts";
import { describeMask } from "./mask.ts";
import { expectNothingRaw } from "./raw.ts";
import { describeRelays } from "./relays.ts";
import { describeSocketLines } from "./socket-lines.ts";
import { describeSockets } from "./sockets.ts";
import { describeTypes, TYPED_FEEDS } from "./types.ts";
import { describeViews, VIEWED_FEED } from "./views.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

/** A server under test: publish, subscribe, `/livez` and `/readyz` all at one origin. */
export interface RunningHost {
  readonly origin: string;
  /** Everything that the host has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Plain JSON with the keys of maskwire.yaml: also valid as that file, and as the worker's MASKWIRE_CONFIG. */
export type ContractConfig = ReturnType<typeof createConfig>;

export interface HostOptions {
  readonly config: ContractConfig | KeylessConfig | GuardedConfig;
  /** The variables of the host's environment: MASKWIRE_KEY, or none. */
  readonly environment: Readonly<Record<string, string>>;
}

export type StartHost = (options: HostOptions) => Promise<RunningHost>;

const ENVIRONMENT = { MASKWIRE_KEY: new TextDecoder().decode(CASE_KEY) };

/** Each test has its own feed, so that none sees another's events. */
const FEEDS =
  "sse ndjson resume gap replay left right types vanish half hostile refused live socket both-ways socket-resume socket-bad lines lines-resume lines-page lines-gap lines-left lines-right".split(
    " ",
  );

function createConfig(upstream: Upstream) {
  const relay = (path: string) => ({ url: `${upstream.origin}${path}`, unsafePlaintext: true });
  return {
    policies: {
      default: {},
      strict: { onInvalid: "close" },
      drop: { onInvalid: "drop" },
      cards: { entities: ["CREDIT_CARD"] },
      partial: { operators: { default: { operator: "mask", keepLast: 4 } } },
      hashed: { operators: { default: { operator: "hash" } } },
      ...casePolicies("keyed"),
    },
    feeds: {
      ...Object.fromEntries(FEEDS.map((name) => [name, { eventTypes: ["created"] }])),
      "socket-binary": { binary: "utf8" },
      cards: { policy: "cards" },
      strict: { policy: "strict" },
      viewed: VIEWED_FEED,
      "viewed-too": VIEWED_FEED,
      ...TYPED_FEEDS,
    },
    relays: {
      upstream: relay("/events"),
      reconnect: relay("/cut"),
      page: relay("/page"),
      gzip: relay("/gzip"),
      br: relay("/br"),
      deflate: relay("/deflate"),
      bare: relay("/deflate-raw"),
      bomb: relay("/bomb"),
      zstd: relay("/zstd"),
      corrupt: relay("/corrupt"),
    },
    limits: {
      eventLimitBytes: EVENT_LIMIT_BYTES,
      messageLimitBytes: MESSAGE_LIMIT_BYTES,
      lineLimitBytes: LINE_LIMIT_BYTES,
      drainGraceMs: 0,
      drainWindowMs: 0,
    },
  } as const;
}

/** For the cases that run without a key; as small as it gets, so that every default is what it is for everyone. */
function createKeylessConfig() {
  return { policies: casePolicies("keyless"), limits: { drainGraceMs: 0, drainWindowMs: 0 } };
}

type KeylessConfig = ReturnType<typeof createKeylessConfig>;
type GuardedConfig = ReturnType<typeof createAuthConfig>;

/** Declares the contract's tests for one host. */
export function describeContract(name: string, start: StartHost): void {
  describe(name, () => {
    let upstream: Upstream;
    let host: RunningHost;
    let keyless: RunningHost;
    let guarded: RunningHost;

    beforeAll(async () => {
      upstream = await startUpstream();
      host = await start({ config: createConfig(upstream), environment: ENVIRONMENT });
      keyless = await start({ config: createKeylessConfig(), environment: {} });
      guarded = await start({ config: createAuthConfig(), environment: AUTH_ENVIRONMENT });
    });

    afterAll(async () => {
      await host?.stop();
      await keyless?.stop();
      await guarded?.stop();
      await upstream?.stop();
    });

    const origin = (): string => host.origin;
    describeMask(origin);
    describeBadInput(origin);
    describeFeeds(origin);
    describeSockets(origin);
    describeSocketLines(origin);
    describeRelays(origin, () => host.log());
    describeEncodings(origin);
    describeViews(origin);
    describeTypes(origin);
    describeAuth(() => guarded.origin);
    describeCases({ keyed: origin, keyless: () => keyless.origin });

    test("has written nothing raw to its log", () => {
      expectNothingRaw(host.log() + keyless.log() + guarded.log());
      expect(guarded.log()).not.toMatch(/eyJ|mwk_/);
    });
  });
}
