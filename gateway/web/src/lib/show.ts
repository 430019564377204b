import { isMessage, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { DateSchema, type DataCategory, type Purpose } from "../gen/brobygger/type/v1/type_pb";
import { agencyLabel } from "./agencies.svelte";
import { civilText, kroner } from "./dates";
import { t, type Key } from "./i18n.svelte";
import { categoryOf, shownUnder } from "./policy";
import { strings } from "./strings";

/** One line of a file as a reader sees it. */
export interface Line {
  label: string;
  values: string[];
}

const known = (key: string): key is Key => key in strings;

function labelOf(field: DescField): string {
  const key = `${field.parent.typeName}.${field.name}`;
  return known(key) ? t(key) : field.name.replaceAll("_", " ");
}

function enumText(field: DescField, number: number): string {
  const key = `enum.${field.enum?.name}.${number}`;
  return known(key) ? t(key) : (field.enum?.values.find((value) => value.number === number)?.name ?? "");
}

/** What is asked for: one category, and for whom. A null purpose is the own side, where all purposes are alike. */
interface Asked {
  category: DataCategory;
  purpose: Purpose | null;
}

const isSection = (field: DescField) => field.message !== undefined && /^brobygger\.(?!type\.)/.test(field.message.typeName);

/** As the door judges it: a section does not pass as such, its fields are judged one by one; a value is of the category of its field. */
const passes = (field: DescField, { category, purpose }: Asked) => (isSection(field) || categoryOf(field) === category) && (purpose === null || shownUnder(field, purpose));

function entries(message: ReflectMessage, field: DescField): unknown[] {
  const value: unknown = message.get(field);
  return field.fieldKind === "list" ? [...(value as Iterable<unknown>)] : [value];
}

/** The parts of a section in one line: "3. marts 2026, formiddag, bisidder ønskes". A minute of 0 is midnight, if there is a day. */
function inner(message: ReflectMessage, asked: Asked): string {
  const set = message.fields.filter((field) => passes(field, asked) && message.isSet(field));
  if (set.length === 0) return "";
  return message.fields
    .filter((field) => passes(field, asked) && (message.isSet(field) || field.name.endsWith("_minute")))
    .flatMap((field) => entries(message, field).map((entry) => named(field, entry, asked)))
    .filter((part) => part !== "")
    .join(", ");
}

/** A part with its name, where it has one; a yes is its name alone. */
function named(field: DescField, entry: unknown, asked: Asked): string {
  if (entry === true) return labelOf(field);
  const text = single(field, entry, asked);
  return text !== "" && known(`${field.parent.typeName}.${field.name}`) && !isSection(field) ? `${labelOf(field)} ${text}` : text;
}

/** "houses/perron-4/units/2-4" -> "Perron 4, 2-4"; an agency by its name. */
function plain(text: string): string {
  const home = /^houses\/([^/]+)\/units\/(.+)$/.exec(text);
  if (home) return `${agencyLabel(home[1] ?? "")}, ${home[2] ?? ""}`;
  return text.startsWith("agencies/") ? agencyLabel(text) : text;
}

function single(field: DescField, value: unknown, asked: Asked): string {
  if (typeof value === "boolean") return value ? t("yes") : "";
  if (field.enum && typeof value === "number") return value === 0 ? "" : enumText(field, value);
  if (typeof value === "number" && field.name.endsWith("_minute")) {
    return `kl. ${String(Math.floor(value / 60)).padStart(2, "0")}.${String(value % 60).padStart(2, "0")}`;
  }
  if (typeof value === "number" && field.name.endsWith("_dkk")) return kroner(value);
  if (typeof value === "string") return plain(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const nested = value as ReflectMessage;
  if (isMessage(nested.message, DateSchema)) return civilText(nested.message);
  return inner(nested, asked);
}

/** What a file says under one category, empty fields left out. Read from the contract, so that a new field shows without new code. */
export function linesOf<T extends Message>(schema: DescMessage, file: T | undefined, category: DataCategory, purpose: Purpose | null): Line[] {
  if (!file) return [];
  const message = reflect(schema, file);
  const asked = { category, purpose };
  return message.fields
    .filter((field) => passes(field, asked) && message.isSet(field))
    .map((field) => ({ label: labelOf(field), values: entries(message, field).map((entry) => single(field, entry, asked)).filter((text) => text !== "") }))
    .filter((line) => line.values.length > 0);
}
