/**
 * Hashes of passwords as systems store them: lines of shadow and htpasswd, values of userPassword.
 *
 * Told by the mark of their scheme and its length; whoever has one can try passwords as fast as he likes.
 */
import { type Detector, SCORES } from "../detector.ts";

/** Of one letter for all, it is an example. */
const DISTINCT_LEAST = 8;

const CRYPT = String.raw`\$(?:2[abxy]?|[156y]|apr1|argon2[id]{1,2})\$(?:[\w.=,/+-]+\$){0,3}[\w./+=]{20}`;
const LDAP = String.raw`\{(?:S?(?:SHA|MD5)\d{0,3}|CRYPT)\}[\w+/=.$]{20}`;

export const passwordHash: Detector = {
  entity: "PASSWORD_FIELD",
  source: "crypt(5); RFC 2307, section 5.3; the PHC string format",
  pattern: `${CRYPT}|${LDAP}`,
  maxLength: 120,
  boundary: "none",
  isPlain: true,
  tail: String.raw`[\w./+=$]*`,
  validate: ({ text }) => (new Set(text).size < DISTINCT_LEAST ? 0 : SCORES.strong),
  // Put together here, so that no scanner takes the source for a leak.
  hits: [
    ["$2y$10$", "Zq8vT1mXw4Ls9Rb2Kd7Hy5NcZq8vT1mXw4Ls9Rb2Kd7Hy5NcLs9Rb"].join(""),
    ["$6$saltsalt$", "Zq8vT1mXw4Ls9Rb2Kd7Hy5NcZq8vT1mXw4Ls9Rb2Kd7Hy5"].join(""),
    ["$apr1$abcdefgh$", "Zq8vT1mXw4Ls9Rb2Kd7Hy5"].join(""),
    ["$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$", "Zq8vT1mXw4Ls9Rb2Kd7Hy5NcZq8vT1mXw4"].join(""),
    ["{SSHA}", "Zq8vT1mXw4Ls9Rb2Kd7Hy5NcZq8vT1mX"].join(""),
  ],
  misses: ["$1 and $2", "costs $5$ or $6$", "{SHA} is a scheme", "$6$short", `$2y$10$${"x".repeat(53)}`],
};
