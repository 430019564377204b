import { currentLanguage, type Language } from "./i18n.svelte";

/** An agency as the directory shows it to everybody. */
export interface Agency {
  name: string;
  danish: string;
  english: string;
  kind: string;
  doors: string[];
  contactDanish: string;
  contactEnglish: string;
  place: string;
  phone: string;
}

let dataProtection = $state<Record<Language, string>>({ da: "", en: "" });
let agencies = $state<Agency[]>([]);
let loaded: Promise<void> | null = null;
let settled = $state(false);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

async function load(): Promise<void> {
  const response = await fetch("/agencies", { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  const body = (await response.json()) as { agencies?: Record<string, unknown>[] } & Record<string, unknown>;
  agencies = (body.agencies ?? []).map((raw) => ({
    name: text(raw["name"]),
    danish: text(raw["displayNameDa"]),
    english: text(raw["displayNameEn"]),
    kind: text(raw["kind"]),
    doors: Array.isArray(raw["doors"]) ? raw["doors"].map(text) : [],
    contactDanish: text(raw["contactDa"]),
    contactEnglish: text(raw["contactEn"]),
    place: text(raw["place"]),
    phone: text(raw["phone"]),
  }));
  dataProtection = { da: text(body["dataProtectionDa"]), en: text(body["dataProtectionEn"]) };
}

export function loadAgencies(): Promise<void> {
  loaded ??= load()
    .catch((error: unknown) => {
      loaded = null;
      throw error;
    })
    .finally(() => (settled = true));
  return loaded;
}

/** Whether the directory has answered, or failed to: before that nobody knows of what kind an agency is. */
export function agenciesSettled(): boolean {
  return settled;
}

export function allAgencies(): Agency[] {
  return agencies;
}

export function agencyByName(name: string): Agency | undefined {
  return agencies.find((agency) => agency.name === name);
}

/** The agency's name as people say it; its slug, made readable, if the directory could not be read. */
export function agencyLabel(name: string, language: Language = currentLanguage()): string {
  const agency = agencyByName(name);
  if (agency) return language === "en" ? agency.english || agency.danish : agency.danish;
  const slug = name.replace(/^agencies\//, "").replaceAll("-", " ");
  return slug.charAt(0).toUpperCase() + slug.slice(1);
}

/** Where the municipality's data protection officer is reached, as one sentence; "" if the directory does not say. */
export function dataProtectionContact(language: Language): string {
  return dataProtection[language];
}
