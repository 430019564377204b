// Plain words for days, agencies, categories and purposes, Danish and English. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runtime/config.h"
#include "services/runtime/policy.h"

namespace brobygger::consent {

enum class Language { kDanish, kEnglish };

// "3. marts" / "3 March", in Copenhagen.
std::string DayPhrase(Language language, absl::Time time);
// "3. marts 2027" / "3 March 2027".
std::string DatePhrase(Language language, absl::Time time);
// "a, b og c" / "a, b and c"; "" of none.
std::string Joined(Language language, const std::vector<std::string>& parts);
// "dine aftaler og din økonomi" / "your appointments and your finances".
std::string CategoriesPhrase(Language language, CategoryMask mask);
// The citizen's label, "Finde eller beholde en bolig".
std::string PurposePhrase(Language language, type::v1::Purpose purpose);
// The directory's display name; the slug if it is not listed (any more); "en myndighed" / "an agency" for "".
std::string AgencyPhrase(Language language, const Directory& directory, absl::string_view agency);

}  // namespace brobygger::consent
