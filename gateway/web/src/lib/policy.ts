import { getOption, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { category as categoryOption, only_purposes, tables as tablesOption, RoleGroup } from "../gen/brobygger/policy/v1/policy_pb";
import { file_brobygger_policy_v1_tables } from "../gen/brobygger/policy/v1/tables_pb";
import { DataCategory, Purpose, Role } from "../gen/brobygger/type/v1/type_pb";
import { currentLanguage, type Language } from "./i18n.svelte";

/** The policy stands in the contracts; the pages read it from there, so that they never offer what a service would refuse. */
const tables = getOption(file_brobygger_policy_v1_tables, tablesOption);

export const purposes = tables.purposes;
export const categories = tables.categories;

/** The citizen's words for a purpose, in the page's language or in that of a text. */
export function purposeLabel(purpose: Purpose, language: Language = currentLanguage()): string {
  const row = tables.purposes.find((entry) => entry.purpose === purpose);
  return (language === "en" ? row?.labelEn : row?.labelDa) ?? "";
}

export function categoryLabel(category: DataCategory, language: Language = currentLanguage()): string {
  const row = tables.categories.find((entry) => entry.category === category);
  return (language === "en" ? row?.labelEn : row?.labelDa) ?? "";
}

export function isSensitive(category: DataCategory): boolean {
  return tables.categories.some((entry) => entry.category === category && entry.sensitive);
}

export function maximumOf(purpose: Purpose): DataCategory[] {
  return tables.purposes.find((entry) => entry.purpose === purpose)?.maximum ?? [];
}

/** The purposes under which somebody with these roles may look. */
export function purposesFor(roles: string[]): Purpose[] {
  return tables.purposes.filter((row) => row.roles.some((role) => held(roles).includes(role))).map((row) => row.purpose);
}

export function categoryOf(field: DescField): DataCategory {
  return getOption(field, categoryOption);
}

/** Whether a door may show this field under this purpose at all. */
export function shownUnder(field: DescField, purpose: Purpose): boolean {
  const only = getOption(field, only_purposes);
  return only.length === 0 || only.includes(purpose);
}

/** Every category that a file message has fields of. */
export function categoriesIn(message: DescMessage, seen = new Set<string>()): Set<DataCategory> {
  const found = new Set<DataCategory>();
  if (seen.has(message.typeName)) return found;
  seen.add(message.typeName);
  for (const field of message.fields) {
    const own = categoryOf(field);
    if (own !== DataCategory.UNSPECIFIED && own !== DataCategory.NON_PERSONAL) found.add(own);
    if (field.message && field.message.typeName.startsWith("brobygger.") && !field.message.typeName.startsWith("brobygger.type.")) {
      for (const inner of categoriesIn(field.message, seen)) found.add(inner);
    }
  }
  return found;
}

const held = (roles: string[]): Role[] => roles.map((role) => Role[role.replace(/^ROLE_/, "") as keyof typeof Role]);

/** Whether somebody with these roles works with single citizens. */
export function isPractitioner(roles: string[]): boolean {
  const group = tables.groups.find((row) => row.group === RoleGroup.PRACTITIONERS)?.roles ?? [];
  return held(roles).some((role) => group.includes(role));
}
