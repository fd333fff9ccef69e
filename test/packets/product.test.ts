/** The whole product on packets: masked events arrive, and nothing raw is on any link where it does not belong. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureKubectl } from "../support/kubectl.ts";
import { requireProgram } from "../support/run-server.ts";
import { startCapture, whyNoCapture, type Captured } from "./capture.ts";
import { demoCluster } from "./demo.ts";
import { whyNoLab } from "./lab.ts";
import type { Target } from "./network.ts";
import {
  BROKER,
  BROKER_PORT,
  ensureNats,
  everyTarget,
  MASKER,
  PRODUCER,
  ROGUE,
  startProduct,
  SUBSCRIBER,
  withBroker,
  type Product,
} from "./product.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || whyNoCapture() || kubectl.reason || ensureNats().reason;
if (reason !== "") console.warn(`the product was not tried on packets: ${reason}`);

// No page and no example has it.
const CARD = "4539 1208 7316 2901";
const EMAIL = "marker.person@raw.example";
const SECRET = "AKIAQ3EGRWZ7XH2KD5VN";
const RAW = [CARD, EMAIL, SECRET];
const EVENT = JSON.stringify({ card: CARD, from: EMAIL, note: `key ${SECRET}`, seq: "last" });
const JSON_POST = { method: "POST", headers: { "content-type": "application/json" }, body: EVENT };
/** Raw data may be here, between those who hold it and the masker, and nowhere else. */
const TO_MASKER = [`${MASKER}: ${PRODUCER} > ${MASKER}:8080`, `${PRODUCER}: ${PRODUCER} > ${MASKER}:8080`];
const TO_BROKER = [
  `${BROKER}: ${PRODUCER} > ${BROKER}:${BROKER_PORT}`,
  `${PRODUCER}: ${PRODUCER} > ${BROKER}:${BROKER_PORT}`,
];

/** What a subscriber may try on the one port that it can reach. */
const HOSTILE = [
  "GET /v1/feeds/a/events?from=oldest&view=raw",
  "GET /v1/feeds/a/events?from=oldest&policy=none",
  "GET /v1/feeds/a/events?from=oldest",
  "GET /v1/feeds/a%2F..%2Fa/events?from=oldest",
  "POST /v1/feeds/a/events",
  "POST /v1/mask",
  "GET /metrics",
  "GET /readyz",
  "GET http://10.1.1.2:4222/",
  "CONNECT 10.1.1.2:4222",
  "GET /v1/relays/vendor/../../feeds/a/events?from=oldest",
  "GET /v1/relays/http:%2F%2F10.1.1.2:4222",
];

describe.skipIf(reason !== "")("the product in packets", () => {
  const cluster = withBroker(demoCluster(kubectl));
  let product: Product;
  let broker: Target;
  let publishUrl: string;
  let subscribeUrl: string;
  beforeAll(async () => {
    requireProgram();
    product = await startProduct(cluster);
    broker = { address: product.addressOf(BROKER), port: BROKER_PORT };
    publishUrl = `http://${product.addressOf(MASKER)}:8080`;
    subscribeUrl = `http://${product.addressOf(MASKER)}:8081`;
  });
  afterAll(() => product.stop());

  /** What passed the links while `act` ran. */
  async function captured(act: () => Promise<void>): Promise<Captured> {
    const capture = await startCapture(product.network);
    await act();
    return await capture.stop();
  }

  async function tellBroker(): Promise<string> {
    const say = `CONNECT {}\r\nPUB raw.events ${EVENT.length}\r\n${EVENT}\r\nPING\r\n`;
    return await product.network.talk(PRODUCER, broker, { say, until: "PONG" });
  }

  async function listenToBroker(host: string): Promise<string> {
    return await product.network.talk(host, broker, { say: "CONNECT {}\r\nSUB > 1\r\n", until: SECRET });
  }

  /** Publishes until `who` has heard it: when a broker has taken a subscription nobody is told. */
  async function tellUntil(who: Promise<string>): Promise<string> {
    for (;;) {
      await tellBroker();
      const heard = await Promise.race([who, Promise.resolve()]);
      if (heard !== undefined) return heard;
    }
  }

  it("sees the leak where no policy is in force: a rogue reads the raw broker", async () => {
    product.enforce([]);
    const seen = await captured(async () => {
      expect(await tellUntil(listenToBroker(ROGUE))).toContain(CARD);
    });
    const leak = [BROKER, ROGUE].map((link) => `${link}: ${ROGUE} < ${BROKER}:${BROKER_PORT}`);
    expect(seen.seenAt(RAW)).toEqual([...leak, ...TO_BROKER].toSorted());
  });

  it("brings masked events to the subscriber, and raw ones only to the masker and the raw broker", async () => {
    product.enforce(cluster.policies);
    const { network } = product;
    const seen = await captured(async () => {
      expect((await network.request(PRODUCER, `${publishUrl}/v1/feeds/a/events`, JSON_POST)).status).toBe(200);
      expect((await network.request(PRODUCER, `${publishUrl}/v1/mask`, JSON_POST)).status).toBe(200);
      expect(await tellBroker()).toContain("PONG");
      for (const url of [subscribeUrl, subscribeUrl.replace("http", "ws")]) {
        const text = await network.follow(SUBSCRIBER, `${url}/v1/feeds/a/events?from=oldest`, "last");
        for (const entity of ["CREDIT_CARD", "EMAIL", "CLOUD_KEY"]) expect(text).toContain(`[${entity}`);
        for (const raw of RAW) expect(text).not.toContain(raw);
      }
      expect(await listenToBroker(ROGUE)).toBe("");
      expect(await listenToBroker(SUBSCRIBER)).toBe("");
    });
    for (const raw of RAW) expect(seen.seenAt([raw])).toEqual([...TO_BROKER, ...TO_MASKER].toSorted());
    // The same reading of the same packets finds what is meant to arrive.
    expect(seen.seenAt(["[CREDIT_CARD"])).toContain(`${SUBSCRIBER}: ${SUBSCRIBER} < ${MASKER}:8081`);
  });

  it("lets subscriber and rogue open nothing but what is theirs, on any address and port", async () => {
    product.enforce(cluster.policies);
    const opened = async (host: string): Promise<string[]> => {
      const targets = everyTarget(cluster, host);
      const answers = await product.network.dial(host, targets, "GET / HTTP/1.1\r\n\r\n");
      return targets
        .filter((_, index) => answers[index] !== "refused")
        .map(({ address, port }) => `${address}:${port}`);
    };
    expect(await opened(SUBSCRIBER)).toEqual([
      `${product.addressOf(MASKER)}:8081`,
      `${product.addressOf("kube-system/dns")}:53`,
    ]);
    const zones = cluster.hosts.filter(({ pod }) => ["maskwire", "raw", "masked"].includes(pod?.namespace ?? ""));
    const fromRogue = await opened(ROGUE);
    expect(fromRogue.filter((end) => zones.some(({ address }) => end.startsWith(`${address}:`)))).toEqual([]);
    expect(fromRogue).not.toEqual([]);
  });

  it("holds a producer that was taken over: what it sends everywhere gets to the masker, the broker and DNS", async () => {
    product.enforce(cluster.policies);
    const targets = everyTarget(cluster, PRODUCER);
    const seen = await captured(async () => {
      await product.network.dial(PRODUCER, targets, EVENT);
      await product.network.shout(PRODUCER, targets, EVENT);
    });
    const elsewhere = seen.seenAt(RAW).filter((place) => !place.startsWith(`${PRODUCER}: `));
    expect(elsewhere).toEqual([`kube-system/dns: ${PRODUCER} > kube-system/dns:53`, TO_MASKER[0], TO_BROKER[0]]);
  });

  it("gives a subscriber nothing raw and no way on, whatever it asks of the one port that it has", async () => {
    product.enforce(cluster.policies);
    const port = { address: product.addressOf(MASKER), port: 8081 };
    const seen = await captured(async () => {
      await product.network.request(PRODUCER, `${publishUrl}/v1/feeds/a/events`, JSON_POST);
      for (const request of HOSTILE) {
        const say = `${request} HTTP/1.1\r\nHost: maskwire\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
        // Node closes the connection of a CONNECT that nobody takes.
        expect(await product.network.talk(SUBSCRIBER, port, { say, until: "last" })).toMatch(
          /^$|^HTTP\/1\.1 (2|4)\d\d /,
        );
      }
    });
    expect(seen.seenAt(RAW)).toEqual(TO_MASKER);
    expect(seen.seenAt(["[CREDIT_CARD"])).toContain(`${SUBSCRIBER}: ${SUBSCRIBER} < ${MASKER}:8081`);
  });
});
