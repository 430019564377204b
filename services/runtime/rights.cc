#include "services/runtime/rights.h"

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"
#include "services/runtime/readable.h"
#include "services/runtime/status.h"
#include "services/runtime/stored.pb.h"
#include "services/runtime/ticket.h"

namespace brobygger {
namespace {

using rights::v1::CitizenStatement;
using type::v1::DataCategory;

std::string IdOf(absl::string_view name) { return std::string(absl::StripPrefix(name, "citizens/")); }

google::protobuf::Timestamp Stamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(absl::ToUnixSeconds(time));
  return stamp;
}

CitizenStatement Shown(CitizenStatement statement, absl::string_view id) {
  statement.set_name(absl::StrCat("statements/", id));
  return statement;
}

absl::StatusOr<std::string> Json(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return absl::InternalError("export");
  return json;
}

KeptKind Statements(const EntitySet& entities) {
  return KeptByCitizen<CitizenStatement>(entities, "Det har du selv tilføjet", "What you have added yourself");
}

// Who of the agency has read about the citizen.
KeptKind Readings() {
  return {"reading", "Hvem der har læst om dig her", "Who has read about you here",
          [](View& view, const std::string& citizen, const std::string& after) -> absl::StatusOr<KeptPage> {
            BB_ASSIGN_OR_RETURN(const ReadValue* log, view.Readings(absl::StrCat("citizens/", citizen), kReadingsPage, after));
            KeptPage page;
            page.next = log->next;
            for (const auto& line : log->readings) {
              const auto& note = static_cast<const stored::ReadNote&>(*line);
              auto reading = std::make_shared<rights::v1::Reading>();
              reading->set_read_by(note.person());
              *reading->mutable_first_time() = Stamp(absl::FromUnixMillis(note.time_ms()));
              reading->set_first_method(note.method());
              page.records.push_back(std::move(reading));
            }
            return page;
          }};
}

// Where an export goes on: with which kind, and after what of it.
struct Cursor {
  size_t kind = 0;
  std::string after;
};
absl::StatusOr<Cursor> CursorOf(const std::string& text, size_t kinds) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const size_t colon = text.find(':');
  if (colon == std::string::npos || !absl::SimpleAtoi(text.substr(0, colon), &cursor.kind) || cursor.kind >= kinds) return absl::InternalError("export cursor");
  cursor.after = text.substr(colon + 1);
  return cursor;
}

absl::StatusOr<Decision> ExportRecords(const RightsRules& rules, const Call& call, const rights::v1::ExportRecordsRequest& request, View& view) {
  const std::string citizen = IdOf(call.presence->citizen());
  BB_ASSIGN_OR_RETURN(const Cursor cursor, CursorOf(request.page_token(), rules.kinds.size()));
  // All that are left are asked for before giving up: one round.
  std::vector<KeptPage> pages;
  absl::Status missing;
  for (size_t k = cursor.kind; k < rules.kinds.size(); ++k) {
    absl::StatusOr<KeptPage> page = rules.kinds[k].page(view, citizen, k == cursor.kind ? cursor.after : "");
    if (!page.ok()) missing = page.status();
    pages.push_back(page.ok() ? *std::move(page) : KeptPage());
  }
  if (!missing.ok()) return missing;

  rights::v1::ExportRecordsResponse response;
  response.set_agency(call.agency.value());
  for (size_t i = 0; i < pages.size(); ++i) {
    const KeptKind& kind = rules.kinds[cursor.kind + i];
    if (!pages[i].records.empty()) {
      rights::v1::KeptSection* section = response.add_sections();
      section->set_kind(kind.kind);
      section->set_title_da(kind.title_da);
      section->set_title_en(kind.title_en);
      for (const auto& record : pages[i].records) {
        rights::v1::KeptRecord* kept = section->add_records();
        kept->set_text_da(ReadableDa(*record));
        BB_ASSIGN_OR_RETURN(*kept->mutable_json(), Json(*record));
      }
    }
    if (!pages[i].next.empty()) {
      response.set_next_page_token(absl::StrCat(cursor.kind + i, ":", pages[i].next));
      break;
    }
  }
  return Decision(std::move(response));
}

google::protobuf::RepeatedPtrField<std::string>* InFile(DataCategory about, rights::v1::StatementsInFile* file) {
  switch (about) {
    case type::v1::DATA_CATEGORY_CONTACT: return file->mutable_contact();
    case type::v1::DATA_CATEGORY_IDENTITY: return file->mutable_identity();
    case type::v1::DATA_CATEGORY_HOUSING: return file->mutable_housing();
    case type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT: return file->mutable_substance_treatment();
    case type::v1::DATA_CATEGORY_HEALTH: return file->mutable_health();
    case type::v1::DATA_CATEGORY_MENTAL_HEALTH: return file->mutable_mental_health();
    case type::v1::DATA_CATEGORY_EMPLOYMENT_EDUCATION: return file->mutable_employment_education();
    case type::v1::DATA_CATEGORY_FINANCES: return file->mutable_finances();
    case type::v1::DATA_CATEGORY_APPOINTMENTS: return file->mutable_appointments();
    case type::v1::DATA_CATEGORY_DAILY_LIFE: return file->mutable_daily_life();
    case type::v1::DATA_CATEGORY_SUPPORT_PLAN: return file->mutable_support_plan();
    case type::v1::DATA_CATEGORY_JUSTICE: return file->mutable_justice();
    default: return nullptr;
  }
}

void Show(const CitizenStatement& statement, rights::v1::StatementsInFile* file) {
  auto* texts = InFile(statement.about(), file);
  if (texts != nullptr && texts->size() < kStatementsInFile) *texts->Add() = statement.text();
}

absl::StatusOr<Decision> AddStatement(const RightsRules& rules, const Call& call, const rights::v1::AddStatementRequest& request, View& view) {
  if (std::find(rules.about.begin(), rules.about.end(), request.about()) == rules.about.end()) {
    return Invalid({{"about", "want a kind of information that is kept here"}});
  }
  const std::string citizen = IdOf(call.presence->citizen());
  BB_ASSIGN_OR_RETURN(const Listed<CitizenStatement> before, view.Page<CitizenStatement>("by-citizen", citizen, kMaxStatements));
  const auto by_staff = [](const auto& record) { return record.second->word() == type::v1::WORD_PRESENT; };
  const bool many_by_staff = call.presence->word() == type::v1::WORD_PRESENT &&
                             std::count_if(before.records.begin(), before.records.end(), by_staff) >= kMaxStatementsByStaff;
  if (before.records.size() >= kMaxStatements || many_by_staff) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "TOO_MANY", "there are as many statements here as can be kept");
  }
  // The ticket names it: there is one for each.
  Call of_ticket = call;
  of_ticket.seed = call.presence->nonce();
  const std::string id = of_ticket.NewId();
  BB_ASSIGN_OR_RETURN(const CitizenStatement* used, view.Find<CitizenStatement>(id));
  if (used != nullptr) return TicketRefused();
  CitizenStatement statement;
  statement.set_citizen(call.presence->citizen());
  statement.set_text(request.text());
  statement.set_about(request.about());
  *statement.mutable_create_time() = Stamp(call.now);
  statement.set_word(call.presence->word());
  rights::v1::AddStatementResponse response;
  *response.mutable_statement() = Shown(statement, id);
  Decision decision(response);
  decision.Put(*rules.entities, id, statement);
  if (rules.put_in_file) {
    rights::v1::StatementsInFile file;
    Show(statement, &file);
    for (const auto& [_, older] : before.records) Show(*older, &file);
    BB_RETURN_IF_ERROR(rules.put_in_file(call, view, citizen, file, &decision));
  }
  return decision;
}

absl::StatusOr<Decision> ListStatements(const Call&, const rights::v1::ListStatementsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<CitizenStatement> page,
                      view.Page<CitizenStatement>("by-citizen", IdOf(request.citizen()), PageSize(request.page_size()), request.page_token()));
  rights::v1::ListStatementsResponse response;
  for (const auto& [id, statement] : page.records) *response.add_statements() = Shown(*statement, id);
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EraseRecords(const RightsRules& rules, const Call& call, const rights::v1::EraseRecordsRequest&, View& view) {
  if (rules.may_erase) BB_RETURN_IF_ERROR(rules.may_erase(view, IdOf(call.presence->citizen())));
  rights::v1::EraseRecordsResponse response;
  response.set_agency(call.agency.value());
  Decision decision(response);
  decision.DestroyKey(call.presence->citizen());
  return decision;
}

}  // namespace

EntityType StatementEntity() {
  return EntityOf<CitizenStatement>("statement", {.owner = [](absl::string_view, const CitizenStatement& s) { return s.citizen(); },
                                                  .indexes =
                                                      [](absl::string_view, const CitizenStatement& s) {
                                                        return std::vector<IndexEntry>{{"by-citizen", IdOf(s.citizen()), s.create_time().seconds() * 1000}};
                                                      }});
}

Module RightsModule(const google::protobuf::ServiceDescriptor* service, std::string prefix, RightsRules given) {
  given.kinds.push_back(Statements(*given.entities));
  given.kinds.push_back(Readings());
  auto rules = std::make_shared<const RightsRules>(std::move(given));
  Module m;
  m.service = service;
  m.prefix = std::move(prefix);
  m.entities = rules->entities;
  m.handlers = {
      {"ExportRecords", Typed<rights::v1::ExportRecordsRequest>([rules](const Call& call, const rights::v1::ExportRecordsRequest& request, View& view) {
         return ExportRecords(*rules, call, request, view);
       })},
      {"AddStatement", Typed<rights::v1::AddStatementRequest>([rules](const Call& call, const rights::v1::AddStatementRequest& request, View& view) {
         return AddStatement(*rules, call, request, view);
       })},
      {"ListStatements", Typed<rights::v1::ListStatementsRequest>(ListStatements)},
      {"EraseRecords", Typed<rights::v1::EraseRecordsRequest>([rules](const Call& call, const rights::v1::EraseRecordsRequest& request, View& view) {
         return EraseRecords(*rules, call, request, view);
       })},
  };
  return m;
}

}  // namespace brobygger
