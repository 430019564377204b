import { Code } from "@connectrpc/connect";
import type { Failure } from "./errors";
import { t, type Key } from "./i18n.svelte";
import { strings } from "./strings";

/** A refusal or failure in calm words. `calm` ones are expected answers, not faults. */
export interface Message {
  title: string;
  text: string;
  next: string;
  retry: string;
  calm: boolean;
}

interface Row {
  title: Key;
  text: Key;
  next?: Key;
  retry?: boolean;
  calm?: boolean;
}

/** What a page says for some reasons, where it knows more than the reason tells. */
export type Words = Record<string, Row>;

/** One row for every reason a service gives. */
const byReason: Record<string, Row> = {
  CONSENT_REQUIRED: { title: "fail.consent.title", text: "fail.consent.text", next: "fail.consent.next", calm: true },
  CONSENT_SERVICE_DOWN: { title: "fail.down.title", text: "fail.down.text", next: "fail.down.next", retry: true },
  STORE_DOWN: { title: "fail.unavailable.title", text: "fail.unavailable.text", retry: true },
  ROLE_NOT_ALLOWED: { title: "fail.role.title", text: "fail.role.text", next: "fail.role.next", calm: true },
  PURPOSE_NOT_ALLOWED: { title: "fail.purpose.title", text: "fail.purpose.text", next: "fail.purpose.next", calm: true },
  CATEGORY_NOT_RELEVANT: { title: "fail.category.title", text: "fail.category.text", next: "fail.category.next", calm: true },
  PRESENCE_REQUIRED: { title: "fail.presence.title", text: "presence.missing" },
  CAPACITY_NOT_ATTESTED: { title: "fail.capacity.title", text: "fail.capacity.text", next: "fail.capacity.next", calm: true },
  WORD_NOT_ENOUGH: { title: "fail.word.title", text: "fail.word.text", next: "fail.word.next", calm: true },
  CONSENT_TEXT_OUTDATED: { title: "fail.outdated.title", text: "fail.outdated.text", next: "fail.outdated.next" },
  WRONG_STATE: { title: "fail.state.title", text: "fail.state.text", next: "fail.state.next" },
  ETAG_MISMATCH: { title: "fail.etag.title", text: "fail.etag.text", next: "fail.etag.next" },
  CARD_NOT_BY_ISSUER: { title: "fail.own-card.title", text: "fail.own-card.text", next: "fail.own-card.next", calm: true },
  CODE_WRONG: { title: "fail.code.title", text: "fail.code.text", next: "fail.code.next" },
  RATE_LIMITED: { title: "fail.rate.title", text: "fail.rate.text", next: "fail.rate.next" },
  SECOND_PERSON_INVALID: { title: "fail.second.title", text: "fail.second.text", next: "fail.second.next" },
  SECOND_PERSON_MISSING: { title: "fail.second.title", text: "fail.second.text", next: "fail.second.next" },
  CSRF: { title: "fail.page.title", text: "fail.page.text" },
  STATEMENT_USE: { title: "fail.use.title", text: "fail.use.text", next: "fail.use.next" },
  STATEMENT_USED: { title: "fail.used.title", text: "fail.used.text" },
  LINK_INVALID: { title: "fail.link.title", text: "fail.link.text", next: "fail.link.next" },
  LINK_EXPIRED: { title: "fail.link.title", text: "fail.link.text", next: "fail.link.next" },
  DUPLICATE: { title: "fail.duplicate.title", text: "fail.duplicate.text" },
  CAPACITY_FULL: { title: "fail.full.title", text: "fail.full.text", calm: true },
  DOUBLE_BOOKED: { title: "fail.double.title", text: "fail.double.text", next: "fail.double.next" },
  NOT_FIRST_IN_LINE: { title: "fail.line.title", text: "fail.line.text", next: "fail.line.next", calm: true },
  STAFFING_TOO_LOW: { title: "fail.staffing.title", text: "fail.staffing.text" },
  ALIAS_FORGOTTEN: { title: "fail.forgotten.title", text: "fail.forgotten.text", calm: true },
  BUDGET_OVERSPENT: { title: "fail.overspent.title", text: "fail.overspent.text" },
  ACTIVITY_OVER: { title: "fail.activity-over.title", text: "fail.activity-over.text", calm: true },
  WAIVER_NOT_ALLOWED: { title: "fail.waiver.title", text: "fail.waiver.text", calm: true },
  FEE_WAIVED: { title: "fail.fee-waived.title", text: "fail.fee-waived.text" },
  TOO_EARLY: { title: "fail.early.title", text: "fail.early.text", calm: true },
  TICKET_REFUSED: { title: "fail.ticket.title", text: "fail.ticket.text" },
  ERASED: { title: "fail.erased.title", text: "fail.erased.text", calm: true },
  AGE_OUT_OF_RANGE: { title: "fail.age.title", text: "fail.age.text" },
};

/** What the code alone says, where no reason is known. */
const byCode: Partial<Record<Code, Row>> = {
  [Code.Unauthenticated]: { title: "fail.session.title", text: "fail.session.text" },
  [Code.InvalidArgument]: { title: "fail.input.title", text: "fail.input.text" },
  [Code.PermissionDenied]: { title: "fail.role.title", text: "fail.role.text", next: "fail.role.next", calm: true },
  [Code.NotFound]: { title: "fail.not-found.title", text: "fail.not-found.text", calm: true },
  [Code.AlreadyExists]: { title: "fail.duplicate.title", text: "fail.duplicate.text" },
  [Code.FailedPrecondition]: { title: "fail.state.title", text: "fail.state.text", next: "fail.state.next" },
  [Code.Aborted]: { title: "fail.conflict.title", text: "fail.conflict.text", retry: true },
  [Code.ResourceExhausted]: { title: "fail.rate.title", text: "fail.rate.text", next: "fail.rate.next" },
  [Code.Unavailable]: { title: "fail.unavailable.title", text: "fail.unavailable.text", retry: true },
  [Code.DeadlineExceeded]: { title: "fail.late.title", text: "fail.late.text", retry: true },
};

const other: Row = { title: "fail.other.title", text: "fail.other.text", next: "fail.other.next", retry: true };

export function messageOf(failure: Failure, own: Words = {}): Message {
  const row = own[failure.reason] ?? byReason[failure.reason] ?? byCode[failure.code] ?? other;
  return {
    title: t(row.title),
    text: t(row.text),
    next: row.next ? t(row.next) : "",
    retry: row.retry ? t("fail.again") : "",
    calm: row.calm ?? false,
  };
}

/** What is wrong with one field. */
export function fieldMessage(reason: string): string {
  const key = `field.${reason}`;
  return key in strings ? t(key as Key) : t("field.OUT_OF_RANGE");
}
