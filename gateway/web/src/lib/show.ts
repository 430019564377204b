import { isMessage, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { DateSchema, type DataCategory, type Purpose } from "../gen/brobygger/type/v1/type_pb";
import { civilText } from "./dates";
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

/** The parts of a nested value in one line: "3. marts 2026, formiddag, bisidder ønskes". */
function inner(message: ReflectMessage): string {
  return message.fields
    .filter((field) => message.isSet(field) || field.name.endsWith("_minute"))
    .map((field) => (field.scalar !== undefined && message.get(field) === true ? labelOf(field) : single(field, message.get(field))))
    .filter((part) => part !== "")
    .join(", ");
}

function single(field: DescField, value: unknown): string {
  if (typeof value === "boolean") return value ? t("yes") : "";
  if (field.enum && typeof value === "number") return value === 0 ? "" : enumText(field, value);
  if (typeof value === "number" && field.name.endsWith("_minute")) {
    return `kl. ${String(Math.floor(value / 60)).padStart(2, "0")}.${String(value % 60).padStart(2, "0")}`;
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string") return String(value);
  const nested = value as ReflectMessage;
  if (isMessage(nested.message, DateSchema)) return civilText(nested.message);
  return inner(nested);
}

/** What a file says under one category, empty fields left out. Read from the contract, so that a new field shows without new code. */
export function linesOf<T extends Message>(schema: DescMessage, file: T | undefined, category: DataCategory, purpose: Purpose | null): Line[] {
  if (!file) return [];
  const message = reflect(schema, file);
  return message.fields
    .filter((field) => categoryOf(field) === category && (purpose === null || shownUnder(field, purpose)) && message.isSet(field))
    .map((field) => {
      const value: unknown = message.get(field);
      const values = field.fieldKind === "list" ? [...(value as Iterable<unknown>)].map((entry) => single(field, entry)) : [single(field, value)];
      return { label: labelOf(field), values: values.filter((text) => text !== "") };
    })
    .filter((line) => line.values.length > 0);
}
