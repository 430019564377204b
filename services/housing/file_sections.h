// What the file shows of each record beside the screening: pure functions of the record. Nothing: the record is over, and its
// section is gone.
#pragma once

#include <optional>

#include "brobygger/housing/v1/eviction.pb.h"
#include "brobygger/housing/v1/file_sections.pb.h"
#include "brobygger/housing/v1/offer.pb.h"
#include "brobygger/housing/v1/referral.pb.h"
#include "brobygger/housing/v1/support.pb.h"
#include "brobygger/housing/v1/tenancy.pb.h"

namespace brobygger::housing {

// A refused one stays, with its alternative, until the next.
std::optional<v1::HousingApplication> InFile(const v1::HousingReferral& referral);
std::optional<v1::HomeOffer> InFile(const v1::HousingOffer& offer);
std::optional<v1::HomeTenancy> InFile(const v1::Tenancy& tenancy);
// Measures that tell of money stand apart from those that do not.
std::optional<v1::EvictionRisk> InFile(const v1::EvictionPreventionCase& eviction);
// ACT is shown as intensive support: its name would tell of psychiatry and substances.
std::optional<v1::SupportInFile> InFile(const v1::SupportEpisode& episode);

// The planned day of the next phase of a CTI; nullptr in the last phase and without a phase.
const type::v1::Date* NextPhaseOn(const v1::SupportEpisode& episode);

}  // namespace brobygger::housing
