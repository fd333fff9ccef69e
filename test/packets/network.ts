/**
 * The wires: each host in a network namespace of its own, one veth pair to the router, a /32 address, and an agent.
 *
 * Owns addresses, links and agents. Knows no policy: without rules everybody reaches everybody.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Host } from "./cluster.ts";
import { startLab, type Lab } from "./lab.ts";

/** Every pod's next hop, as Calico has it: link-local, the same on each link, and no address of anybody. */
const GATEWAY = "169.254.1.1";
const AGENT = fileURLToPath(new URL("agent.mjs", import.meta.url));
const DIAL_LIMIT_MS = 5_000;

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Who answered, by its name; else what stood in the way. */
export type Answer = string;

export interface Network {
  readonly lab: Lab;
  readonly hosts: readonly Host[];
  /** Namespace of this host; the router's end of its link is called the same. */
  linkOf(host: string): string;
  /** Listens on these ports of every host, each saying the host's name. */
  listen(ports: readonly number[], hosts?: readonly Host[]): Promise<void>;
  /** Dials all targets at once from this host. */
  dial(host: string, targets: readonly Target[]): Promise<Answer[]>;
  /** Replaces all rules of the router; empty: none. */
  filter(rules: string): void;
  stop(): Promise<void>;
}

export async function startNetwork(hosts: readonly Host[]): Promise<Network> {
  const lab = await startLab();
  try {
    const links = new Map(hosts.map(({ name }, index) => [name, `pod${index}`]));
    const linkOf = (host: string): string => {
      const link = links.get(host);
      if (link === undefined) throw new Error(`no host ${host}`);
      return link;
    };
    lab.run(["sh", "-e"], hosts.map((host) => wire(host, linkOf(host.name))).join(""));
    const agents = new Map<string, Agent>();
    const agentOf = (host: string): Agent => {
      const agent = agents.get(host) ?? new Agent(lab.start([process.execPath, AGENT], linkOf(host)));
      agents.set(host, agent);
      return agent;
    };
    return {
      lab,
      hosts,
      linkOf,
      async listen(ports, at = hosts) {
        await Promise.all(at.map(({ name }) => agentOf(name).ask({ listen: ports, name })));
      },
      async dial(host, targets) {
        const dial = targets.map(({ address, port }) => [address, port]);
        const { answers } = await agentOf(host).ask({ dial, limitMs: DIAL_LIMIT_MS });
        return answers as Answer[];
      },
      filter: (rules) => void lab.run(["nft", "-f", "-"], `flush ruleset\n${rules}`),
      stop: () => lab.stop(),
    };
  } catch (thrown) {
    await lab.stop();
    throw thrown;
  }
}

/** Shell commands that connect one host to the router, in the router's namespace. */
function wire({ address }: Host, link: string): string {
  return `
ip -batch - <<'END'
netns add ${link}
link add ${link} type veth peer name eth0 netns ${link}
address add ${GATEWAY}/32 dev ${link}
link set ${link} up
route add ${address}/32 dev ${link}
END
ip -n ${link} -batch - <<'END'
link set lo up
address add ${address}/32 dev eth0
link set eth0 up
route add ${GATEWAY}/32 dev eth0 scope link
route add default via ${GATEWAY} dev eth0
END
`;
}

/** One process in one namespace; commands are answered in order. */
class Agent {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    // Ends with the lab, in the middle of whatever it does.
    child.stdin.on("error", () => undefined);
    void once(child, "exit");
  }

  async ask(command: object): Promise<Record<string, unknown>> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await this.#answers.next();
      if (done === true) throw new Error("the agent has left");
      return JSON.parse(value) as Record<string, unknown>;
    });
    this.#last = answer.catch(() => undefined);
    return await answer;
  }
}
