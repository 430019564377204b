#include "services/housing/file_sections.h"

#include <algorithm>

namespace brobygger::housing {
namespace {

v1::SupportForm FormOf(v1::SupportMethod method) {
  switch (method) {
    case v1::SUPPORT_METHOD_CTI: return v1::SUPPORT_FORM_TIME_LIMITED;
    case v1::SUPPORT_METHOD_ICM:
    case v1::SUPPORT_METHOD_ACT: return v1::SUPPORT_FORM_INTENSIVE_IN_OWN_HOME;
    case v1::SUPPORT_METHOD_SECTION_85_DAY_RATE:
    case v1::SUPPORT_METHOD_SECTION_85_HOURLY: return v1::SUPPORT_FORM_SUPPORT_AT_HOME;
    case v1::SUPPORT_METHOD_MASTERING_ADVISER: return v1::SUPPORT_FORM_MASTERING_ADVISER;
    case v1::SUPPORT_METHOD_SKP_99: return v1::SUPPORT_FORM_CONTACT_PERSON;
    default: return v1::SUPPORT_FORM_UNSPECIFIED;
  }
}

bool TellsOfMoney(v1::MeasureKind kind) { return kind != v1::MEASURE_KIND_COMPANION && kind != v1::MEASURE_KIND_NEW_HOME; }

}  // namespace

std::optional<v1::HousingApplication> InFile(const v1::HousingReferral& referral) {
  if (referral.state() == v1::REFERRAL_STATE_MOVED_IN || referral.state() == v1::REFERRAL_STATE_WITHDRAWN) return std::nullopt;
  v1::HousingApplication out;
  out.set_requested_kind(referral.needs().requested_kind());
  out.set_state(referral.state());
  *out.mutable_submitted_on() = referral.submitted_on();
  out.set_alternative(referral.alternative());
  return out;
}

std::optional<v1::HomeOffer> InFile(const v1::HousingOffer& offer) {
  const bool accepted = offer.state() == v1::OFFER_STATE_ACCEPTED;
  if (offer.state() != v1::OFFER_STATE_OPEN && !accepted) return std::nullopt;
  v1::HomeOffer out;
  out.set_unit(offer.unit());
  out.set_state(offer.state());
  if (accepted) *out.mutable_move_in_by() = offer.move_in_by();
  else *out.mutable_valid_until() = offer.valid_until();
  return out;
}

std::optional<v1::HomeTenancy> InFile(const v1::Tenancy& tenancy) {
  if (tenancy.status() == v1::TENANCY_STATUS_ENDED) return std::nullopt;
  v1::HomeTenancy out;
  out.set_unit(tenancy.unit());
  out.set_landlord(tenancy.landlord());
  *out.mutable_start() = tenancy.start();
  if (tenancy.has_last_day()) *out.mutable_last_day() = tenancy.last_day();
  out.set_status(tenancy.status());
  out.set_rent_admin_agreement(tenancy.rent_admin_agreement());
  return out;
}

std::optional<v1::EvictionRisk> InFile(const v1::EvictionPreventionCase& eviction) {
  if (eviction.stage() == v1::EVICTION_STAGE_CLOSED) return std::nullopt;
  v1::EvictionRisk out;
  out.set_stage(eviction.stage());
  if (eviction.has_bailiff_date()) *out.mutable_bailiff_date() = eviction.bailiff_date();
  if (eviction.has_next_step_on()) *out.mutable_next_step_on() = eviction.next_step_on();
  if (eviction.has_arrears_dkk()) out.set_arrears_dkk(eviction.arrears_dkk());
  for (const v1::Measure& m : eviction.measures()) {
    if (TellsOfMoney(m.kind())) out.add_finance_measures(m.kind());
    else out.add_support_measures(m.kind());
  }
  std::sort(out.mutable_finance_measures()->begin(), out.mutable_finance_measures()->end());
  std::sort(out.mutable_support_measures()->begin(), out.mutable_support_measures()->end());
  out.set_averted(eviction.stage() == v1::EVICTION_STAGE_AVERTED);
  return out;
}

const type::v1::Date* NextPhaseOn(const v1::SupportEpisode& episode) {
  switch (episode.phase()) {
    case v1::CTI_PHASE_TRANSITION: return &episode.try_out_from();
    case v1::CTI_PHASE_TRY_OUT: return &episode.transfer_from();
    default: return nullptr;
  }
}

std::optional<v1::SupportInFile> InFile(const v1::SupportEpisode& episode) {
  if (episode.state() == v1::SUPPORT_STATE_ENDED) return std::nullopt;
  v1::SupportInFile out;
  out.set_form(FormOf(episode.method()));
  out.set_state(episode.state());
  *out.mutable_start() = episode.start();
  if (episode.has_planned_end()) *out.mutable_planned_end() = episode.planned_end();
  out.set_phase(episode.phase());
  if (const type::v1::Date* next = NextPhaseOn(episode)) *out.mutable_next_phase_on() = *next;
  if (episode.has_team()) *out.mutable_team() = episode.team();
  if (episode.has_focus()) *out.mutable_focus() = episode.focus();
  return out;
}

}  // namespace brobygger::housing
