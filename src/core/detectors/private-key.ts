/** Private keys in PEM and PGP armour. Decided at the opening line; the body is the tail, closed or not. */
import { type Detector, SCORES } from "../detector.ts";

/** A line break as it is, or escaped once or more as in nested JSON. */
const BREAK = String.raw`(?:\r?\n|\\+r\\+n|\\+n)`;

/** `Proc-Type: 4,ENCRYPTED`, `Comment: …`: any text to the end of the line. */
const HEADERS = String.raw`(?:[ \t]*${BREAK}[A-Za-z-]{1,32}: [^\r\n"\\]*){0,8}`;

/** A key as string literals, one a line, joined by `+`, `,` or nothing. */
const JOINT = String.raw`["'][ \t,+]{0,8}${BREAK}[ \t]{0,64}["']`;

/** A hyphen is part of the body unless two follow each other: five open the last line. */
const BODY = String.raw`(?:[A-Za-z0-9+/=\s\\:,]|-[A-Za-z0-9+/=\s\\:,]|${JOINT})*`;
const END = "(?:-----END[A-Z0-9 _+-]{0,64}PRIVATE[ +]KEY(?: BLOCK)?-----)?";

export const privateKey: Detector = {
  entity: "PRIVATE_KEY",
  source: "RFC 7468, RFC 1421, RFC 9580 (armour), OpenSSH PROTOCOL.key",
  pattern: "-----BEGIN[A-Z0-9 _+-]{0,64}PRIVATE[ +]KEY(?: BLOCK)?-----",
  tail: HEADERS + BODY + END,
  boundary: "none",
  validate() {
    return SCORES.strong;
  },
  hits: [
    "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3BlbnNzaC1rZXktdjEA\r\n-----END OPENSSH PRIVATE KEY-----",
    String.raw`-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtL\n-----END EC PRIVATE KEY-----`,
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nMIIE\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: Test v1.4 (none)\n\nlQOYBE==\n-----END PGP PRIVATE KEY BLOCK-----",
    "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASC",
    '-----BEGIN PRIVATE KEY-----" +\n  "MIIBVgIBADANBgkqhkiG9w0BAQ" +\n  "FAASC\n-----END PRIVATE KEY-----',
  ],
  misses: [
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "BEGIN PRIVATE KEY",
    "the PRIVATE KEY is missing",
  ],
};
