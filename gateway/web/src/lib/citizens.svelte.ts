import { CitizenCardService, type ListCitizenCardsResponse_Line } from "../gen/brobygger/registry/v1/card_pb";
import { client } from "./api";
import { hasWords, wordsOf } from "./find";
import { Paged } from "./paged.svelte";

/** The agency's own citizens by name, page by page. What was typed is held in memory only, and stands on the list it led to. */
class Citizens {
  typed = $state("");
  /** The name that the lines are for. */
  asked = $state("");
  list = new Paged<ListCitizenCardsResponse_Line>((token) => this.read(token));

  /** The only citizen of that name, if there is one. */
  get only(): string | null {
    return this.asked !== "" && !this.list.token && this.list.lines.length === 1 ? (this.list.lines[0]?.citizen ?? null) : null;
  }

  /** Nothing typed, and nothing under way. */
  begin(): void {
    this.typed = "";
    this.list.drop();
  }

  /** Asks for what is typed, also while an older question waits, whose answer then counts no more. Says whether this one was answered. */
  find(): Promise<boolean> {
    this.asked = this.typed.trim();
    this.list.lines = [];
    this.list.token = "";
    return this.list.load();
  }

  /** The register knows whole words only: where more than one was typed, pages without a fitting line are passed over. */
  private async read(token: string): Promise<{ lines: ListCitizenCardsResponse_Line[]; token: string }> {
    const words = wordsOf(this.asked);
    let [lines, next]: [ListCitizenCardsResponse_Line[], string] = [[], token];
    for (let page = 0; page < 5; page++) {
      const answer = await client(CitizenCardService).listCitizenCards({ name: words[0] ?? "", pageSize: 25, pageToken: next });
      lines = answer.lines.filter((line) => hasWords(line.preferredName, words.slice(1)));
      next = answer.nextPageToken;
      if (lines.length > 0 || !next) break;
    }
    return { lines, token: next };
  }
}

/** One search for all pages: what was typed on the start page is shown on the list. */
export const search = new Citizens();
