/** What neighbours, words before a value and overlaps do to a finding; engine and definition give the same answer. */
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { compilePolicy, findAll } from "../../src/core/index.ts";
import { naiveFindings } from "../support/naive-matcher.ts";

/** The text with every finding replaced by its entity. */
type Row = readonly [text: string, masked: string];

const policy = compilePolicy({});

function redact(text: string): string {
  let out = "";
  let end = 0;
  for (const found of naiveFindings(BUILT_IN, text)) {
    out += `${text.slice(end, found.start)}[${found.entity}]`;
    end = found.end;
  }
  return out + text.slice(end);
}

function redactByEngine(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let out = "";
  let end = 0;
  for (const found of findAll(policy, bytes)) {
    out += `${decoder.decode(bytes.subarray(end, found.start))}[${found.entity}]`;
    end = found.end;
  }
  return out + decoder.decode(bytes.subarray(end));
}

const NEIGHBOURS: readonly Row[] = [
  ["Write to jane.roe@acme-corp.com.", "Write to [EMAIL]."],
  ["'jane@acme.com', <joe@acme.com>;", "'[EMAIL]', <[EMAIL]>;"],
  ["_jane@acme.com_", "[EMAIL]_"],
  ["😀jane.roe@acme-corp.com😀", "😀[EMAIL]😀"],
  ["请联系jane@acme.com谢谢", "请联系[EMAIL]谢谢"],
  ["see https://a.example/reset?email=jane%40acme.com&x=1", "see https://a.example/reset?email=[EMAIL]&x=1"],
  [`${"a".repeat(200)}@acme-corp.com`, `${"a".repeat(136)}[EMAIL]`],
  [`${"a".repeat(200)}＠acme-corp.com`, `${"a".repeat(136)}[EMAIL]`],
  [`${"a".repeat(200)}%40acme-corp.com`, `${"a".repeat(136)}[EMAIL]`],
  [`${"a".repeat(200)}\u200b@acme-corp.com`, `${"a".repeat(136)}[EMAIL]`],
  ["password: requir%65d", "password: [PASSWORD_FIELD]"],
  ["amqps%3A%2F%2Fjane%3Ahunter2%40mq@", "amqps%3A%2F%2F[URL_CREDENTIALS]@"],
  ["joe@acme.com2, joe@acme.com74: joe@acme.com@x", "[EMAIL], [EMAIL]: joe@acme.com@x"],
  ["4111111111111111,5555555555554444", "[CREDIT_CARD],[CREDIT_CARD]"],
  ["card=4111+1111+1111+1111&cvc=1", "card=[CREDIT_CARD]&cvc=[CARD_CVV_EXPIRY]"],
  ["4111 1111 1111 1111 12/27 123", "[CREDIT_CARD] 12/27 123"],
  ["卡号4111111111111111。", "卡号[CREDIT_CARD]。"],
  ["4111111111111111\u0301 x", "[CREDIT_CARD]\u0301 x"],
  ["4111\u200d1111\u20131111\u00a01111", "[CREDIT_CARD]"],
  ["4111\u200d1111\u00001111\u00ad1111", "[CREDIT_CARD]"],
  ["٤١١١ ١١١١ ١١١١ ١١١١", "[CREDIT_CARD]"],
  ["91 4111111111111111", "91 [CREDIT_CARD]"],
  ["914111111111111111", "914111111111111111"],
  ["DE89 3704 0044 0532 0130 00 COBADEFF", "[IBAN] COBADEFF"],
  ["iban_DE89370400440532013000.", "iban_[IBAN]."],
  ["536-90-4399, 536-90-4399-1", "[US_SSN], 536-90-4399-1"],
  ["took 128 100 20 3000 ms", "took 128 100 20 3000 ms"],
  ["(192.168.1.1) http://10.0.0.1:8080/ 10.0.0.1.", "([IPV4]) http://[IPV4]:8080/ [IPV4]."],
  ["Chrome/120.0.0.0 host/127.0.0.1", "Chrome/120.0.0.0 host/[IPV4]"],
  ["from [fe80::1ff:fe23:4567:890a%eth0]:443", "from [[IPV6]]:443"],
  ["node:2001:db8::1, fe80::1: timeout", "node:[IPV6], [IPV6]: timeout"],
  ["eth0:2001:db8::1 text2001:fe80::1 text2001:db8::1", "eth0:[IPV6] text2001:[IPV6] text2001:db8::1"],
  ["fe80::1%41 2001:db8::1%20x", "[IPV6] [IPV6]%20x"],
  ["mac:00:11:22:33:44:55", "mac:[MAC]"],
  ["call +1 (415) 555-2671 x204", "call [PHONE]"],
  ["tel:+14155552671;+33 1 23 45 67 89.", "tel:[PHONE];[PHONE]."],
  ["AWS_AKIAIOSFODNN7EXAMPLE", "AWS_[CLOUD_KEY]"],
  ["Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln. Next", "Bearer [JWT]. Next"],
  ["AAeyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "AA[JWT]"],
  ['{"k":"-----BEGIN PRIVATE KEY-----\\nMIIB"} mail', '{"k":"[PRIVATE_KEY]"} mail'],
  ["-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nnext", "[PRIVATE_KEY]\nnext"],
];

const CONTEXT: readonly Row[] = [
  ["card 1234567812345670", "card [CREDIT_CARD]"],
  ["number 1234567812345670", "number 1234567812345670"],
  ["cardNumber: 4222222222222", "cardNumber: [CREDIT_CARD]"],
  ["discard 4222222222222", "discard 4222222222222"],
  ["visa 41 11 11 11 11 11 11 11", "visa [CREDIT_CARD]"],
  ["card 1741637913318", "card 1741637913318"],
  ["card\n4222222222222", "card\n4222222222222"],
  [`card ${"- ".repeat(20)}4222222222222`, `card ${"- ".repeat(20)}4222222222222`],
  ["ssn 536904399", "ssn [US_SSN]"],
  ["social security no. 912-34-5678", "social security no. [US_SSN]"],
  ["part 912-34-5678", "part 912-34-5678"],
  ["order 536904399", "order 536904399"],
  ["ip dead::beef", "ip [IPV6]"],
  ["use dead::beef", "use dead::beef"],
  ["connecting from ::1", "connecting from [IPV6]"],
  ["mac 01-02-03-04-05-06", "mac [MAC]"],
  ["phone: 467 3395", "phone: [PHONE]"],
  ["mobile2=4155552671", "mobile2=[PHONE]"],
  ["call me on 9472 7916, or 28-64-66-98", "call me on [PHONE], or [PHONE]"],
  ["call on 12-05-2022", "call on 12-05-2022"],
  ["phone +999 123 4567", "phone [PHONE]"],
  ["seat 467 3395", "seat 467 3395"],
];

const EXCLUDED: readonly Row[] = [
  ['{"span_id":"6260677996423460"}', '{"span_id":"6260677996423460"}'],
  ['{"order":"6260677996423460"}', '{"order":"[CREDIT_CARD]"}'],
  ["version=1.2.3.4 peer=1.2.3.4", "version=1.2.3.4 peer=[IPV4]"],
  ["sha: DE89370400440532013000", "sha: [IBAN]"],
];

const OVERLAPS: readonly Row[] = [
  ["536-90-4399@acme.com", "[EMAIL]"],
  ["contact 10.20.30.40", "contact [IPV4]"],
  ["jane@acme.com eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.jane@acme.com", "[EMAIL] [JWT]"],
  ["[EMAIL_ADDRESS] [EMAIL] ****-****-****-1111", "[EMAIL_ADDRESS] [EMAIL] ****-****-****-1111"],
];

describe.each([
  ["neighbours", NEIGHBOURS],
  ["words before a value", CONTEXT],
  ["field names", EXCLUDED],
  ["overlaps", OVERLAPS],
] as const)("%s", (_name, rows) => {
  test.each(rows)("%j", (text, masked) => {
    expect(redact(text)).toBe(masked);
    expect(redactByEngine(text)).toBe(masked);
  });
});
