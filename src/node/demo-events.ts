/**
 * Events with the shapes of real ones, without end: orders, tickets, log lines, webhooks, chat, deployments.
 *
 * Owns the shapes, among them the awkward ones: nested JSON, JSON inside a JSON string, `\u0040` for an at sign, and
 * numbers that only look like personal data and must stay. Every value is made up (demo-values.ts). Reads no clock.
 */
import {
  createDraw,
  DIGITS,
  drawAwsKey,
  drawCard,
  drawGithubToken,
  drawIban,
  drawIpv4,
  drawIpv6,
  drawJwt,
  drawMac,
  drawPerson,
  drawPhone,
  drawPrivateKey,
  drawSocialSecurityNumber,
  HEX,
  type Draw,
} from "./demo-values.ts";

export interface DemoEvent {
  /** Event type, such as `order.created`. */
  readonly event: string;
  /** One JSON value as text. */
  readonly data: string;
}

type Shape = (draw: Draw, at: string) => unknown;

const order: Shape = (draw, at) => {
  const buyer = drawPerson(draw);
  return {
    order: `A-${draw.text(DIGITS, 8)}`,
    at,
    customer: { name: buyer.name, email: buyer.email, phone: drawPhone(draw) },
    payment: { card: drawCard(draw), amount: 10 + draw.below(90), currency: "EUR" },
    items: [{ sku: `SKU-${draw.text(DIGITS, 6)}`, quantity: 1 + draw.below(3) }],
    client: { ip: drawIpv4(draw), app: "shop 6.17.2" },
  };
};

const ticket: Shape = (draw, at) => {
  const writer = drawPerson(draw);
  const complaint = draw.pick([
    `I was charged twice on ${drawCard(draw)}. Please call me on ${drawPhone(draw)}.`,
    `My refund should go to ${drawIban(draw)}, not to the old account.`,
    `I cannot log in from ${drawIpv4(draw)} any more. Write to ${writer.email}, please.`,
    `Why do you ask for my social security number? It is ${drawSocialSecurityNumber(draw)}.`,
  ]);
  return { ticket: 40_000 + draw.below(9_999), at, from: `${writer.name} <${writer.email}>`, text: complaint };
};

const logLine: Shape = (draw, at) => ({
  ts: at,
  level: draw.pick(["info", "warn", "error"]),
  trace_id: draw.text(HEX, 32),
  msg: draw.pick([
    `login ok user=${drawPerson(draw).email} ip=${drawIpv4(draw)} took=${draw.below(90)}ms`,
    `peer ${drawIpv6(draw)} announced build 10.2.3 with digest ${draw.text(HEX, 16)}`,
    `dhcp lease ${drawIpv4(draw)} for ${drawMac(draw)}`,
    `retry ${draw.below(9)} of upstream, nothing personal here`,
  ]),
});

/** The delivery of a webhook whose body arrived as a string: JSON inside JSON. */
const webhook: Shape = (draw, at) => {
  const author = drawPerson(draw);
  const push = {
    ref: "refs/heads/main",
    head_commit: {
      id: draw.text(HEX, 40),
      message: `Fix deploy\n\nexport GITHUB_TOKEN=${drawGithubToken(draw)}`,
      author: { name: author.name, email: author.email },
    },
  };
  return { delivery: draw.text(HEX, 12), at, sender_ip: drawIpv4(draw), payload: JSON.stringify(push) };
};

const refund: Shape = (draw, at) => {
  const owner = drawPerson(draw);
  const answer = { status: "ok", account: { iban: drawIban(draw), owner_email: owner.email } };
  return { refund: `R-${draw.text(DIGITS, 6)}`, at, amount: draw.below(200) + 0.5, provider: JSON.stringify(answer) };
};

/** An answer of a language model that repeats what it was told. */
const chat: Shape = (draw, at) => {
  const user = drawPerson(draw);
  const said = draw.pick([
    `Sure. I have noted ${user.email} and ${drawPhone(draw)} for the callback.`,
    `The card you gave, ${drawCard(draw)}, is valid until 12/29.`,
    `You are connecting from ${drawIpv6(draw)}; your IBAN is ${drawIban(draw)}.`,
  ]);
  return {
    id: `chat-${draw.text(HEX, 8)}`,
    at,
    choices: [{ index: 0, message: { role: "assistant", content: said } }],
  };
};

const deployment: Shape = (draw, at) => ({
  deployment: draw.text(HEX, 10),
  at,
  environment: draw.pick([
    { AWS_ACCESS_KEY_ID: drawAwsKey(draw), REGION: "eu-central-1" },
    { TLS_KEY: drawPrivateKey(draw), REPLICAS: 3 },
    { SERVICE_JWT: drawJwt(draw, drawPerson(draw)), VERSION: "2.4.11" },
  ]),
});

const device: Shape = (draw, at) => ({
  device: `cam-${draw.below(40)}`,
  at,
  seen: { mac: drawMac(draw), addresses: [drawIpv4(draw), drawIpv6(draw)] },
  firmware: "4.11.0-rc2",
});

const profile: Shape = (draw, at) => {
  const person = drawPerson(draw);
  return {
    profile: draw.below(9_999),
    at,
    changed: { email: person.email, ssn: drawSocialSecurityNumber(draw), newsletter: draw.below(2) === 1 },
  };
};

const SHAPES: readonly (readonly [event: string, shape: Shape])[] = [
  ["order.created", order],
  ["ticket.opened", ticket],
  ["log.line", logLine],
  ["webhook.received", webhook],
  ["chat.answered", chat],
  ["payment.refunded", refund],
  ["deployment.started", deployment],
  ["device.seen", device],
  ["profile.updated", profile],
];

export const DEMO_EVENT_TYPES: readonly string[] = SHAPES.map(([event]) => event);

const FIRST_MOMENT_MS = Date.UTC(2026, 0, 5, 9);

/**
 * Endless events, the same ones for the same seed: each kind once, then at random. The default seed was chosen so that
 * the first nine show ten entities.
 * No event is longer than 4 KiB.
 */
export function* demoEvents(seed = 3): Generator<DemoEvent> {
  const draw = createDraw(seed);
  for (let count = 0; ; count += 1) {
    const [event, shape] = SHAPES[count] ?? draw.pick(SHAPES);
    const json = JSON.stringify(shape(draw, new Date(FIRST_MOMENT_MS + count * 333).toISOString()));
    // Some writers escape everything outside a safe list; a masker that looks at raw JSON misses these.
    const isEscaped = event === "profile.updated" || draw.below(8) === 0;
    yield { event, data: isEscaped ? json.replaceAll("@", String.raw`\u0040`) : json };
  }
}
