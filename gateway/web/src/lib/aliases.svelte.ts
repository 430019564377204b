import { DropinService } from "../gen/brobygger/dropin/v1/dropin_service_pb";
import type { Participant } from "../gen/brobygger/dropin/v1/participant_pb";
import { client } from "./api";
import { t } from "./i18n.svelte";

/** What people are called in the house, for the pages on which they stand by reference. Read anew by each page: somebody may be forgotten. */
export class Aliases {
  all = $state.raw<Participant[]>([]);

  load = async (): Promise<void> => {
    const found: Participant[] = [];
    for (let pageToken = ""; ; ) {
      const page = await client(DropinService).listParticipants({ pageSize: 100, pageToken });
      found.push(...page.participants);
      pageToken = page.nextPageToken;
      if (!pageToken) break;
    }
    this.all = found.toSorted((one, other) => one.alias.localeCompare(other.alias, "da"));
  };

  of(name: string): string {
    return this.all.find((one) => one.name === name)?.alias ?? t("house.alias.unknown");
  }
}
