import { describe, expect, test } from "vitest";
import { parseClientMessage, refOf } from "../../src/server/routes/client-message.ts";
import { rawMembers } from "../../src/server/routes/raw-json.ts";

const parse = (text: string): unknown => {
  const message = parseClientMessage(Buffer.from(text));
  if (message.type !== "publish") return message;
  return message.events.map(({ event, data }) => [event, Buffer.from(data).toString()]);
};

const BAD = [
  "",
  "null",
  "1",
  "[]",
  '"publish"',
  "{",
  "{}",
  '{"type":1}',
  '{"type":"token"}',
  '{"type":"token","token":1}',
  '{"type":"token","token":"x","after":"y"}',
  '{"type":"publish","events":[],"token":"x"}',
  '{"type":"publish"}',
  '{"type":"publish","events":{}}',
  '{"type":"publish","events":[1]}',
  '{"type":"publish","events":[{}]}',
  '{"type":"publish","events":[{"data":1,"id":"x"}]}',
  '{"type":"publish","events":[{"data":1,"event":2}]}',
  '{"type":"publish","events":[{"data":1,"key":2}]}',
  '{"type":"publish","events":[],"after":"x"}',
  '{"type":"publish","events":[],"ref":1}',
  `{"type":"publish","events":[],"ref":"${"x".repeat(65)}"}`,
  '{"type":"resume"}',
  '{"type":"resume","after":1}',
  '{"type":"resume","after":"x","events":[]}',
  '{"type":"publish","events":[],"__proto__":{}}',
  '{"type":"publish","events":[]} x',
];

describe("a client message", () => {
  test.each(BAD)("refuses %j", (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "BAD_MESSAGE" }));
  });

  test.each([
    ["a number longer than a double", "12345678901234567890", "12345678901234567890"],
    ["white space and order", '{ "b" : 1 ,\t"a":[ ] }', '{ "b" : 1 ,\t"a":[ ] }'],
    ["brackets inside strings", '{"a":"]}\\"[{"}', '{"a":"]}\\"[{"}'],
    ["a string, as its characters", '"a\\n\\u0040b"', "a\n@b"],
    ["null", "null", "null"],
    ["deep nesting", `${"[".repeat(2000)}${"]".repeat(2000)}`, `${"[".repeat(2000)}${"]".repeat(2000)}`],
  ])("keeps the spelling of %s", (_, data, published) => {
    expect(parse(`{"type":"publish","events":[{"data":${data},"event":"e"},{"data":1}]}`)).toEqual([
      ["e", published],
      ["message", "1"],
    ]);
  });

  test("takes the last of two members of one name, as JSON.parse does", () => {
    expect(parse('{"type":"publish","events":[{"data":1,"d\\u0061ta":2}]}')).toEqual([["message", "2"]]);
  });

  test("reads a position", () => {
    expect(parse('{"after":"k3f9q2.1","type":"resume"}')).toEqual({ type: "resume", after: "k3f9q2.1" });
  });
});

describe("the ref of a message that was refused", () => {
  test.each([
    ["of 65 characters", `{"type":"publish","ref":"${"x".repeat(65)}"}`, undefined],
    ["of 65 characters, of which the last one is escaped", `{"ref":"${"x".repeat(64)}\\u0041"}`, undefined],
    ["of a megabyte", `{"ref":"${"x".repeat(1_000_000)}"}`, undefined],
    ["that is an object", '{"type":"publish","ref":{"to":"ann.lee@example.com"}}', undefined],
    ["that is a number", '{"type":"publish","ref":1}', undefined],
    ["given twice, first by one that holds", '{"ref":"a1","ref":7}', undefined],
    ["deeper in", '{"type":"publish","events":[{"ref":"a1"}]}', undefined],
    ["in an array", '["ref","a1"]', undefined],
    ["in a text that is not JSON", '{"ref":"a1"', undefined],
    ["in no bytes at all", "", undefined],
    ["of 64 characters", `{"type":"publish","ref":"${"x".repeat(64)}"}`, "x".repeat(64)],
    ["of no characters", '{"ref":""}', ""],
    ["beside an unknown type", '{"type":"shout","ref":"a1"}', "a1"],
    ["beside an unknown key", '{"type":"publish","ref":"a1","events":[],"to":1}', "a1"],
    ["with line ends and quotes", '{"ref":"a\\n\\"b"}', 'a\n"b'],
  ])("%s", (_, text, ref) => {
    expect(refOf(Buffer.from(text))).toBe(ref);
  });
});

describe("raw members", () => {
  test.each([
    ["[]", []],
    [' [ 1 , [2,3] , {"a":[4]} , "x,]" ] ', ["1", "[2,3]", '{"a":[4]}', '"x,]"']],
    ["{}", {}],
    ['{"a:b":{"c":1},"d":[,]}', undefined],
    ['{"a:b":{"c":1},"d":[1,2]}', { "a:b": '{"c":1}', d: "[1,2]" }],
    ["7", undefined],
  ])("of %j", (text, members) => {
    const raw = rawMembers(text);
    expect(raw === undefined || Array.isArray(raw) ? raw : { ...raw }).toEqual(members);
  });
});
