/**
 * Secrets that no detector claims to find, by what they are.
 *
 * Owns the list and the reasons; docs/detectors.md shows them.
 */
export const UNCLAIMED_SECRETS: readonly (readonly [what: string, reason: string])[] = [
  ["Azure AD client secrets", "their mark, a digit and `Q~`, stands inside: every word would keep a text waiting"],
  ["MaxMind licence keys", "their mark is at the end: found where HIGH_ENTROPY is"],
  ["Twitter bearer tokens", "percent signs in them are read as escapes; behind `Bearer` they are an AUTH_HEADER"],
  ["numbers of clients and applications (Asana, Discord)", "identifiers, which the issuers publish"],
  ["`curl -u` in quotes", "quotes part words of a command line in ways that depend on the shell"],
  ["passwords in XML attributes and `data` of Kubernetes Secrets", "their name stands in another attribute or line"],
  [
    "JWTs whose header is no JSON, and JWTs in base 64 once more",
    "nothing reads them; `decodeBase64` reads the latter",
  ],
  [
    "a key with no name but `key` or `api`",
    "names of fields are in the table above; HIGH_ENTROPY finds the longer ones",
  ],
];
