import { CitizenCardService, type ListCitizenCardsResponse_Line } from "../gen/brobygger/registry/v1/card_pb";
import { client } from "./api";
import { hasWords, wordsOf } from "./find";

/** The agency's own citizens by name, page by page. What was typed is held in memory only, and stands on the list it led to. */
export class Citizens {
  typed = $state("");
  lines = $state<ListCitizenCardsResponse_Line[]>([]);
  token = $state("");
  /** The name that the lines are for. */
  asked = $state("");

  /** The only citizen of that name, if there is one. */
  get only(): string | null {
    return this.asked !== "" && !this.token && this.lines.length === 1 ? (this.lines[0]?.citizen ?? null) : null;
  }

  async find(): Promise<void> {
    this.asked = this.typed.trim();
    this.lines = [];
    this.token = "";
    await this.more();
  }

  /** Reads on. The register knows whole words only: where more than one was typed, pages without a fitting line are passed over. */
  async more(): Promise<void> {
    const words = wordsOf(this.asked);
    const asked = this.asked;
    for (let page = 0; page < 5; page++) {
      const answer = await client(CitizenCardService).listCitizenCards({ name: words[0] ?? "", pageSize: 25, pageToken: this.token });
      if (asked !== this.asked) return;
      const fitting = answer.lines.filter((line) => hasWords(line.preferredName, words.slice(1)));
      this.lines = [...this.lines, ...fitting];
      this.token = answer.nextPageToken;
      if (fitting.length > 0 || !this.token) return;
    }
  }
}

/** One search for all pages: what was typed on the start page is shown on the list. */
export const search = new Citizens();
