/**
 * Masks JSON in place: strings, keys and numbers give way to edits, everything else keeps its bytes.
 *
 * Owns which field a text belongs to and how a replacement is written there. Works on tokens as the walker
 * shows them, so it serves whole records and endless documents alike.
 */
import { concat, EMPTY, encodeUtf8 } from "../bytes.ts";
import { findDrop } from "../drops.ts";
import { applyEdits, type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { type FieldPlace, type FieldRules, hideWhole, joinedBy, NOWHERE_SPECIAL, ruledEdits } from "../field-rules.ts";
import { isClean } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import type { JoinedText } from "../joined-text.ts";
import { ANY_SIGN, OWNED, OWNS, TELLS } from "../keyed-values.ts";
import { MemberDrops } from "../optional.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits, keptEdits, textEdits, valueEdits } from "../text-edits.ts";
import { holdsEscape, opensJson } from "./decoded-record.ts";
import { decodeEscapes, encodeJsonText } from "./escapes.ts";
import {
  arrayIn,
  keepNames,
  keyOf,
  type Level,
  mayTellIn,
  nameOf,
  NO_ELEMENT,
  objectIn,
  objectOf,
  tellersOf,
  pairName,
  topLevel,
  turnPair,
  withName,
} from "./level.ts";
import { quoted, sameShape } from "./masked-number.ts";
import { ObjectNames } from "./object-names.ts";
import { HOLDS_VALUE, LOOSE, NAME, NAMES_NEXT, PAIRED, roleOf, roleOfText, UNREAD, VALUE, WRAPPED } from "./roles.ts";
import { HAS_ESCAPE, IS_KEY, type JsonFault, type JsonVisitor, JsonWalker } from "./walker.ts";

const HYPHEN = 0x2d;
/** Of `null`, which is no value. */
const NULL_LETTER = 0x6e;

export interface EditorOptions {
  /** How many JSON strings deep this JSON is. */
  readonly nesting?: number;
  /** Offsets at which matches end in the bytes of the one walk, in order, when that is known already. */
  readonly places?: readonly number[] | undefined;
  /** True when it is certain that undoing escapes shows no match but at `places`. */
  readonly escapesShowNothing?: boolean | undefined;
  /** Where the JSON stands in what holds it; default: the root. */
  readonly at?: FieldPlace;
  /** True when the JSON may come in pieces: then a name counts before its value only. */
  readonly isStream?: boolean;
  /** Takes the texts that go on in other records, whose edits are then somebody else's; left out: each stands alone. */
  readonly joined?: JoinedText[] | undefined;
}

export class JsonEditor implements JsonVisitor {
  /** Edits of the tokens walked so far; the caller empties the list. Offsets count from the bytes given to `walk`. */
  edits: Edit[] = [];

  private readonly policy: Policy;
  private readonly nesting: number;
  private readonly places: readonly number[] | undefined;
  private readonly escapesShowNothing: boolean;
  private readonly joined: JoinedText[] | undefined;
  private readonly isWhole: boolean;
  /** Those that matter: of a whole value names are looked for where one is needed. */
  private readonly roles: number;
  private ahead: ObjectNames | undefined;
  private nextPlace = 0;
  private readonly walker: JsonWalker;
  private readonly fields: FieldRules;
  private readonly levels: Level[];
  protected level: Level;
  /** Only where a policy drops fields. */
  private readonly drops: MemberDrops | undefined;
  private bytes: Uint8Array = EMPTY;
  /** The element before where it is a flag of a command, which tells the next one: `["--password", "x"]`. Else empty. */
  private flag = "";

  constructor(policy: Policy, options: EditorOptions = {}) {
    this.policy = policy;
    this.nesting = options.nesting ?? 0;
    this.places = options.places;
    this.escapesShowNothing = options.escapesShowNothing === true;
    this.joined = options.joined;
    this.isWhole = options.isStream !== true;
    this.roles = this.isWhole ? ~NAME : -1;
    this.fields = policy.fields;
    const place = options.at ?? policy.fields.root;
    this.level = topLevel(place);
    this.levels = [this.level];
    this.walker = new JsonWalker(this, {
      depth: policy.limits.jsonDepthLimit,
      tokenBytes: policy.limits.lineLimitBytes,
    });
    this.drops = policy.drops?.field === true ? this.openDrops(policy.drops.event) : undefined;
  }

  private openDrops(looksForEvents: boolean): MemberDrops {
    const { lineLimitBytes: limitBytes } = this.policy.limits;
    return new MemberDrops(this, { limitBytes, looksForEvents, refuse: () => (this.walker.fault ??= "LINE_TOO_LONG") });
  }

  get fault(): JsonFault | undefined {
    return this.walker.fault;
  }

  /**
   * What tells the value at which the input stopped being JSON, as text would have it: `"password":`. The rest goes on as
   * text behind it, or the name that is out already would tell nothing. Empty where no name tells.
   */
  get opening(): Uint8Array {
    const name = this.level.mayTell ? this.policy.keyedValues.plainNameOf(this.keyText()) : undefined;
    return name === undefined ? EMPTY : encodeUtf8(`"${name}":`);
  }

  /** As JsonWalker.walk; `edits` then holds what to replace in the bytes that were read. */
  walk(bytes: Uint8Array, isLast: boolean, from = 0): number {
    this.bytes = bytes;
    return this.walker.walk(bytes, isLast, from);
  }

  /**
   * How many of the bytes walked are decided: all, but where a policy drops fields those of a member whose value is still to
   * come, which the next walk has to be given again.
   */
  decidedTo(walkedTo: number): number {
    return this.drops?.decidedTo(walkedTo) ?? walkedTo;
  }

  /** Takes the edits before an offset; those behind it count from there on. */
  takeEdits(to: number): readonly Edit[] {
    const { edits } = this;
    this.edits = [];
    if (this.drops === undefined) return edits;
    this.edits = edits
      .filter(({ start }) => start >= to)
      .map((edit) => ({ ...edit, start: edit.start - to, end: edit.end - to }));
    return edits.slice(0, edits.length - this.edits.length);
  }

  /** Lets go of the bytes of the last walk before an offset; open objects keep a copy of their field's name. */
  forget(to: number): void {
    this.drops?.rebase(to);
    this.bytes = EMPTY;
    for (const level of this.levels) keepNames(level);
  }

  open(isObject: boolean, at: number): void {
    if (this.drops?.isSkipping !== true) this.enterElement();
    this.drops?.open(at, isObject, this.isDropped && !this.level.place.mayShowBelow);
    if (this.drops?.isSkipping === true) return;
    const owner = isObject && (this.level.signs & OWNS) !== 0 ? keyOf(this.level) : "";
    this.level = isObject ? objectIn(this.level, at, owner) : arrayIn(this.level, at);
    this.levels.push(this.level);
  }

  close(at: number): void {
    const isSkipped = this.drops?.isSkipping === true;
    this.drops?.close(at);
    if (isSkipped) return;
    this.levels.pop();
    this.level = this.levels[this.levels.length - 1];
  }

  string(start: number, end: number, flags: number): void {
    if (this.drops?.isSkipping === true) return;
    const isKey = (flags & IS_KEY) !== 0;
    const hasEscape = (flags & HAS_ESCAPE) !== 0;
    if (isKey) this.enterField(start, end, hasEscape);
    else this.enterElement();
    const { level } = this;
    if (!isKey && (level.role & (NAME | NAMES_NEXT)) !== 0) this.noteName(start, end, hasEscape);
    const isFlag = !isKey && level.element !== NO_ELEMENT && this.bytes[start] === HYPHEN;
    const flag = isFlag ? foldSpan(this.bytes, start, end) : "";
    if (isKey || flag !== "") this.flag = "";
    const isRuled = !isKey && (level.mayTell || this.flag !== "" || level.place.verdict !== "look");
    const mayHide = hasEscape && !this.escapesShowNothing;
    const isRead = isRuled || mayHide || !this.isClean(start, end);
    const isDropped = !isKey && this.isDropped;
    if (isRead && !isDropped) this.maskString(start, end, flags);
    this.flag = flag;
    if (isKey) this.drops?.endName(start, end);
    else this.drops?.value(start - 1, end + 1, isDropped);
  }

  private enterField(start: number, end: number, hasEscape: boolean): void {
    const { level } = this;
    this.drops?.beginMember(start - 1);
    level.keyBytes = this.bytes;
    level.keyStart = start;
    level.keyEnd = end;
    level.hasKeyEscape = hasEscape;
    const role = hasEscape ? UNREAD : roleOf(this.bytes, start, end, this.roles);
    level.role = (role === UNREAD ? roleOfText(keyOf(level)) : role) & this.roles;
    const mayBeTold = (level.role & HOLDS_VALUE) !== 0 && this.mayBeTold(level);
    const { keyedValues } = this.policy;
    level.signs = hasEscape ? ANY_SIGN : keyedValues.signsOf(this.bytes, start, end);
    const mayBeOwned = level.owner !== "" && (level.signs & OWNED) !== 0;
    level.told = mayBeOwned ? keyedValues.nameBelow(level.owner, keyOf(level)) : undefined;
    level.mayTell = mayBeTold || level.told !== undefined || (level.signs & TELLS) !== 0;
    if (!this.fields.isEmpty) level.place = this.fields.field(level.container, keyOf(level));
  }

  /** True when a name beside the field, or that of the field around it, may tell its value. */
  private mayBeTold(level: Level): boolean {
    if (this.isWhole && (level.role & VALUE) !== 0) {
      this.ahead ??= new ObjectNames(this.bytes, this.policy.keyedValues);
      level.names ??= this.ahead.of(level.at);
    }
    if ((level.role & VALUE) !== 0 && mayTellIn(level)) return true;
    return (level.role & WRAPPED) !== 0 && this.levels[this.levels.length - 2].mayTell;
  }

  /** Remembers a text that may name what stands beside it. */
  private noteName(start: number, end: number, hasEscape: boolean): void {
    const { level } = this;
    const name = pairName({ bytes: this.bytes, start, end, hasEscape }, this.policy.keyedValues);
    const object = (level.role & NAME) !== 0 ? objectOf(this.levels) : undefined;
    if (object !== undefined) object.names = withName(object.names ?? [], name);
    if ((level.role & NAMES_NEXT) !== 0) level.names = [name];
  }

  /** A value begins, which in an array has a number. */
  private enterElement(): void {
    const { level } = this;
    if (level.element === NO_ELEMENT) return;
    if ((level.role & PAIRED) !== 0) turnPair(level, this.levels[this.levels.length - 2]);
    if (this.fields.isEmpty) return;
    level.place = this.fields.element(level.container, level.element);
    level.element++;
  }

  private maskString(start: number, end: number, flags: number): void {
    const raw = this.bytes.subarray(start, end);
    const map = new OffsetMap(0, start);
    const hasEscape = (flags & HAS_ESCAPE) !== 0;
    const text = hasEscape ? decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: start }, true).text : raw;
    const isKey = (flags & IS_KEY) !== 0;
    const { place, mayTell: isTold } = this.level;
    const mayTell = isTold || this.flag !== "";
    const held = {
      key: isKey ? "" : this.flag || this.keyText(),
      nesting: this.nesting,
      mayTell: !isKey && mayTell && !(this.flag === "" && this.isLoose && this.policy.keyedValues.isLabel(text)),
      at: isKey ? NOWHERE_SPECIAL : place,
      isUnescaped: hasEscape,
    };
    const edits = heldTextEdits(this.policy, text, held);
    const channel = isKey || this.joined === undefined ? undefined : joinedBy(place.verdict);
    if (channel !== undefined && !(held.mayTell && this.policy.keyedValues.isNamed(held.key))) {
      this.joined?.push({ channel, text, own: edits, toEdits: (all) => encodeEdits(all, map, encodeJsonText) });
      return;
    }
    const encode = isKey ? (bytes: Uint8Array) => encodeJsonText(this.distinctKey(bytes)) : encodeJsonText;
    this.edits.push(...encodeEdits(edits, map, encode));
  }

  /** True when a path drops the value that is being read. */
  private get isDropped(): boolean {
    const { verdict } = this.level.place;
    return this.drops !== undefined && typeof verdict === "object" && verdict.drops === "field";
  }

  number(start: number, end: number): void {
    if (this.drops?.isSkipping === true) return;
    this.enterElement();
    if (!this.isDropped) this.maskNumber(start, end);
    this.drops?.value(start, end, this.isDropped);
  }

  private maskNumber(start: number, end: number): void {
    const { mayTell, place } = this.level;
    if (!mayTell && place.verdict === "look" && this.isClean(start, end)) return;
    const text = this.bytes.subarray(start, end);
    if (place.verdict === "keep") keptEdits(this.policy, text, { key: this.keyText(), kind: "number" });
    const edits = ruledEdits(place, text) ?? this.numberEdits(text);
    if (edits.length === 0) return;
    const isShape = this.policy.numbers === "shape" && !this.takesMore(edits);
    const bytes = isShape ? sameShape(text) : quoted(applyEdits(text, edits));
    this.edits.push({ start, end, bytes, entity: edits[0].entity });
  }

  private takesMore(edits: readonly Edit[]): boolean {
    return this.policy.drops !== undefined && (findDrop(edits, "field") ?? findDrop(edits, "event")) !== undefined;
  }

  literal(start: number, end: number): void {
    if (this.drops?.isSkipping === true) return;
    this.enterElement();
    const text = this.bytes.subarray(start, end);
    const [edit] = text[0] === NULL_LETTER || this.isDropped ? [] : (ruledEdits(this.level.place, text) ?? []);
    if (edit !== undefined) this.edits.push({ start, end, bytes: quoted(edit.bytes), entity: edit.entity });
    this.drops?.value(start, end, this.isDropped);
  }

  private numberEdits(text: Uint8Array): readonly Edit[] {
    const field = { key: this.keyText(), kind: "number" } as const;
    return this.level.mayTell && !this.isLoose
      ? valueEdits(this.policy, text, field)
      : textEdits(this.policy, text, field.key);
  }

  /** True when no match ends in the token; tokens come in order. */
  private isClean(start: number, end: number): boolean {
    const { places } = this;
    if (this.policy.readings.length > 0) return false;
    if (places === undefined) return isClean(this.policy.engine, this.bytes, { start, end });
    while (this.nextPlace < places.length && places[this.nextPlace] <= start) this.nextPlace++;
    return this.nextPlace === places.length || places[this.nextPlace] > end;
  }

  /** The name that tells the value, or may be context of what is found in it. */
  protected keyText(): string {
    const { keyedValues } = this.policy;
    const { mayTell, role } = this.level;
    const own = nameOf(this.level);
    if ((role & HOLDS_VALUE) === 0 || (mayTell && keyedValues.isNamed(own))) return own;
    const tellers = tellersOf(this.levels);
    const teller = mayTell ? tellers.find((name) => keyedValues.isNamed(name)) : undefined;
    // The last words decide; the others are context.
    const names = teller === undefined ? tellers : [...tellers.filter((name) => name !== teller), teller];
    return names.join(" ") || own;
  }

  /** True for a field that holds texts for people as often, when another one names it. */
  private get isLoose(): boolean {
    return (this.level.role & LOOSE) !== 0 && !this.policy.keyedValues.isNamed(nameOf(this.level));
  }

  // Two masked keys of one object must not overwrite each other.
  private distinctKey(bytes: Uint8Array): Uint8Array {
    const { level } = this;
    level.maskedKeys++;
    return level.maskedKeys === 1 ? bytes : concat([bytes, encodeUtf8(`#${level.maskedKeys}`)]);
  }
}

export interface JsonEdits {
  readonly edits: readonly Edit[];
  readonly fault: JsonFault | undefined;
}

/** Edits of one whole JSON value, or the fault that says why it is none. */
export function editJson(policy: Policy, bytes: Uint8Array, options: EditorOptions = {}): JsonEdits {
  const editor = new JsonEditor(policy, options);
  editor.walk(bytes, true);
  return { edits: editor.edits, fault: editor.fault };
}

export interface HeldText {
  /** The name of the field that holds the text. */
  readonly key: string;
  /** How many texts deep the holder is. */
  readonly nesting: number;
  /** False when it is known that the name alone tells nothing. */
  readonly mayTell: boolean;
  /** True for a string whose escapes are undone: there may be more below, as in a line of a log that has JSON in it. */
  readonly isUnescaped?: boolean;
  /** Where the text stands by the policy's paths. */
  readonly at: FieldPlace;
}

/**
 * Edits of a text that something else holds (a JSON string, a cell, a form field): one JSON object or array is masked as
 * such, down to `nestedJsonDepth`. What is deeper, or only looks like JSON, is text in which escapes are read, so that
 * neither depth nor broken JSON hides anything.
 */
export function heldTextEdits(
  policy: Policy,
  text: Uint8Array,
  { key, nesting, mayTell, at, isUnescaped = false }: HeldText,
): readonly Edit[] {
  if (at.verdict === "keep") return keptEdits(policy, text, { key, kind: "text" });
  const ruled = ruledEdits(at, text);
  if (ruled !== undefined) return ruled;
  if (mayTell && policy.keyedValues.isNamed(key)) return valueEdits(policy, text, { key, kind: "text" });
  const isText = !looksLikeJson(text);
  if (isText && !(isUnescaped && holdsEscape(text))) return textEdits(policy, text, key);
  const readEscaped = (): readonly Edit[] => escapedTextEdits(policy, text, { encode: encodeJsonText, key });
  if (isText) return readEscaped();
  if (nesting < policy.limits.nestedJsonDepth) {
    const { edits, fault } = editJson(policy, text, { nesting: nesting + 1, at });
    if (fault === undefined) return edits;
  } else policy.observer.invalid("NESTED_JSON_DEPTH");
  // Fields that are to be hidden cannot be told from the others any more.
  if (policy.fields.hidesOnDoubt && at.items.length > 0) return [hideWhole(text)];
  return readEscaped();
}

/** True when the first visible byte opens an object or array. */
export function looksLikeJson(text: Uint8Array): boolean {
  return opensJson(text, 0, text.length);
}
