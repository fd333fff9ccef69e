/** The part of docs/detectors.md about names that stand in another field than their value. Owns its sentences; the lists are the code's. */
import { LOOSE, NAME, ROLE_NAMES, VALUE, WRAPPED } from "../../src/core/json/roles.ts";

function namesOf(isMeant: (role: number) => boolean): string {
  return ROLE_NAMES.flatMap(([role, names]) => (isMeant(role) ? names.split(" ") : []))
    .map((name) => `\`${name}\``)
    .join(", ");
}

export function renderToldNames(): string[] {
  const strict = namesOf((role) => (role & VALUE) !== 0 && (role & LOOSE) === 0);
  const loose = namesOf((role) => (role & LOOSE) !== 0);
  return [
    "### Names in another field",
    "",
    "In JSON, NDJSON and JSON in events, strings, cells and form fields a value may have its name elsewhere. That name then does what",
    "a field's own does: it tells a value (`password`), and is context for detectors (`ssn`). The names themselves stay.",
    "",
    `- **Beside it**, as in \`{"name":"DB_PASSWORD","value":"x"}\`: texts under ${namesOf((role) => role === NAME)} and names that end in \`name\` name what`,
    `  stands in the same object under ${strict}, names that end in \`value\` or \`values\`, ${loose}. So does the first text in an array that is itself`,
    '  in an array the second: `[["Authorization","Bearer x"]]`.',
    '- **Around it**, as in `{"password":{"old":"x"}}`: the same fields of values but `default`, and',
    `  ${namesOf((role) => role === WRAPPED)} and names without a letter (\`_\`, \`#\`, \`0\`) take the name of the field that holds their object, over`,
    "  as many such objects as there are. Others do not, as `description` or `minLength`.",
    "- Case and what is no letter do not count in these lists: `new_value` is `newValue`, `$numberLong` is `numberlong`.",
    `- Under ${loose}, names without a letter and in arrays a number is no secret, nor is a text without digits of which a word is a telling name:`,
    '  `{"password":{"text":"Forgot your password?"}}`.',
    '- Of a pair in a list the field around the list tells nothing: `{"patient":[{"key":"ward","value":"east"}]}`.',
    "- The last eight names of an object count, of up to 256 bytes each. In one JSON document, which is not held, a name counts for what",
    "  comes behind it; in lines, events and whatever else is held whole also for what comes before it (where objects lie in each other, names",
    "  are looked for in 16 times the length of the record at most).",
    "- Plain text, XML and YAML are read line by line: there a name counts that stands right before the sign.",
    "",
  ];
}
