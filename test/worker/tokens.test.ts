/**
 * What keyed operators make of one value: the same bytes in every feed of a tenant, every process and every runtime, also after a
 * restart; other ones for another tenant, entity and key version. All over HTTP, of the built program and of workerd.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperatorSpec, PolicySpec } from "../../src/core/index.ts";
import { post, send } from "../contract/client.ts";
import { Subscription } from "../contract/subscription.ts";
import { runServer } from "../support/run-server.ts";
import { OBJECTS, startWorkerd } from "../support/workerd.ts";

const ONE = "1".repeat(32);
const BOTH = `v1:${ONE}\nv2:${"2".repeat(32)}`;
/** A date of eight digits: something to every operator. */
const VALUE = "1985-03-14";
const EVENT = JSON.stringify({ user: { id: 7 }, first: VALUE, again: `on ${VALUE}.` });

const OPERATORS: Readonly<Record<string, OperatorSpec>> = {
  hash: { operator: "hash" },
  pseudonym: { operator: "pseudonym" },
  encrypt: { operator: "encrypt" },
  fpe: { operator: "fpe" },
  "date-shift": { operator: "date-shift", subject: "user.id" },
};
const NAMES = Object.keys(OPERATORS);

/** Policies of one operator: two of one tenant, one for another entity, one of another tenant. */
function policiesOf(name: string): Readonly<Record<string, PolicySpec>> {
  const policy = (entity: string, tenant: string): PolicySpec => ({
    tenant,
    entities: [entity],
    detectors: [{ entity, pattern: String.raw`\d{4}-\d{2}-\d{2}`, hits: [VALUE] }],
    operators: { [entity]: OPERATORS[name] },
  });
  return {
    [`${name}-a`]: policy("A_VALUE", "acme"),
    [`${name}-again`]: { ...policy("A_VALUE", "acme"), threshold: 0.5 },
    [`${name}-b`]: policy("B_VALUE", "acme"),
    [`${name}-other`]: policy("A_VALUE", "other"),
  };
}

const OPEN = { unsafeNoAuthentication: true };
const CONFIG = {
  policies: { default: {}, ...Object.assign({}, ...NAMES.map(policiesOf)) },
  feeds: Object.fromEntries(
    NAMES.flatMap((name) => [
      [`${name}-one`, { policy: `${name}-a` }],
      [`${name}-two`, { policy: `${name}-again` }],
    ]),
  ),
};

interface Host {
  readonly origin: string;
  stop(): Promise<unknown>;
}

interface Keys {
  readonly secret: string;
  readonly current?: number;
}

type Start = (keys: Keys) => Promise<Host>;

const configOf = ({ current }: Keys): object => (current === undefined ? CONFIG : { ...CONFIG, keys: { current } });
const RUNTIMES: Readonly<Record<string, Start>> = {
  Node: (keys) => runServer({ config: configOf(keys), environment: { MASKWIRE_KEY: keys.secret } }),
  workerd: (keys) => {
    const config = { ...configOf(keys), listeners: { publish: OPEN, subscribe: OPEN } };
    const variables = { MASKWIRE_CONFIG: JSON.stringify(config), MASKWIRE_KEY: keys.secret };
    return startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables });
  },
};

/** What stands for the value, without its entity; the same at both places of the event. */
function tokenIn(json: string): string {
  const { first, again } = JSON.parse(json) as { first: string; again: string };
  expect(again).toBe(`on ${first}.`);
  return first.replace(/^[AB]_VALUE/, "");
}

async function masked({ origin }: Host, policy: string): Promise<string> {
  const answer = await post(`${origin}/v1/mask?policy=${policy}`, "application/json", EVENT);
  expect(answer.status).toBe(200);
  return tokenIn(answer.text);
}

async function published({ origin }: Host, feed: string): Promise<string> {
  const url = `${origin}/v1/feeds/${feed}/events`;
  const receipt = await post(url, "application/json", EVENT);
  expect(JSON.parse(receipt.text)).toMatchObject({ accepted: 1 });
  const subscription = new Subscription(`${url}?from=oldest`);
  const [event] = await subscription.events(1);
  subscription.call.vanish();
  return tokenIn(event.data);
}

/** Every token that a host makes, by operator. */
async function tokensOf(host: Host): Promise<Readonly<Record<string, readonly string[]>>> {
  const all = NAMES.map(async (name) => {
    const tokens = [await masked(host, `${name}-a`), await masked(host, `${name}-again`)];
    return [name, [...tokens, await published(host, `${name}-one`), await published(host, `${name}-two`)]] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

async function withHost<Result>(start: Start, keys: Keys, run: (host: Host) => Promise<Result>): Promise<Result> {
  const host = await start(keys);
  try {
    return await run(host);
  } finally {
    await host.stop();
  }
}

describe("tokens of one value", () => {
  let hosts: readonly Host[] = [];
  /** One of each, of the first host; all others are compared with it. */
  let wanted: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    const { Node, workerd } = RUNTIMES;
    hosts = [await Node({ secret: ONE }), await Node({ secret: ONE }), await workerd({ secret: ONE })];
    const tokens = await Promise.all(NAMES.map(async (name) => [name, await masked(hosts[0], `${name}-a`)] as const));
    wanted = Object.fromEntries(tokens);
  });
  afterAll(async () => {
    for (const host of hosts) await host.stop();
  });

  const expectWanted = async (host: Host): Promise<void> => {
    const tokens = await tokensOf(host);
    for (const name of NAMES) expect([name, new Set(tokens[name])]).toEqual([name, new Set([wanted[name]])]);
  };

  test("hide it, each in its own way", () => {
    expect(new Set([VALUE, ...Object.values(wanted)]).size).toBe(NAMES.length + 1);
  });

  test("are what the page says, by cryptography that is not ours", () => {
    const keyOf = (purpose: string, entity: string): Buffer =>
      Buffer.from(hkdfSync("sha256", ONE, "maskwire/root/v1", `maskwire\0${purpose}\0v1\0acme\0${entity}`, 32));
    const digest = (purpose: string, entity: string, text: string): Buffer =>
      createHmac("sha256", keyOf(purpose, entity)).update(text).digest();
    const letters = (bytes: Buffer, count: number, alphabet: string): string => {
      const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      return Array.from(
        { length: count },
        (_, at) => alphabet[Number.parseInt(bits.slice(5 * at, 5 * at + 5), 2)],
      ).join("");
    };
    const hash = letters(digest("hash", "A_VALUE", VALUE), 16, "abcdefghijklmnopqrstuvwxyz234567");
    const pseudonym = letters(digest("pseudonym", "A_VALUE", VALUE), 8, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    expect([wanted["hash"], wanted["pseudonym"]]).toEqual([`_${hash}`, `_${pseudonym}`]);
    const place = digest("date-shift", "", "s7").readUIntBE(0, 6) % 730;
    const days = place < 365 ? place - 365 : place - 364;
    expect(wanted["date-shift"]).toBe(new Date(Date.parse(VALUE) + days * 86_400_000).toISOString().slice(0, 10));
  });

  test("are the same in both feeds, by both policies, in two processes and in workerd", async () => {
    for (const host of hosts) await expectWanted(host);
  });

  test.each(Object.entries(RUNTIMES))("are the same after a restart of %s", async (_, start) => {
    await withHost(start, { secret: ONE }, expectWanted);
  });

  test("are others for another tenant, and for another entity, but for dates that move", async () => {
    for (const host of [hosts[0], hosts[2]]) {
      for (const name of NAMES) {
        const [entity, tenant] = [await masked(host, `${name}-b`), await masked(host, `${name}-other`)];
        expect([name, entity === wanted[name]]).toEqual([name, name === "date-shift"]);
        expect([name, tenant === wanted[name]]).toEqual([name, false]);
      }
    }
  });

  test("are others by another key version, and the old ones where that is the current one", async () => {
    const byRuntime = await Promise.all(
      Object.values(RUNTIMES).map((start) =>
        withHost(start, { secret: BOTH }, async (host) => {
          const tokens = NAMES.map((name) => masked(host, `${name}-a`));
          return await Promise.all(tokens);
        }),
      ),
    );
    expect(byRuntime[0]).toEqual(byRuntime[1]);
    NAMES.forEach((name, at) => expect([name, byRuntime[0][at] === wanted[name]]).toEqual([name, false]));
    for (const start of Object.values(RUNTIMES)) await withHost(start, { secret: BOTH, current: 1 }, expectWanted);
  });

  test("of a wrong root key are no tokens of ours", async () => {
    const { Node } = RUNTIMES;
    const others = await withHost(Node, { secret: "3".repeat(32) }, async (host) => {
      return await Promise.all(NAMES.map((name) => masked(host, `${name}-a`)));
    });
    NAMES.forEach((name, at) => expect([name, others[at] === wanted[name]]).toEqual([name, false]));
  });

  test("are not made without a key: neither runtime starts to mask", async () => {
    const environment = {};
    await expect(runServer({ config: CONFIG, environment })).rejects.toThrow("KEY_MISSING");
    const config = { ...CONFIG, listeners: { publish: OPEN, subscribe: OPEN } };
    const variables = { MASKWIRE_CONFIG: JSON.stringify(config) };
    const worker = await startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables });
    try {
      const answer = await post(`${worker.origin}/v1/mask?policy=hash-a`, "application/json", EVENT);
      expect([answer.status, answer.text.includes("KEY_MISSING")]).toEqual([500, true]);
      expect((await send(`${worker.origin}/v1/feeds/hash-one/events`)).status).toBe(500);
    } finally {
      await worker.stop();
    }
  });
});
