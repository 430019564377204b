import { ClinicRightsService } from "../gen/brobygger/clinic/v1/clinic_rights_pb";
import { DropinRightsService } from "../gen/brobygger/dropin/v1/dropin_rights_pb";
import { HousingRightsService } from "../gen/brobygger/housing/v1/housing_rights_pb";
import { CitizenCardRightsService } from "../gen/brobygger/registry/v1/card_rights_pb";
import type { AgencyTicket } from "../gen/brobygger/registry/v1/rights_service_pb";
import type { KeptSection } from "../gen/brobygger/rights/v1/rights_pb";
import { DataCategory } from "../gen/brobygger/type/v1/type_pb";
import { act, client } from "./api";
import { failureOf } from "./errors";

/** Every service that keeps something about a citizen for an agency, and what a statement can be about there. */
const keepers = [
  { service: HousingRightsService, about: [DataCategory.HOUSING, DataCategory.APPOINTMENTS, DataCategory.FINANCES, DataCategory.HEALTH, DataCategory.JUSTICE, DataCategory.SUPPORT_PLAN] },
  { service: ClinicRightsService, about: [DataCategory.HEALTH, DataCategory.APPOINTMENTS] },
  { service: DropinRightsService, about: [DataCategory.DAILY_LIFE, DataCategory.APPOINTMENTS, DataCategory.SUPPORT_PLAN, DataCategory.CONTACT] },
  { service: CitizenCardRightsService, about: [DataCategory.CONTACT, DataCategory.IDENTITY] },
];
export type Keeper = (typeof keepers)[number];

/** The keepers that a ticket is for. One that these pages do not know yet is as one that does not answer. */
export const keepersOf = (ticket: { services: string[] }): Keeper[] => keepers.filter(({ service }) => ticket.services.includes(service.typeName));
const isUnknownSomewhere = (ticket: AgencyTicket): boolean => keepersOf(ticket).length < ticket.services.length;

/** The keepers behind an agency's doors, by the doors' names. */
export const keepersBehind = (doors: string[]): Keeper[] => keepersOf({ services: doors.map((door) => door.replace(/Service$/, "RightsService")) });

/** Puts the citizen's words beside what is kept about it. False, and nothing is said, if these pages know no service for it. */
export async function addStatement(tickets: AgencyTicket[], about: DataCategory, text: string): Promise<boolean> {
  for (const { ticket, services } of tickets) {
    const keeper = keepersOf({ services }).find((one) => one.about.includes(about));
    if (!keeper) continue;
    await act((requestId) => client(keeper.service).addStatement({ ticket, text, about, requestId }));
    return true;
  }
  return false;
}

/** Erases all of it. False, and nothing is erased, if there is a service that these pages do not know. */
export async function eraseRecords(tickets: AgencyTicket[]): Promise<boolean> {
  if (tickets.some(isUnknownSomewhere)) return false;
  // In order: the first that must not be erased yet stops the rest, and what is erased stays so.
  for (const given of tickets) {
    for (const { service } of keepersOf(given)) {
      await act((requestId) => client(service).eraseRecords({ ticket: given.ticket, requestId })).catch((thrown: unknown) => {
        if (failureOf(thrown).reason !== "ERASED") throw thrown;
      });
    }
  }
  return true;
}

/** What one agency keeps; `missing` if a part of it did not answer: the document says so. */
export interface Kept {
  agency: string;
  nameDa: string;
  nameEn: string;
  services: string[];
  sections: KeptSection[];
  missing: boolean;
}

/** One section of each kind: one that goes on, or that several keepers have. What every keeper has comes last. */
function joined(sections: KeptSection[]): KeptSection[] {
  const all: KeptSection[] = [];
  for (const section of sections) {
    const known = all.find(({ kind }) => kind === section.kind);
    if (known) known.records.push(...section.records);
    else all.push(section);
  }
  const last = ["statement", "reading"];
  return all.sort((a, b) => last.indexOf(a.kind) - last.indexOf(b.kind));
}

/** Everything that one keeper has, page after page. */
async function sectionsOf({ service }: Keeper, { ticket }: AgencyTicket): Promise<KeptSection[]> {
  const all: KeptSection[] = [];
  let pageToken = "";
  do {
    const from = pageToken;
    const page = await act(() => client(service).exportRecords({ ticket, pageToken: from }));
    all.push(...page.sections);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return all;
}

/** Asks each agency by its ticket, all at once. */
export async function everything(tickets: AgencyTicket[]): Promise<Kept[]> {
  return Promise.all(
    tickets.map(async (ticket) => {
      const { agency, nameDa, nameEn, services } = ticket;
      const answers = await Promise.allSettled(keepersOf(ticket).map((keeper) => sectionsOf(keeper, ticket)));
      return {
        agency,
        nameDa,
        nameEn,
        services,
        sections: joined(answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))),
        missing: isUnknownSomewhere(ticket) || answers.some(({ status }) => status === "rejected"),
      };
    }),
  );
}

/** The same for a machine. */
export const asJson = (registry: string, kept: Kept[]): string =>
  JSON.stringify(
    {
      format: "brobygger everything about me 1",
      registry: JSON.parse(registry) as unknown,
      agencies: kept.map(({ agency, missing, sections }) => ({
        agency,
        missing,
        sections: sections.map(({ kind, records }) => ({ kind, records: records.map(({ json }) => JSON.parse(json) as unknown) })),
      })),
    },
    null,
    2,
  );
