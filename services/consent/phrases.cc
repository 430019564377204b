#include "services/consent/phrases.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/consent/names.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

constexpr const char* kMonthsDa[] = {"januar", "februar", "marts",     "april",   "maj",      "juni",
                                     "juli",   "august",  "september", "oktober", "november", "december"};
constexpr const char* kMonthsEn[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

}  // namespace

std::string DayPhrase(Language language, absl::Time time) {
  const absl::CivilDay day = CopenhagenDay(time);
  const int month = day.month() - 1;
  return language == Language::kDanish ? absl::StrCat(day.day(), ". ", kMonthsDa[month]) : absl::StrCat(day.day(), " ", kMonthsEn[month]);
}

std::string DatePhrase(Language language, absl::Time time) { return absl::StrCat(DayPhrase(language, time), " ", CopenhagenDay(time).year()); }

std::string Joined(Language language, const std::vector<std::string>& parts) {
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  return absl::StrCat(absl::StrJoin(parts.begin(), parts.end() - 1, ", "), language == Language::kDanish ? " og " : " and ", parts.back());
}

std::string CategoriesPhrase(Language language, CategoryMask mask) {
  std::vector<std::string> parts;
  for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
    const auto category = static_cast<type::v1::DataCategory>(c);
    if ((mask & Bit(category)) == 0) continue;
    parts.push_back(language == Language::kDanish ? Words(category).phrase_da() : Words(category).phrase_en());
  }
  return Joined(language, parts);
}

std::string PurposePhrase(Language language, type::v1::Purpose purpose) {
  return language == Language::kDanish ? Words(purpose).label_da() : Words(purpose).label_en();
}

std::string AgencyPhrase(Language language, const Directory& directory, absl::string_view agency) {
  const absl::string_view name = language == Language::kDanish ? directory.DisplayNameDa(agency) : directory.DisplayNameEn(agency);
  if (!name.empty()) return std::string(name);
  const std::string slug = Slug(agency);
  if (!slug.empty()) return slug;
  return language == Language::kDanish ? "en myndighed" : "an agency";
}

}  // namespace brobygger::consent
