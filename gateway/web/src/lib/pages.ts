import type { Component } from "svelte";
import CitizenClinic from "../clinic/CitizenClinic.svelte";
import Clinic from "../clinic/Clinic.svelte";
import Contact from "../clinic/Contact.svelte";
import Referrals from "../clinic/Referrals.svelte";
import Export from "../citizen/Export.svelte";
import Matrix from "../citizen/Matrix.svelte";
import OwnNarrow from "../citizen/Narrow.svelte";
import OwnRenew from "../citizen/Renew.svelte";
import Rights from "../citizen/Rights.svelte";
import Story from "../citizen/Story.svelte";
import Board from "../homes/Board.svelte";
import Due from "../homes/Due.svelte";
import Homes from "../homes/Homes.svelte";
import House from "../homes/House.svelte";
import NewHouse from "../homes/NewHouse.svelte";
import NewReferral from "../homes/NewReferral.svelte";
import Nights from "../homes/Nights.svelte";
import Offer from "../homes/Offer.svelte";
import Offers from "../homes/Offers.svelte";
import Road from "../homes/Road.svelte";
import Tenancies from "../homes/Tenancies.svelte";
import Unit from "../homes/Unit.svelte";
import Waiting from "../homes/Waiting.svelte";
import Activities from "../house/Activities.svelte";
import Activity from "../house/Activity.svelte";
import HouseBoard from "../house/Board.svelte";
import Box from "../house/Box.svelte";
import Budgets from "../house/Budgets.svelte";
import CallList from "../house/CallList.svelte";
import CitizenCompanion from "../house/CitizenCompanion.svelte";
import Companions from "../house/Companions.svelte";
import FoodRounds from "../house/FoodRounds.svelte";
import Groups from "../house/Groups.svelte";
import Meals from "../house/Meals.svelte";
import Meetings from "../house/Meetings.svelte";
import NewActivity from "../house/NewActivity.svelte";
import Outdoors from "../house/Outdoors.svelte";
import Outreach from "../house/Outreach.svelte";
import Shifts from "../house/Shifts.svelte";
import SmallSteps from "../house/SmallSteps.svelte";
import Table from "../house/Table.svelte";
import Today from "../house/Today.svelte";
import AllDoors from "../staff/AllDoors.svelte";
import Answer from "../staff/Answer.svelte";
import Card from "../staff/Card.svelte";
import Centre from "../staff/Centre.svelte";
import Citizen from "../staff/Citizen.svelte";
import CitizenRights from "../staff/CitizenRights.svelte";
import CodeCard from "../staff/CodeCard.svelte";
import CountWeek from "../staff/CountWeek.svelte";
import Doors from "../staff/Doors.svelte";
import Incoming from "../staff/Incoming.svelte";
import MyCitizens from "../staff/MyCitizens.svelte";
import Narrow from "../staff/Narrow.svelte";
import NewCitizen from "../staff/NewCitizen.svelte";
import NewConsent from "../staff/NewConsent.svelte";
import Overview from "../staff/Overview.svelte";
import Participants from "../staff/Participants.svelte";
import LinkParticipant from "../staff/LinkParticipant.svelte";
import Regular from "../staff/Regular.svelte";
import Renew from "../staff/Renew.svelte";
import Eviction from "../keep/Eviction.svelte";
import Evictions from "../keep/Evictions.svelte";
import Screening from "../screening/Screening.svelte";
import ScreeningPaper from "../screening/ScreeningPaper.svelte";
import Screenings from "../screening/Screenings.svelte";
import Shelter from "../keep/Shelter.svelte";
import Support from "../keep/Support.svelte";
import Supports from "../keep/Supports.svelte";
import Tally from "../staff/Tally.svelte";
import Withdraw from "../staff/Withdraw.svelte";
import NotFound from "../ui/NotFound.svelte";
import NotForYou from "../ui/NotForYou.svelte";
import type { Key } from "./i18n.svelte";
import { isPractitioner } from "./policy";
import { match } from "./router.svelte";
import { keepsCentre, keepsClinic, keepsHomes } from "./kept";
import type { Session } from "./session.svelte";

interface Row {
  path: string;
  // A page takes exactly the parts that its path names; the table below is where the two meet.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  component: Component<any>;
  who: (session: Session) => boolean;
  /** Where the page stands in the menu, if it does. */
  menu?: Key;
  /** What it is called among the ways on the page of the house today, if it is one. */
  way?: Key;
}

const role = (...roles: string[]) => (session: Session) => session.roles.some((held) => roles.includes(held.replace(/^ROLE_/, "")));
const practitioner = (session: Session) => !session.citizen && isPractitioner(session.roles);
const staff = (session: Session) => !session.citizen;
const citizen = (session: Session) => session.citizen;
/** Where the agency's records are kept by this service; a leader, a volunteer or an adviser may work anywhere. */
const kept = (by: (session: Session) => boolean, who: Row["who"]) => (session: Session) => who(session) && by(session);
const counts = kept(keepsCentre, role("DROPIN_STAFF", "USER_VOLUNTEER"));
const house = kept(keepsCentre, role("DROPIN_STAFF", "USER_VOLUNTEER", "LEADER", "DROPIN_NURSE"));
const houseStaff = kept(keepsCentre, role("DROPIN_STAFF"));
const runsHouse = kept(keepsCentre, role("DROPIN_STAFF", "USER_VOLUNTEER", "LEADER"));
const countsWeeks = kept(keepsCentre, role("DROPIN_STAFF", "LEADER"));
const adviser = kept(keepsHomes, role("HOUSING_ADVISER"));
const nurse = kept(keepsClinic, role("DROPIN_NURSE"));
const keepsHouses = kept(keepsHomes, role("HOUSING_ADVISER", "LEADER"));
const homesInNumbers = kept(keepsHomes, role("HOUSING_ADVISER", "LEADER", "USER_VOLUNTEER"));
const countsNights = kept(keepsHomes, role("HOUSING_ADVISER", "DROPIN_STAFF", "LEADER", "USER_VOLUNTEER"));

const pages: Row[] = [
  { path: "/taelling", component: Tally, who: counts, menu: "menu.tally" },
  { path: "/idag", component: Today, who: house, menu: "menu.today" },
  { path: "/overblik", component: Overview, who: staff, menu: "menu.overview" },
  { path: "/borgere", component: MyCitizens, who: practitioner, menu: "menu.citizens" },
  { path: "/samtykker", component: Incoming, who: practitioner, menu: "menu.incoming" },
  { path: "/klinik", component: Clinic, who: nurse, menu: "menu.clinic" },
  { path: "/klinik/kontakt/:contact", component: Contact, who: nurse },
  { path: "/klinik/taender", component: Referrals, who: nurse, menu: "menu.teeth" },
  { path: "/frister", component: Due, who: adviser, menu: "menu.due" },
  { path: "/boliger", component: Homes, who: homesInNumbers, menu: "menu.homes" },
  { path: "/boliger/nyt-hus", component: NewHouse, who: keepsHouses },
  { path: "/huse/:house", component: House, who: keepsHouses },
  { path: "/huse/:house/bestyrelse", component: Board, who: homesInNumbers },
  { path: "/huse/:house/:unit", component: Unit, who: adviser },
  { path: "/huse/:house/:unit/tilbyd/:referral", component: Offer, who: adviser },
  { path: "/venteliste", component: Waiting, who: adviser },
  { path: "/tilbyd/:referral", component: Offer, who: adviser },
  { path: "/tilbud", component: Offers, who: adviser },
  { path: "/lejemaal", component: Tenancies, who: adviser },
  { path: "/naetter", component: Nights, who: countsNights, menu: "menu.nights" },
  { path: "/ny-borger", component: NewCitizen, who: practitioner, menu: "menu.new-citizen" },
  { path: "/deltagere", component: Participants, who: role("DROPIN_STAFF"), menu: "menu.participants" },
  { path: "/aktiviteter", component: Activities, who: house, menu: "menu.activities", way: "menu.activities" },
  { path: "/aktiviteter/ny", component: NewActivity, who: houseStaff },
  { path: "/aktiviteter/:activity", component: Activity, who: houseStaff },
  { path: "/aktiviteter/:activity/bord", component: Table, who: counts },
  { path: "/aktivitetsgrupper", component: Groups, who: houseStaff, way: "menu.groups" },
  { path: "/budgetter", component: Budgets, who: houseStaff, way: "menu.budgets" },
  { path: "/kostordning", component: Meals, who: runsHouse, way: "menu.meals" },
  { path: "/tavle", component: HouseBoard, who: house, way: "menu.notices" },
  { path: "/postkasse", component: Box, who: runsHouse, way: "menu.box" },
  { path: "/moeder", component: Meetings, who: runsHouse, way: "menu.meetings" },
  { path: "/vagter", component: Shifts, who: runsHouse, way: "menu.shifts" },
  { path: "/opsoegende", component: Outreach, who: runsHouse, menu: "menu.outreach" },
  { path: "/ringeliste", component: CallList, who: houseStaff, way: "menu.calls" },
  { path: "/bisiddere", component: Companions, who: houseStaff, way: "menu.companions" },
  { path: "/mad", component: FoodRounds, who: runsHouse, way: "menu.food" },
  { path: "/uderum", component: Outdoors, who: runsHouse, way: "menu.outdoors" },
  { path: "/deltagere/:participant/skridt", component: SmallSteps, who: houseStaff },
  { path: "/vaerested", component: Centre, who: house, way: "menu.centre" },
  { path: "/taelling/uge", component: CountWeek, who: countsWeeks, way: "menu.count-week" },
  { path: "/deltagere/:participant/borger", component: LinkParticipant, who: role("DROPIN_STAFF") },
  { path: "/borger/:citizen", component: Citizen, who: practitioner },
  { path: "/borger/:citizen/kort", component: Card, who: practitioner },
  { path: "/borger/:citizen/kodekort", component: CodeCard, who: practitioner },
  { path: "/borger/:citizen/adgang", component: Doors, who: practitioner },
  { path: "/borger/:citizen/samtykke", component: NewConsent, who: practitioner },
  { path: "/borger/:citizen/samtykke/:page", component: Answer, who: practitioner },
  { path: "/borger/:citizen/indskraenk/:consent", component: Narrow, who: practitioner },
  { path: "/borger/:citizen/forny/:consent", component: Renew, who: practitioner },
  { path: "/borger/:citizen/alt", component: AllDoors, who: practitioner },
  { path: "/borger/:citizen/rettigheder", component: CitizenRights, who: practitioner },
  { path: "/borger/:citizen/stop", component: Withdraw, who: practitioner },
  { path: "/borger/:citizen/bolig", component: Road, who: adviser },
  { path: "/borger/:citizen/bolig/indstil", component: NewReferral, who: adviser },
  { path: "/screeninger", component: Screenings, who: adviser, menu: "menu.screenings" },
  { path: "/screeninger/papir", component: ScreeningPaper, who: adviser },
  { path: "/udsaettelser", component: Evictions, who: adviser, menu: "menu.evictions" },
  { path: "/stoette", component: Supports, who: adviser, menu: "menu.support" },
  { path: "/borger/:citizen/screening", component: Screening, who: adviser },
  { path: "/borger/:citizen/udsaettelse", component: Eviction, who: adviser },
  { path: "/borger/:citizen/stoette", component: Support, who: adviser },
  { path: "/borger/:citizen/forsorg", component: Shelter, who: adviser },
  { path: "/borger/:citizen/klinik", component: CitizenClinic, who: nurse },
  { path: "/borger/:citizen/bisidder", component: CitizenCompanion, who: houseStaff },
  { path: "/borger/:citizen/hos-os", component: Regular, who: role("DROPIN_STAFF") },
  { path: "/mit", component: Matrix, who: citizen, menu: "menu.my-consents" },
  { path: "/mit/indskraenk/:consent", component: OwnNarrow, who: citizen },
  { path: "/mit/forny/:consent", component: OwnRenew, who: citizen },
  { path: "/mit/hvem", component: Story, who: citizen, menu: "menu.my-story" },
  { path: "/mit/data", component: Export, who: citizen, menu: "menu.my-data" },
  { path: "/mit/rettigheder", component: Rights, who: citizen, menu: "menu.my-rights" },
];

/** The first page after signing in: counting for those who count, the matrix for the citizen. */
export function home(session: Session): string {
  return pages.find((page) => page.who(session))?.path ?? "/overblik";
}

export function menuFor(session: Session): { path: string; label: Key }[] {
  if (!session.signedIn) return [];
  return pages.flatMap((page) => (page.menu && page.who(session) ? [{ path: page.path, label: page.menu }] : []));
}

/** The ways from the page of the house today to everything else about it. */
export function waysFor(session: Session): { path: string; label: Key }[] {
  return pages.flatMap((page) => (page.way && page.who(session) ? [{ path: page.path, label: page.way }] : []));
}

export function pageFor(path: string, session: Session): { component: Row["component"]; values: Record<string, string> } {
  const actual = path === "/" ? home(session) : path;
  for (const page of pages) {
    const values = match(page.path, actual);
    if (values) return page.who(session) ? { component: page.component, values } : { component: NotForYou, values: {} };
  }
  return { component: NotFound, values: {} };
}
