import { agencyByName } from "./agencies.svelte";
import type { Session } from "./session.svelte";

const kept = (service: string) => (session: Session) => agencyByName(session.agency)?.doors.includes(service) ?? false;

/** Whether the housing service keeps the records of this person's agency: an adviser may work where it does not. */
export const keepsHomes = kept("brobygger.housing.v1.HousingService");

/** The same of the nurse clinic's service. */
export const keepsClinic = kept("brobygger.clinic.v1.ClinicService");

/** The same of the drop-in centres' service. */
export const keepsCentre = kept("brobygger.dropin.v1.DropinService");
