// The services of how a house is run and who looks out for whom, and days on which its Sundays are tried.
import { date } from "./values.mjs";

export const life = "brobygger.dropin.v1.HouseLifeService", network = "brobygger.dropin.v1.NetworkService";

// 0 is Monday.
export const weekday = ({ year, month, day }) => (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;

// How many days it is until the next Sunday that is `weeks` ahead of the first one that is not today.
export const sundayIn = (weeks = 0) => 7 - ((weekday(date()) + 1) % 7) + 7 * weeks;

// Somebody near who answers the phone.
export const backup = { role: "BACKUP_ROLE_STAFF_NEARBY", phone: "+4589151200" };
export const volunteers = (count = 1) => [{ recruitment: "RECRUITMENT_SELF", count }];
