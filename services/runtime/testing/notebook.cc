#include "services/runtime/testing/notebook.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/testing/notebook.pb.h"

namespace brobygger::testing {
namespace {

using namespace notebook;

constexpr char kShared[] = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

const EntitySet& Entities() {
  static const EntitySet* set = new EntitySet({
      EntityOf<Note>("note", {.owner = [](absl::string_view, const Note& n) { return n.citizen(); },
                              .indexes = [](absl::string_view, const Note& n) { return std::vector<IndexEntry>{{"all", "all", 0}}; },
                              .claims =
                                  [](absl::string_view, const Note& n) {
                                    return absl::StartsWith(n.text(), "only ") ? std::vector<std::string>{"text:" + n.text()} : std::vector<std::string>();
                                  }}),
      EntityOf<Counter>("counter", {.due = [](absl::string_view, const Counter& c) {
                          return c.due_ms() == 0 ? absl::InfiniteFuture() : absl::FromUnixMillis(c.due_ms());
                        }}),
  });
  return *set;
}

absl::StatusOr<Decision> Write(const Call& call, const WriteNoteRequest& request, View&) {
  Note note = request.note();
  const std::string id = call.NewId(0);
  note.set_name("notes/" + id);
  Decision d(note);
  d.Put(Entities(), id, note);
  d.HandOver("handed " + note.text());
  return d;
}

absl::StatusOr<Decision> Get(const Call&, const GetNoteRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Note* note, view.Get<Note>(request.name().substr(request.name().find('/') + 1)));
  return Decision(*note);
}

absl::StatusOr<Decision> List(const Call&, const ListNotesRequest& request, View& view) {
  const int size = request.page_size() == 0 ? 10 : request.page_size();
  BB_ASSIGN_OR_RETURN(const Listed<Note> page, view.Page<Note>("all", "all", size, request.page_token()));
  ListNotesResponse response;
  for (const auto& [id, note] : page.records) *response.add_notes() = *note;
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> Add(const Call&, const AddRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Counter* counter, view.Find<Counter>(kShared));
  Counter next;
  if (counter != nullptr) next = *counter;
  if (next.total() < 0) return WrongState("NEGATIVE", "POSITIVE");
  next.set_total(next.total() + request.by());
  if (request.by() >= 1000) next.set_due_ms(1);
  AddResponse response;
  response.set_total(next.total());
  Decision d(response);
  d.Put(Entities(), kShared, next);
  return d;
}

absl::StatusOr<Decision> Guess(const Call& call, const AddRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(Decision d, Add(call, request, view));
  d.RefuseAfterCommit(Refusal(absl::StatusCode::kPermissionDenied, "CODE_WRONG", "wrong"));
  return d;
}

absl::StatusOr<Decision> Chain(const Call&, const AddRequest& request, View& view) {
  for (int i = 0; i < request.by(); ++i) BB_RETURN_IF_ERROR(view.Find<Counter>(std::string(26, static_cast<char>('b' + i))).status());
  return Decision(AddResponse());
}

absl::StatusOr<Decision> Visit(const Call& call, const VisitRequest&, View&) {
  VisitResponse response;
  response.set_agency(call.agency.value());
  response.set_person(call.person.value());
  response.set_identifier(call.citizen_identifier);
  if (call.presence.has_value()) response.set_word(absl::StrCat(type::v1::Word_Name(call.presence->word()), call.presence_signed ? " signed" : ""));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> Hours(const Call&, const HoursRequest&, View&) {
  HoursResponse response;
  response.set_text("10-16");
  return Decision(std::move(response));
}

// A counter of 1000 and more falls back to 7 when its time comes.
absl::StatusOr<Decision> Due(const Call&, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Counter* counter, view.Get<Counter>(id));
  Counter next;
  next.set_total(counter->total() >= 1000 ? 7 : counter->total());
  Decision d;
  d.Put(Entities(), id, next);
  return d;
}

}  // namespace

const google::protobuf::MethodDescriptor* NotebookMethod(const std::string& name) {
  const auto* file = Note::descriptor()->file();
  for (int i = 0; i < file->service_count(); ++i) {
    if (const auto* method = file->service(i)->FindMethodByName(name)) return method;
  }
  return nullptr;
}

const ServiceSpec& Notebook() {
  static const ServiceSpec* spec = [] {
    Module notes;
    notes.service = NotebookMethod("GetNote")->service();
    notes.prefix = "notebook";
    notes.entities = &Entities();
    notes.handlers = {{"WriteNote", Typed<WriteNoteRequest>(Write)}, {"GetNote", Typed<GetNoteRequest>(Get)}, {"ListNotes", Typed<ListNotesRequest>(List)},
                      {"Add", Typed<AddRequest>(Add)},               {"Guess", Typed<AddRequest>(Guess)},     {"Chain", Typed<AddRequest>(Chain)},
                      {"Visit", Typed<VisitRequest>(Visit)},         {"Link", Typed<VisitRequest>(Visit)}};
    notes.on_due = {{"counter", Due}};
    notes.file_kind = "note";
    Module words;
    words.service = NotebookMethod("Hours")->service();
    words.scope = Module::Scope::kNone;
    words.handlers = {{"Withdraw", Typed<VisitRequest>(Visit)}, {"Hours", Typed<HoursRequest>(Hours)}};
    return new ServiceSpec{"dropin", {notes, words}};
  }();
  return *spec;
}

}  // namespace brobygger::testing
