/** What becomes of an open stream when the policy that allowed it is taken away, on packets. */
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode } from "../../src/core/errors.ts";
import { ensureKubectl } from "../support/kubectl.ts";
import { demoCluster } from "./demo.ts";
import { whyNoLab } from "./lab.ts";
import { MASKER, PRODUCER, PROMETHEUS, startProduct, SUBSCRIBER, type Product } from "./product.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || kubectl.reason;
if (reason !== "") console.warn(`open streams were not tried on packets: ${reason}`);

const HOSTS = [MASKER, PRODUCER, SUBSCRIBER, PROMETHEUS];
const NEVER = "no such text";

describe.skipIf(reason !== "")("an open stream", () => {
  const demo = demoCluster(kubectl);
  const cluster = { ...demo, hosts: demo.hosts.filter(({ name }) => HOSTS.includes(name)) };
  const withoutSubscribers = cluster.policies.filter(({ metadata }) => metadata.name !== "subscriber-to-maskwire");
  let product: Product;
  afterEach(() => product.stop());

  /** Under all policies; `stream` is what the subscriber gets until `until` came. */
  async function begin({ until, keys = {} }: { readonly until: string; readonly keys?: object }) {
    product = await startProduct(cluster, keys);
    product.enforce(cluster.policies);
    const url = `http://${product.addressOf(MASKER)}:8081/v1/feeds/a/events`;
    const stream = product.network.follow(SUBSCRIBER, url, until);
    await product.untilSubscribed();
    return { stream };
  }

  async function publish(body: string): Promise<number> {
    const url = `http://${product.addressOf(MASKER)}:8080/v1/feeds/a/events`;
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    return (await product.network.request(PRODUCER, url, init)).status;
  }

  async function newStream(): Promise<string[]> {
    return await product.network.dial(SUBSCRIBER, [{ address: product.addressOf(MASKER), port: 8081 }]);
  }

  it("outlives the policy that allowed it, where no new one begins", async () => {
    const { stream } = await begin({ until: "after" });
    product.enforce(withoutSubscribers);
    expect(await newStream()).toEqual(["refused"]);
    expect(await publish(`"after the change: 4539 1208 7316 2901"`)).toBe(200);
    expect(await stream).toContain("after the change: [CREDIT_CARD]");
  });

  it("ends at its greatest age, and does not come back", async () => {
    const { stream } = await begin({ until: NEVER, keys: { limits: { connectionMaxAgeMs: 1_000 } } });
    product.enforce(withoutSubscribers);
    expect(await stream).toContain(endOf("AGE_LIMIT"));
    expect(await newStream()).toEqual(["refused"]);
  });

  it("ends when a reload takes its feed away", async () => {
    const { stream } = await begin({ until: NEVER });
    product.reconfigure({ feeds: { b: {} } });
    expect(await stream).toContain(endOf("CONFIG_CHANGED"));
  });
});

function endOf(code: ErrorCode): string {
  return `event: maskwire.end\ndata: {"code":${ERRORS[code].close},`;
}
