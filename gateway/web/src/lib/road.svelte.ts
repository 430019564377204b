import { AllocationService } from "../gen/brobygger/housing/v1/allocation_service_pb";
import type { HousingOffer } from "../gen/brobygger/housing/v1/offer_pb";
import { ReferralState, type HousingReferral } from "../gen/brobygger/housing/v1/referral_pb";
import { TenancyStatus, type Tenancy } from "../gen/brobygger/housing/v1/tenancy_pb";
import { client } from "./api";
import { citizenName } from "./names";

const over = [ReferralState.NOT_ELIGIBLE, ReferralState.MOVED_IN, ReferralState.WITHDRAWN];

/** One citizen's way into a home: what was asked for, what is offered, where the citizen lives. */
export class Road {
  referrals = $state.raw<HousingReferral[]>([]);
  offers = $state.raw<HousingOffer[]>([]);
  tenancies = $state.raw<Tenancy[]>([]);
  loaded = $state(false);

  constructor(private readonly citizen: string) {}

  async load(): Promise<void> {
    const whose = { citizen: citizenName(this.citizen), pageSize: 100 };
    const [asked, offered, lived] = await Promise.all([
      client(AllocationService).listHousingReferrals(whose),
      client(AllocationService).listOffers(whose),
      client(AllocationService).listTenancies(whose),
    ]);
    [this.referrals, this.offers, this.tenancies, this.loaded] = [asked.referrals, offered.offers, lived.tenancies, true];
  }

  /** The referral that goes on; at most one does. */
  get open(): HousingReferral | null {
    return this.referrals.find((one) => !over.includes(one.state)) ?? null;
  }

  /** The newest, whatever came of it. */
  get last(): HousingReferral | null {
    return this.referrals[0] ?? null;
  }

  /** The offer that runs. */
  get offer(): HousingOffer | null {
    const name = this.open?.offer;
    return name ? (this.offers.find((one) => one.name === name) ?? null) : null;
  }

  get home(): Tenancy | null {
    return this.tenancies.find((one) => one.status !== TenancyStatus.ENDED) ?? null;
  }
}
