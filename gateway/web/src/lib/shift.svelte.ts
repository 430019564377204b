import type { BackupRole } from "../gen/brobygger/dropin/v1/shift_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import type { FormError } from "./form";
import { compareDays } from "./civil";
import { daysAhead } from "./clock";
import { today } from "./dates";
import { minuteOf, phoneOf } from "./house";
import { t } from "./i18n.svelte";

/** When a shift is and who answers the phone, as they are written on a page. */
export class ShiftForm {
  date = $state<CivilDate | null>(null);
  from = $state("");
  to = $state("");
  role = $state<BackupRole | null>(null);
  phone = $state("");

  constructor(date: CivilDate | null, from: string, to: string) {
    [this.date, this.from, this.to] = [date, from, to];
  }

  check(ahead: number, phoneNeeded: boolean): FormError[] {
    const [from, to] = [minuteOf(this.from), minuteOf(this.to)];
    const found: FormError[] = [];
    if (!this.date || compareDays(this.date, today()) < 0 || compareDays(this.date, daysAhead(ahead)) > 0) found.push({ id: "date", text: t("shift.date.bad", { days: ahead }) });
    if (from === null || from >= 1440) found.push({ id: "from", text: t("house.time.bad") });
    if (to === null || (from !== null && to <= from)) found.push({ id: "to", text: t("shift.to.bad") });
    if (phoneNeeded && this.role === null) found.push({ id: "backup", text: `${t("shift.backup.who")}: ${t("form.choose")}` });
    if (phoneNeeded && !/^\+\d{6,15}$/.test(phoneOf(this.phone))) found.push({ id: "phone", text: t("shift.backup.bad") });
    return found;
  }

  get when(): { date: CivilDate | undefined; fromMinute: number; toMinute: number } {
    return { date: this.date ?? undefined, fromMinute: minuteOf(this.from) ?? 0, toMinute: minuteOf(this.to) ?? 0 };
  }

  get backup(): { role: BackupRole; phone: string } {
    return { role: this.role ?? 0, phone: phoneOf(this.phone) };
  }

  static get places(): Record<string, { id: string; label: string }> {
    return {
      date: { id: "date", label: t("house.date") },
      from_minute: { id: "from", label: t("house.from") },
      to_minute: { id: "to", label: t("house.to") },
      "phone_backup.phone": { id: "phone", label: t("shift.backup.phone") },
      staff_count: { id: "count", label: t("shift.count") },
    };
  }
}
