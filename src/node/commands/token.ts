/** `maskwire token`: API keys, and JWTs for development. */
import { randomBytes } from "node:crypto";
import { Argument, Option } from "commander";
import { StreamError } from "../../core/index.ts";
import { ACTIONS as GRANTED, grantsIn } from "../../server/auth/grant.ts";
import type { IssuerConfig } from "../../server/auth/auth-config.ts";
import { nodeClock } from "../clock.ts";
import { type Arguments, configOption, wholeNumber, type Command } from "../command.ts";
import { tellUnread } from "../config/unread.ts";
import { loadConfig, type Loaded } from "../config/load.ts";
import { readWhole } from "../input.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { explain, report } from "../policies.ts";

const KEY_BYTES = 32;
const DEFAULT_LIFE_SECONDS = 3_600;
const LIFE_LIMIT_SECONDS = 86_400;
const DEFAULT_SUBJECT = "developer";
const TOKEN_LIMIT_BYTES = 16_384;

export const token: Command = {
  notes: `
maskwire token key                 prints a new API key, and its hash for \`auth.apiKeys\`
maskwire token mint -c F -g GRANT  prints a JWT of the first issuer in F with HS algorithms, or of the one that --issuer names
maskwire token verify -c F         reads a token from stdin and prints what it may do

A grant is ACTION:FEEDS or ACTION:FEEDS:VIEW, as in subscribe:orders.*:support; actions are ${GRANTED.join(", ")}.

Exit: 0 done, 1 the token does not hold, 2 usage.`,
  define: (parser) =>
    parser
      .addArgument(new Argument("<what>", "what to do").choices(["key", "mint", "verify"]))
      .addOption(configOption())
      .addOption(new Option("-g, --grant <grant...>", "what the JWT may do").default([]))
      .addOption(new Option("--issuer <iss>", "whose JWT, of `auth.issuers`"))
      .addOption(new Option("--subject <sub>", "who holds it: limits count by it").default(DEFAULT_SUBJECT))
      .addOption(
        new Option("--life <seconds>", "life of the JWT")
          .argParser(wholeNumber(1, LIFE_LIMIT_SECONDS))
          .default(DEFAULT_LIFE_SECONDS),
      ),
  // The argument is where other commands have their file.
  run: (args, io) => ACTIONS[args.file as keyof typeof ACTIONS](args, io),
};

/** Loaded when it is asked for: no other command needs it, nor the package that it brings. */
const authentication = async (): Promise<typeof import("../../server/auth/authenticator.ts")> =>
  await import("../../server/auth/authenticator.ts");

const ACTIONS = { key: makeKey, mint, verify };

async function makeKey(_args: Arguments, io: Io): Promise<ExitCode> {
  const { API_KEY_PREFIX, sha256Hex } = await authentication();
  const key = API_KEY_PREFIX + randomBytes(KEY_BYTES).toString("base64url");
  io.stdout.write(`key     ${key}\nsha256  ${await sha256Hex(new TextEncoder().encode(key))}\n`);
  tell(io, "give the key to its holder; the configuration takes the hash only");
  return 0;
}

async function mint(
  { grant = [], life = DEFAULT_LIFE_SECONDS, subject = DEFAULT_SUBJECT, issuer: name, ...args }: Arguments,
  io: Io,
): Promise<ExitCode> {
  const loaded = await load(args, io);
  if (loaded === undefined) return 2;
  const { config, jwtSecret } = loaded;
  const issuer = config.auth?.issuers.find((one) => isSigner(one) && one.issuer === (name ?? one.issuer));
  const secret = issuer?.secret ?? jwtSecret;
  if (issuer === undefined || secret === undefined) {
    tell(
      io,
      "no such issuer with HS algorithms; add one to `auth.issuers`, with secretFile or MASKWIRE_JWT_SECRET_FILE",
    );
    return 2;
  }
  const scope = grant.map((one) => `maskwire:${one}`).join(" ");
  if (grant.length === 0 || grantsIn({ scope }).length < grant.length) {
    tell(io, "--grant: write ACTION:FEEDS or ACTION:FEEDS:VIEW, as in subscribe:orders.*:support");
    return 2;
  }
  const now = Math.floor(nodeClock.now() / 1000);
  const { SignJWT } = await import("jose");
  const jwt = await new SignJWT({ scope })
    .setProtectedHeader({ alg: issuer.algorithms[0] })
    .setIssuer(issuer.issuer)
    .setSubject(subject)
    .setAudience(typeof issuer.audience === "string" ? issuer.audience : issuer.audience[0])
    .setIssuedAt(now)
    .setExpirationTime(now + life)
    .sign(secret);
  io.stdout.write(`${jwt}\n`);
  return 0;
}

async function verify(args: Arguments, io: Io): Promise<ExitCode> {
  const loaded = await load(args, io);
  if (loaded === undefined) return 2;
  const { config, jwtSecret } = loaded;
  if (config.auth === undefined) {
    tell(io, "the configuration has no `auth`: nobody is asked for a token");
    return 2;
  }
  const text = await readWhole({ stream: io.stdin, isFile: false }, TOKEN_LIMIT_BYTES);
  const given = typeof text === "string" ? "" : new TextDecoder().decode(text).trim();
  const { Authenticator } = await authentication();
  try {
    const authenticator = new Authenticator({
      config: config.auth,
      jwtSecret,
      fetch: globalThis.fetch,
      clock: nodeClock,
    });
    const { grants, expiresAtMs } = await authenticator.accessOf(given);
    const end = expiresAtMs === undefined ? "no end" : `until ${new Date(expiresAtMs).toISOString()}`;
    const lines = grants.map(
      ({ actions, feeds, views }) => `${actions.join(",")}  ${feeds.join(",")}  ${views.join(",")}\n`,
    );
    io.stdout.write(`${end}\n${lines.join("")}`);
    return 0;
  } catch (thrown) {
    tell(io, explain(thrown instanceof StreamError ? thrown : new StreamError("UNAUTHENTICATED")));
    return 1;
  }
}

function isSigner({ algorithms }: IssuerConfig): boolean {
  return algorithms.every((algorithm) => algorithm.startsWith("HS"));
}

async function load({ config }: Arguments, io: Io): Promise<Loaded | undefined> {
  const loaded = await loadConfig({ environment: io.environment, configFile: config, missingKey: "none" });
  if (loaded.ok) {
    tellUnread(loaded.value.fileName, io);
    return loaded.value;
  }
  report(loaded.problems, io);
  return undefined;
}
