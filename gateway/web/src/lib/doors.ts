import type { DescMessage, Message } from "@bufbuild/protobuf";
import { ClinicFileSchema } from "../gen/brobygger/clinic/v1/clinic_file_pb";
import { ClinicService } from "../gen/brobygger/clinic/v1/clinic_service_pb";
import { DropinService } from "../gen/brobygger/dropin/v1/dropin_service_pb";
import { DropinFileSchema } from "../gen/brobygger/dropin/v1/regular_pb";
import { HousingFileSchema } from "../gen/brobygger/housing/v1/housing_file_pb";
import { HousingService } from "../gen/brobygger/housing/v1/housing_service_pb";
import { CitizenCardSchema, CitizenCardService } from "../gen/brobygger/registry/v1/card_pb";
import type { DataCategory, Purpose } from "../gen/brobygger/type/v1/type_pb";
import { agencyByName } from "./agencies.svelte";
import { client } from "./api";
import { failureOf, type Failure } from "./errors";
import { categoriesIn } from "./policy";
import { linesOf, type Line } from "./show";

interface Question {
  citizen: string;
  holder: string;
  purpose: Purpose;
  categories: DataCategory[];
}

interface Door {
  file: DescMessage;
  open: (question: Question) => Promise<{ file?: Message; grantedCategories: DataCategory[] }>;
}

/** Every door the pages know, by the service that serves it. A new service adds one line. */
const doors: Record<string, Door> = {
  [CitizenCardService.typeName]: { file: CitizenCardSchema, open: (question) => client(CitizenCardService).getCitizenFile(question) },
  [DropinService.typeName]: { file: DropinFileSchema, open: (question) => client(DropinService).getCitizenFile(question) },
  [ClinicService.typeName]: { file: ClinicFileSchema, open: (question) => client(ClinicService).getCitizenFile(question) },
  [HousingService.typeName]: { file: HousingFileSchema, open: (question) => client(HousingService).getCitizenFile(question) },
};

/** What came of one category. A refusal says "Ikke delt", the same whatever the cause; `failure` is anything else. */
export interface Shown {
  category: DataCategory;
  granted: boolean;
  lines: Line[];
  failure: Failure | null;
}

export function doorsOf(holder: string): string[] {
  return (agencyByName(holder)?.doors ?? []).filter((service) => service in doors);
}

/** Looks through each of the holder's doors once, asking each only for what it can hold; the first is asked for what none holds, so that the answer to it is the ledger's and no guess. */
export async function look(services: string[], question: Question): Promise<Shown[]> {
  const shown = new Map<DataCategory, Shown>(
    question.categories.map((category) => [category, { category, granted: false, lines: [], failure: null }]),
  );
  const held = new Map(services.map((service) => [service, categoriesIn(doors[service]?.file ?? CitizenCardSchema)]));
  const elsewhere = question.categories.filter((category) => ![...held.values()].some((set) => set.has(category)));
  await Promise.all(
    services.map(async (service, index) => {
      const door = doors[service];
      if (!door) return;
      const categories = question.categories.filter((category) => held.get(service)?.has(category) || (index === 0 && elsewhere.includes(category)));
      if (categories.length === 0) return;
      try {
        const answer = await door.open({ ...question, categories });
        for (const category of answer.grantedCategories) {
          const entry = shown.get(category);
          if (!entry) continue;
          entry.granted = true;
          entry.lines.push(...linesOf(door.file, answer.file, category, question.purpose));
        }
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (failure.reason === "CONSENT_REQUIRED") return;
        for (const category of categories) {
          const entry = shown.get(category);
          if (entry) entry.failure = failure;
        }
      }
    }),
  );
  return [...shown.values()];
}
