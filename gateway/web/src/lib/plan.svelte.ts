import type { MessageInitShape } from "@bufbuild/protobuf";
import { PlannedBy, type ActivityKind, type ActivityPlan, type ActivityPlanSchema } from "../gen/brobygger/dropin/v1/activity_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import type { FormError } from "./form";
import { compareDays } from "./civil";
import { minuteOf, numberOf, timeText } from "./house";
import { t } from "./i18n.svelte";

/** The plan of an activity as it is written on a page. */
export class PlanForm {
  title = $state("");
  kind = $state<ActivityKind | null>(null);
  date = $state<CivilDate | null>(null);
  lastDay = $state<CivilDate | null>(null);
  oneDay = $state(true);
  time = $state("10.00");
  place = $state("");
  note = $state("");
  capacity = $state("");
  fee = $state("0");
  waiver = $state(false);
  by = $state<PlannedBy | null>(PlannedBy.HOUSE);
  group = $state("");

  constructor(plan?: ActivityPlan) {
    if (!plan) return;
    [this.title, this.kind, this.place, this.note, this.by, this.group] = [plan.title, plan.kind, plan.place, plan.note, plan.plannedBy, plan.activityGroup];
    [this.date, this.lastDay, this.oneDay] = [plan.date ?? null, plan.lastDay?.year ? plan.lastDay : null, !plan.lastDay?.year];
    [this.time, this.capacity, this.fee, this.waiver] = [timeText(plan.fromMinute), String(plan.capacity), String(plan.feeDkk), plan.feeWaiverAllowed];
  }

  check = (): FormError[] => {
    const found: FormError[] = [];
    const want = (good: boolean, id: string, text: string) => good || found.push({ id, text });
    want(this.title.trim() !== "", "title", `${t("activity.what")}: ${t("form.required")}`);
    want(this.kind !== null, "kind", `${t("activity.kind")}: ${t("form.choose")}`);
    want(this.date !== null, "date", `${t("house.date")}: ${t("form.bad-date")}`);
    want(this.oneDay || (this.lastDay !== null && this.date !== null && compareDays(this.lastDay, this.date) > 0), "last", t("activity.last.bad"));
    want((minuteOf(this.time) ?? 1440) < 1440, "time", t("house.time.bad"));
    want(this.place.trim() !== "", "place", `${t("activity.place")}: ${t("form.required")}`);
    want(numberOf(this.capacity, 1, 200) !== null, "capacity", t("activity.capacity.bad"));
    want(numberOf(this.fee, 0, 500) !== null, "fee", t("activity.fee.bad"));
    want(this.by !== null, "by", `${t("activity.by")}: ${t("form.choose")}`);
    want(this.by !== PlannedBy.ACTIVITY_GROUP || this.group !== "", "group", `${t("activity.group")}: ${t("form.choose")}`);
    return found;
  };

  get plan(): MessageInitShape<typeof ActivityPlanSchema> {
    const fee = numberOf(this.fee, 0, 500) ?? 0;
    return {
      title: this.title.trim(),
      kind: this.kind ?? 0,
      date: this.date ?? undefined,
      lastDay: this.oneDay ? undefined : (this.lastDay ?? undefined),
      fromMinute: minuteOf(this.time) ?? 0,
      place: this.place.trim(),
      note: this.note.trim(),
      capacity: numberOf(this.capacity, 1, 200) ?? 0,
      feeDkk: fee,
      feeWaiverAllowed: fee > 0 && this.waiver,
      plannedBy: this.by ?? 0,
      activityGroup: this.by === PlannedBy.ACTIVITY_GROUP ? this.group : "",
    };
  }

  /** Where the contract's fields stand on the page. */
  static get places(): Record<string, { id: string; label: string }> {
    const at = (id: string, label: Parameters<typeof t>[0]) => ({ id, label: t(label) });
    return {
      "plan.title": at("title", "activity.what"),
      "plan.kind": at("kind", "activity.kind"),
      "plan.date": at("date", "house.date"),
      "plan.last_day": at("last", "activity.last"),
      "plan.from_minute": at("time", "house.time"),
      "plan.place": at("place", "activity.place"),
      "plan.note": at("note", "activity.note"),
      "plan.capacity": at("capacity", "activity.capacity"),
      "plan.fee_dkk": at("fee", "activity.fee.label"),
      "plan.planned_by": at("by", "activity.by"),
      "plan.activity_group": at("group", "activity.group"),
    };
  }
}
