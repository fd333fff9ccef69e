/** Names and labels as the API server takes them. */
import type { Path } from "../object.ts";
import { fieldsOf, listOf, textOf } from "../value.ts";
import { pathText, type Fault } from "./shape-check.ts";

const LABEL_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*$/;
const LABEL_LENGTH = 63;
const SUBDOMAIN_LENGTH = 253;
const PORT_NAME_LENGTH = 15;

export function isQualifiedName(text: string): boolean {
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const isPrefix = prefix === undefined || (prefix.length <= SUBDOMAIN_LENGTH && SUBDOMAIN.test(prefix));
  return parts.length <= 2 && isPrefix && name.length <= LABEL_LENGTH && LABEL_NAME.test(name);
}

export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= LABEL_LENGTH && LABEL_NAME.test(text));
}

export function isSubdomain(text: string): boolean {
  return text.length <= SUBDOMAIN_LENGTH && SUBDOMAIN.test(text);
}

export function isPortName(text: string): boolean {
  return text.length <= PORT_NAME_LENGTH && PORT_NAME.test(text);
}

export function labelFaults(labels: unknown, path: Path): Fault[] {
  return Object.entries(fieldsOf(labels)).flatMap(([key, value]) => [
    ...(isQualifiedName(key) ? [] : [{ path: [...path, key], text: `${pathText(path)}: a key is no label name` }]),
    ...(isLabelValue(textOf(value))
      ? []
      : [{ path: [...path, key], text: `${pathText([...path, key])} is no label value` }]),
  ]);
}

export function selectorFaults(selector: unknown, path: Path): Fault[] {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const expressions = listOf(matchExpressions).flatMap((one, index) =>
    requirementFaults(one, [...path, "matchExpressions", index]),
  );
  return [...labelFaults(matchLabels, [...path, "matchLabels"]), ...expressions];
}

const WITH_VALUES: Readonly<Record<string, boolean>> = { In: true, NotIn: true, Exists: false, DoesNotExist: false };

function requirementFaults(requirement: unknown, path: Path): Fault[] {
  const { key, operator, values } = fieldsOf(requirement);
  const given = listOf(values);
  const needsValues = Object.hasOwn(WITH_VALUES, textOf(operator)) ? WITH_VALUES[textOf(operator)] : undefined;
  const texts = [
    ...(isQualifiedName(textOf(key)) ? [] : ["key is no label name"]),
    ...(needsValues === undefined ? ["operator: write In, NotIn, Exists or DoesNotExist"] : []),
    ...(needsValues === true && given.length === 0 ? ["values are missing for In or NotIn"] : []),
    ...(needsValues === false && given.length > 0 ? ["values do not go with Exists or DoesNotExist"] : []),
    ...(given.every((value) => isLabelValue(textOf(value))) ? [] : ["a value is no label value"]),
  ];
  return texts.map((text) => ({ path, text: `${pathText(path)}: ${text}` }));
}

/** A port by number, or by name where a name may stand. */
export function portFaults(port: unknown, path: Path): Fault[] {
  if (port === undefined || port === null) return [];
  if (typeof port === "string") {
    return isPortName(port)
      ? []
      : [
          {
            path,
            text: `${pathText(path)}: a name has at most 15 of a-z, 0-9 and -, one letter at least; a number has no quotes`,
          },
        ];
  }
  return isPortNumber(port) ? [] : [{ path, text: `${pathText(path)} must be from 1 to 65535` }];
}

export function isPortNumber(port: unknown): port is number {
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

export const PROTOCOL_NAMES: readonly unknown[] = ["TCP", "UDP", "SCTP"];

export function protocolFaults(protocol: unknown, path: Path): Fault[] {
  const isKnown = protocol === undefined || protocol === null || PROTOCOL_NAMES.includes(protocol);
  return isKnown ? [] : [{ path, text: `${pathText(path)}: write TCP, UDP or SCTP` }];
}

export function choiceFaults(value: unknown, choices: readonly string[], path: Path): Fault[] {
  const isKnown = value === undefined || value === null || choices.includes(textOf(value));
  return isKnown ? [] : [{ path, text: `${pathText(path)}: write ${choices.join(", ")}` }];
}
