// The citizens of the benchmark: citizen i has a consent from perron-4 to boligenhed, and a regular's record with its file
// at perron-4. Everything follows from i, so every answer can be checked.
#pragma once

#include <cstdint>
#include <string>

#include "services/consent/rules.h"
#include "services/runtime/store.h"

namespace brobygger::bench {

inline constexpr char kHolder[] = "agencies/perron-4";
inline constexpr char kRecipient[] = "agencies/boligenhed";
inline constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE display_name_da: "Perron 4" display_name_en: "Perron 4"
             doors { service: "brobygger.dropin.v1.DropinService" peer: "dropin" } }
  agencies { name: "agencies/boligenhed" kind: AGENCY_KIND_HOUSING_UNIT display_name_da: "Boligenheden" display_name_en: "The Housing Unit"
             doors { service: "brobygger.housing.v1.HousingService" peer: "housing" } }
)pb";

// 26 characters of a-z2-7 that spell a letter and a number; later numbers sort later.
std::string Id(char what, uint32_t i);

// References of citizen i, "citizens/…".
std::string HoldersReference(uint32_t i);
std::string RecipientsReference(uint32_t i);

// What the citizen wants others to know: 190 bytes that name i. Permitted by the consent.
std::string HowToMeet(uint32_t i);
std::string Goals();            // not permitted
std::string AppointmentsWire(); // field 3 of the file, serialised; permitted
std::string DailyLifeWire();    // field 4; not permitted

// Requests and answers, serialised.
std::string LookRequest(uint32_t i);
bool IsLook(uint32_t i, const std::string& response);     // byte for byte
std::string ReadRequest(uint32_t i);
bool IsRead(uint32_t i, const std::string& response);     // names i
std::string WithdrawRequest(uint32_t i);
bool IsWithdrawal(const std::string& response);

// Writes citizens first … first + count - 1 into both stores, through the commits that the services use. Blocks.
void Load(Store* records, Store* trust, const consent::ConsentRules& rules, uint32_t first, uint32_t count);

}  // namespace brobygger::bench
