import { change } from "./strings/change";
import { citizen } from "./strings/citizen";
import { clinic } from "./strings/clinic";
import { common } from "./strings/common";
import { consent } from "./strings/consent";
import { dropin } from "./strings/dropin";
import { failures } from "./strings/failures";
import { fields } from "./strings/fields";
import { homes } from "./strings/homes";
import { house } from "./strings/house";
import { housing } from "./strings/housing";
import { network } from "./strings/network";
import { rights } from "./strings/rights";
import { staff } from "./strings/staff";
import { support } from "./strings/support";
import { together } from "./strings/together";

/** Every text of the pages, Danish and English side by side. The parts are by area; the table is one. */
export const strings = { ...common, ...failures, ...fields, ...staff, ...consent, ...change, ...dropin, ...house, ...together, ...network, ...housing, ...homes, ...support, ...clinic, ...citizen, ...rights } as const;

export type Key = keyof typeof strings;
