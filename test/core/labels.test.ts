/** A label says of which kind or country a number is, whatever else its shape could be. */
import { describe, expect, it } from "vitest";
import { compilePolicy, findAll, maskWhole } from "../../src/core/index.ts";
import { PACK_NAMES } from "../../src/core/packs/index.ts";

const everything = compilePolicy({ packs: PACK_NAMES.filter((name) => name !== "names") });
const usual = compilePolicy({});

function found(text: string, policy = everything): string {
  return findAll(policy, new TextEncoder().encode(text))
    .map(({ entity }) => entity)
    .join();
}

function masked(text: string): string {
  return new TextDecoder().decode(maskWhole(everything, "json", new TextEncoder().encode(text)));
}

describe("a telephone number with a country's label", () => {
  it.each([
    "tr phone number: 532123456",
    "tr phone number: 53212345678",
    "tr phone number: 6123456789",
    "TR mobile=8123456789",
    "turkish_phone=0612 345 67 89",
    "Turkish phone: +90 612 345 67 89",
    "tr phone: +9053212345678",
    "tr_phone: 0090 612 345 67 89",
    "ph mobile number: 091712345678",
    "Philippine mobile: 0117 123 4567",
    "sg phone: 912345678",
    "uk_phone: 07700 9001234",
    "french mobile: 6123456789012",
  ])("%j is none", (text) => {
    expect(found(text)).toBe("");
  });

  it.each([
    "tr phone number: 5321234567",
    "tr phone number: 05321234567",
    "TR mobile: 0 (532) 123 45 67",
    "TR phone: 0 850 123 45 67",
    "Turkish phone: 905321234567",
    "turkish phone +90 532 123 45 67",
    "tr phone: +1 415 555 2671",
    "ph mobile number: 09171234567",
    "ph mobile number: +63 (917) 123 4567",
    "uk mobile: 07700 900123",
    "French phone: 06 12 34 56 78",
    "sg phone: 91234567",
    "in phone calls: 415-555-2671",
    "us phone: 415-555-2671",
    "phone 532123456",
  ])("%j is one", (text) => {
    expect(found(text)).toBe("PHONE");
  });

  it.each(["(579) 888-3058", "001-518-640-0854", "+1 579 888 3058", "579-888-3058"])(
    "is hidden as ssn: %s",
    (number) => {
      expect(found(`ssn: ${number}`, usual)).toBe("PHONE");
      expect(masked(JSON.stringify({ ssn: number }))).toBe('{"ssn":"[PHONE]"}');
    },
  );

  it.each(["(943) 476-5918", "+44 943 476 5918"])("is hidden as nhs, written as no other number is: %s", (number) => {
    expect(found(`nhs: ${number}`, usual)).toBe("PHONE");
  });

  it("is judged by the name of its field, too", () => {
    expect(masked('{"trPhone":"532123456","tr_phone":"5321234567"}')).toBe(
      '{"trPhone":"532123456","tr_phone":"[PHONE]"}',
    );
  });

  it("keeps its meaning where no pack is on", () => {
    expect(found("tr phone number: 532123456", usual)).toBe("PHONE");
  });
});

describe("a number with the label of another kind", () => {
  it.each([
    "kr brn: 110-81-4127",
    '"brn":"110-81-4127"',
    String.raw`{\"brn\": \"110-81-4127\"}`,
    "NHS number is 221-39-1837",
    "nhs: 943-476-5918",
    "CA SIN 731-530-1050",
    "utr=033 686 8408",
    "ph tin: 680466449",
    "it driver license: AA123456B",
    "mac 01-23-45-67-89-AK",
  ])("%j is not what its shape says", (text) => {
    expect(found(text)).toBe("");
    expect(found(text, usual)).toBe("");
  });

  it.each([
    ["brn 104-86-56659, then 536-90-4399", "KR_BRN,US_SSN"],
    ["nhs: see 212-555-0147", "PHONE"],
    ["nhs phone: 943-476-5918", "PHONE"],
    ["my tin: 536904399", "US_SSN"],
    ["sin and ssn: 536-90-4399", "US_SSN"],
    ["vat: +44 20 7946 0958", "PHONE"],
    ["basin: 536-90-4399", "US_SSN"],
  ])("%j is %s", (text, entities) => {
    expect(found(text)).toBe(entities);
  });

  it("is judged by the name of its field, too", () => {
    expect(masked('{"krBrn":"110-81-4127","brn":["110-81-4127"],"other":"110-81-4127"}')).toBe(
      '{"krBrn":"110-81-4127","brn":["110-81-4127"],"other":"[US_SSN]"}',
    );
  });
});

describe("a document that a label gives to a country", () => {
  it.each([
    ["uk passport: C7654321", ""],
    ["indian passport: C7654321", "IN_PASSPORT"],
    ["kr passport: F12345671", ""],
    ["de passport: F12345671", "DE_PASSPORT"],
    ["it passport: XYZ987654", ""],
    ["spanish passport: XYZ987654", "ES_PASSPORT"],
    ["tr license plate: ABC 123D", ""],
    ["ng vehicle registration: APP 456C", ""],
    ["uk license plate: ABC 123D", "UK_VEHICLE_REGISTRATION"],
    ["plate: ABC 123D", "UK_VEHICLE_REGISTRATION"],
    ["numero de passport XYZ987654", "ES_PASSPORT"],
  ])("%j: %j", (text, entities) => {
    expect(found(text)).toBe(entities);
  });
});
