import { PresenceService } from "../gen/brobygger/consent/v1/presence_pb";
import type { Presence, PresenceMethod, PresenceUse } from "../gen/brobygger/type/v1/type_pb";
import { act, client, withSecondPerson } from "./api";
import { failureOf } from "./errors";
import { t } from "./i18n.svelte";
import { citizenName } from "./names";
import { signed } from "./presence";
import { clearSecondPerson, current, type SecondPerson } from "./session.svelte";

interface Wrong {
  id: string;
  text: string;
}

/**
 * The citizen's word as staff write it down, for one use: by the code card, or to two persons. A statement that has been signed is
 * kept while what it says stays the same: a second person signs in for one statement, and what comes after it may fail once.
 */
export class CitizenWord {
  kind = $state<"card" | "two" | null>(current.session.secondPerson ? "two" : null);
  method = $state<PresenceMethod | null>(null);
  companion = $state(false);
  code = $state("");
  /** The citizen signed on paper. */
  written = $state(false);
  private heardAbout = $state<string | null>(null);
  private kept = $state.raw<{ content: string; presence: Presence; witness: SecondPerson | null } | null>(null);
  private readonly citizen: string;
  private readonly use: PresenceUse;
  private readonly consents: () => string[];
  private readonly holder: () => string;

  /** `consents` are those that it is for, under GIVE; `holder` is the agency where something is to be erased, under ERASE. */
  constructor(citizen: string, use: PresenceUse, consents: () => string[] = () => [], holder: () => string = () => "") {
    this.citizen = citizen;
    this.use = use;
    this.consents = consents;
    this.holder = holder;
  }

  private get content(): string {
    return JSON.stringify([this.kind, this.method, this.companion, this.written, this.about]);
  }

  /** The second person ticked that they heard it: what it is for now, and nothing else. */
  get heard(): boolean {
    return this.heardAbout === this.about;
  }
  set heard(yes: boolean) {
    this.heardAbout = yes ? this.about : null;
  }
  private get about(): string {
    return JSON.stringify([this.consents(), this.holder()]);
  }

  /** Whether what was signed still says what the page says. */
  private get holds(): boolean {
    return this.kept?.content === this.content;
  }

  /** The second person: signed in now, or the one whose sign-in is spent on the statement that is kept. */
  get second(): SecondPerson | null {
    return current.session.secondPerson ?? (this.holds ? (this.kept?.witness ?? null) : null);
  }

  check(): Wrong[] {
    const found: Wrong[] = [];
    const kept = this.holds;
    if (this.kind === null) found.push({ id: "word", text: `${t("answer.word")} ${t("form.choose")}` });
    if (this.kind === "card" && !kept && this.code.replaceAll(/[\s-]/g, "").length !== 16) found.push({ id: "code", text: t("answer.code.bad") });
    if (this.kind === "two" && !this.second) found.push({ id: "second", text: t("answer.second.missing") });
    else if (this.kind === "two" && !this.heard) found.push({ id: "heard", text: t("answer.second.heard.missing") });
    if (this.method === null) found.push({ id: "presence", text: t("presence.missing") });
    return found;
  }

  /** The signed statement, for these consents and nothing else. */
  async sign(): Promise<Presence | undefined> {
    if (this.kept && this.holds) return this.kept.presence;
    const content = this.content;
    const two = this.kind === "two";
    const witness = two ? current.session.secondPerson : null;
    const answer = await act((requestId) =>
      client(PresenceService).attestPresence(
        {
          citizen: citizenName(this.citizen),
          method: this.method ?? undefined,
          use: this.use,
          consents: this.consents(),
          holder: this.holder(),
          companionPresent: this.companion,
          code: two ? "" : this.code.trim(),
          writtenSignature: this.written,
          requestId,
        },
        two ? withSecondPerson : {},
      ),
    );
    if (!answer.statement) return undefined;
    const presence = signed(answer.statement);
    this.kept = { content, presence, witness };
    if (two) await clearSecondPerson();
    return presence;
  }

  /** After the act: a word counts once. */
  done(): void {
    this.kept = null;
    this.heard = this.written = false;
    this.code = "";
  }

  /** What is left of it after an act was refused. */
  async failed(thrown: unknown): Promise<void> {
    const { reason } = failureOf(thrown);
    if (reason === "STATEMENT_USED" || reason === "STATEMENT_USE") this.kept = null;
    if (reason === "SECOND_PERSON_INVALID" || reason === "SECOND_PERSON_MISSING") {
      this.heard = false;
      await clearSecondPerson();
    }
  }
}
