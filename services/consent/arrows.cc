#include "services/consent/arrows.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/consent/consent_view.h"
#include "services/consent/names.h"
#include "services/consent/terms.h"
#include "services/consent/word.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

// Ids of the references that a yes makes; a decision's own are below 100.
constexpr int kFirstReference = 100;

int CountBits(CategoryMask mask) {
  int n = 0;
  for (; mask != 0; mask &= mask - 1) ++n;
  return n;
}

}  // namespace

std::vector<Violation> CheckArrow(const ConsentRules& rules, const v1::Arrow& arrow, const std::string& field, absl::Time now) {
  std::vector<Violation> out;
  if (rules.directory->FindAgency(arrow.holder()) == nullptr) out.push_back({field + ".holder", "want an agency of the directory"});
  if (rules.directory->FindAgency(arrow.recipient()) == nullptr) out.push_back({field + ".recipient", "want an agency of the directory"});
  if (arrow.holder() == arrow.recipient()) out.push_back({field + ".recipient", "want another agency than the holder"});
  const CategoryMask mask = MaskOf(arrow.categories());
  if (arrow.purpose() == type::v1::PURPOSE_UNSPECIFIED || !type::v1::Purpose_IsValid(arrow.purpose())) {
    out.push_back({field + ".purpose", "want a purpose", "FIELD_REQUIRED"});
  } else if ((mask & ~MaximumOf(arrow.purpose())) != 0) {
    out.push_back({field + ".categories", "want only categories that this purpose allows", "CATEGORY_NOT_RELEVANT"});
  }
  if (mask == 0) out.push_back({field + ".categories", "want at least one", "FIELD_REQUIRED"});
  if (arrow.has_last_day()) {
    const auto day = LastDay(&arrow.last_day(), now, field + ".last_day");
    if (!day.ok()) {
      const bool passed = ReasonOf(day.status()) == "BAD_DATE_ORDER";
      out.push_back({field + ".last_day", passed ? "want today or a later day" : "want a day within 12 months from today", ReasonOf(day.status())});
    }
  }
  return out;
}

std::vector<Violation> CheckPage(const google::protobuf::RepeatedPtrField<v1::Arrow>& arrows) {
  std::vector<Violation> out;
  if (arrows.empty()) return {{"arrows", "want at least one", "FIELD_REQUIRED"}};
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> agencies, recipients;
  CategoryMask all = 0;
  for (int i = 0; i < arrows.size(); ++i) {
    const v1::Arrow& a = arrows[i];
    if (a.purpose() != arrows[0].purpose()) out.push_back({absl::StrCat("arrows[", i, "].purpose"), "want one purpose on one page"});
    if (!seen.emplace(a.holder(), a.recipient()).second) out.push_back({absl::StrCat("arrows[", i, "]"), "is there twice"});
    agencies.insert({a.holder(), a.recipient()});
    recipients.insert(a.recipient());
    all |= MaskOf(a.categories());
  }
  if (recipients.size() > 1 && agencies.size() > 2) out.push_back({"arrows", "want one recipient, or one pair of agencies both ways"});
  if (CountBits(all) > kMaxCategoriesOnPage) out.push_back({"arrows", absl::StrCat("want at most ", kMaxCategoriesOnPage, " categories on one page")});
  return out;
}

records::ConsentRecord NewRecord(const ConsentRules& rules, const Call& call, const std::string& id, const std::string& subject,
                                 const v1::Arrow& arrow) {
  records::ConsentRecord r;
  r.set_state(v1::CONSENT_STATE_DRAFT);
  r.set_subject(subject);
  r.set_holder(arrow.holder());
  r.set_recipient(arrow.recipient());
  r.set_purpose(arrow.purpose());
  r.set_mask(MaskOf(arrow.categories()));
  if (arrow.has_last_day()) *r.mutable_last_day() = arrow.last_day();
  r.set_create_ms(Millis(call.now));
  r.set_proposer(call.agency.value());
  r.set_version(1);
  for (const std::string& agency : PartiesOf(r)) r.add_handles(Handle(rules.handle_key, id, agency));
  r.add_handles(Handle(rules.handle_key, id, kCitizen));
  return r;
}

Viewer ViewerOf(const Call& call, const std::string& citizen, const records::ConsentRecord& record) {
  const std::vector<std::string> parties = PartiesOf(record);
  const bool party = std::find(parties.begin(), parties.end(), call.agency.value()) != parties.end();
  return {call.agency.value(), !party || record.request(), citizen};
}

absl::Status CheckGiven(const ConsentRules& rules, const Call& call, const v1::Given& given, CategoryMask categories) {
  if (!given.capacity_attested()) return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_NOT_ATTESTED", "Vi taler om det en anden dag.");
  std::vector<Violation> wrong;
  if (!given.understood_read_back()) wrong.push_back({"given.understood_read_back", "want true: the citizen said it back in own words", "FIELD_REQUIRED"});
  if (!given.told_voluntary()) wrong.push_back({"given.told_voluntary", "want true: the citizen was told that help does not depend on it", "FIELD_REQUIRED"});
  const bool mitid = given.evidence() == v1::EVIDENCE_MITID;
  if (given.evidence() == v1::EVIDENCE_UNSPECIFIED) {
    wrong.push_back({"given.evidence", "want how the yes was given", "FIELD_REQUIRED"});
  } else if (mitid != call.OwnLogin()) {
    wrong.push_back({"given.evidence", "want MITID exactly under the citizen's own login"});
  }
  if (given.evidence() == v1::EVIDENCE_SIGNED_PAPER && !WordOf(call).written_signature) {
    wrong.push_back({"given.evidence", "want a statement of presence that says the citizen signed on paper"});
  }
  if (given.evidence() == v1::EVIDENCE_ORAL_WITNESSED && (categories & SensitiveCategories()) != 0 && given.oral_reason().empty()) {
    wrong.push_back({"given.oral_reason", "want why it was oral, for these categories", "FIELD_REQUIRED"});
  }
  if (!wrong.empty()) return Invalid(std::move(wrong));
  if (rules.texts.IsCurrent(given.text_version(), given.text_sha256())) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "CONSENT_TEXT_OUTDATED", "there is a newer consent text: show that one");
}

absl::Status Giving::Load(const std::vector<records::ConsentRecord>& consents, View& view) {
  subject_ = *who_.subject;
  Reads reads;
  const auto open = reads.Take(view.Page<records::ConsentRecord>("requests", who_.id, kMaxListed));
  for (const records::ConsentRecord& r : consents) {
    auto refs = subject_.references().find(r.recipient());
    if (refs == subject_.references().end()) continue;  // a reference made now has no arrow yet
    for (const std::string& ref : refs->second.ids()) {
      const std::string id = ArrowId(r.recipient(), ref, r.holder());
      const records::Arrow* arrow = reads.Take(view.Find<records::Arrow>(id));
      if (arrow == nullptr) continue;
      arrows_[id] = *arrow;
      auto latest = arrow->latest().find(r.purpose());
      if (latest == arrow->latest().end()) continue;
      const records::ConsentRecord* old = reads.Take(view.Find<records::ConsentRecord>(latest->second));
      if (old != nullptr && old->state() == v1::CONSENT_STATE_ACTIVE) before_[latest->second] = *old;
    }
  }
  for (const auto& [id, request] : open.records) requests_[id] = *request;
  return reads.status();
}

std::string Giving::ReferenceOf(const std::string& agency) {
  records::Subject::References& refs = (*subject_.mutable_references())[agency];
  if (refs.ids().empty()) {
    const std::string ref = call_.NewId(kFirstReference + new_references_++);
    refs.add_ids(ref);
    references_[ReferenceId(agency, ref)].set_subject(who_.id);
    subject_changed_ = true;
  }
  return refs.ids(0);
}

void Giving::Give(const std::string& id, records::ConsentRecord& r, absl::CivilDay last_day) {
  const std::int64_t now = Millis(call_.now);
  // What this yes replaces: the older consent on the arrow (also under another reference of the recipient), and the questions.
  for (auto* older : {&before_, &requests_}) {
    for (auto it = older->begin(); it != older->end();) {
      records::ConsentRecord& o = it->second;
      if (it->first == id || o.holder() != r.holder() || o.recipient() != r.recipient() || o.purpose() != r.purpose()) {
        ++it;
        continue;
      }
      o.set_state(v1::CONSENT_STATE_SUPERSEDED);
      o.set_close_ms(now);
      o.set_successor(id);
      o.set_version(o.version() + 1);
      written_[it->first] = std::move(o);
      it = older->erase(it);
    }
  }
  // A successor keeps the references of the consent it replaces.
  if (r.holder_ref().empty()) r.set_holder_ref(ReferenceOf(r.holder()));
  if (r.recipient_ref().empty()) r.set_recipient_ref(ReferenceOf(r.recipient()));
  r.set_state(v1::CONSENT_STATE_ACTIVE);
  r.set_start_ms(now);
  r.set_end_ms(Millis(EndOf(last_day)));
  *r.mutable_last_day() = ToDate(last_day);
  if (call_.presence.has_value()) *r.mutable_word() = *call_.presence;
  records::Arrow& arrow = arrows_[ArrowId(r.recipient(), r.recipient_ref(), r.holder())];
  arrow.set_subject(who_.id);
  (*arrow.mutable_latest())[r.purpose()] = id;
  written_[id] = r;
}

void Giving::Write(Decision& decision) {
  if (subject_changed_) decision.Put(rules_.entities, who_.id, subject_);
  for (const auto& [id, reference] : references_) decision.Put(rules_.entities, id, reference);
  for (const auto& [id, arrow] : arrows_) decision.Put(rules_.entities, id, arrow);
  for (const auto& [id, record] : written_) decision.Put(rules_.entities, id, record);
}

}  // namespace brobygger::consent
