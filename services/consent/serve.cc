#include "services/consent/serve.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/consent/authorise.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/recipients.h"
#include "services/consent/registry.h"
#include "services/consent/room.h"
#include "services/consent/story.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"
#include "services/runtime/record.h"

namespace brobygger::consent {
namespace {

// Questions of one stream that may be under way at once; more wait in the transport.
constexpr int kMaxBatch = 1000;

// One stream: questions in, answers out as they come, in batches as large as the transport's pace makes them.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::string peer, std::shared_ptr<ServerStream> stream, Authoriser* authoriser, Redis* looks)
      : peer_(std::move(peer)), stream_(std::move(stream)), authoriser_(authoriser), looks_(looks) {}

  void OnMessage(const std::string& message) {
    v1::AuthorizeStreamRequest batch;
    if (!batch.ParseFromString(message) || batch.questions_size() > kMaxBatch) {
      return stream_->Finish(Invalid({{"questions", "want at most 1000 serialised Question messages", "OUT_OF_RANGE"}}));
    }
    const Redis::Together entries;  // one fsync for what was asked together
    for (const std::string& question : batch.questions()) {
      authoriser_->Ask(peer_, question, [self = shared_from_this()](absl::StatusOr<v1::Answer> answer) {
        // The trust store is gone: end the stream, so that every question on it is refused at once.
        if (!answer.ok()) return self->stream_->Finish(answer.status());
        self->Answer(std::move(*answer));
      });
    }
  }

  void OnWritable() {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    Flush();
  }

 private:
  void Answer(v1::Answer answer) {
    absl::MutexLock lock(&mutex_);
    *ready_.add_answers() = std::move(answer);
    // Entries that were committed together are answered together.
    if (!gathering_) {
      gathering_ = looks_->AfterReplies([self = shared_from_this()] {
        absl::MutexLock after(&self->mutex_);
        self->gathering_ = false;
        self->Flush();
      });
    }
    if (!gathering_) Flush();
  }

  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || gathering_ || ready_.answers().empty()) return;
    writing_ = true;
    std::string bytes = ready_.SerializeAsString();
    ready_.clear_answers();
    stream_->Write(std::move(bytes));
  }

  const std::string peer_;
  const std::shared_ptr<ServerStream> stream_;
  Authoriser* const authoriser_;
  Redis* const looks_;
  absl::Mutex mutex_;
  v1::AuthorizeStreamResponse ready_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool gathering_ ABSL_GUARDED_BY(mutex_) = false;  // the replies at hand will flush
};

// The gate and its own connection to the trust store. However many looks there are, they wait behind one another, not before
// the citizen's word: taking back, and all else that is decided, goes by the other connection.
struct Gate {
  ~Gate() { looks.reset(); }  // what is under way still ends at the authoriser
  std::unique_ptr<Redis> looks;
  std::unique_ptr<Room> room;
  std::unique_ptr<Authoriser> authoriser;
};

// The reader of stories and its own connection to the trust store: long stories do not stand before the citizen's word.
struct Stories {
  ~Stories() { trust.reset(); }  // what is under way still ends at the reader
  std::shared_ptr<LedgerFiles> files;
  std::unique_ptr<Redis> trust;
  std::unique_ptr<LedgerReader> reader;
};

// The bytes of field 1 of an AuthorizeRequest exactly as they came: the answer's digest is over them.
absl::StatusOr<std::string> QuestionBytes(const std::string& request) {
  v1::AuthorizeRequest parsed;
  size_t at = 1, length = 0;
  int shift = 0;
  if (!parsed.ParseFromString(request) || request.empty() || request[0] != '\x0a') {
    return Invalid({{"question", "want a question", "FIELD_REQUIRED"}});
  }
  while (at < request.size() && shift < 35) {
    const unsigned char byte = static_cast<unsigned char>(request[at++]);
    length |= static_cast<size_t>(byte & 127) << shift;
    shift += 7;
    if (byte < 128) break;
  }
  if (request.size() - at != length) return Invalid({{"question", "want exactly one question", "OUT_OF_RANGE"}});
  return request.substr(at);
}

// The entry for this reader. Ids and salts are the citizen's own: two agencies that read the same story for the citizen find
// no identifier in common in it.
ledger::v1::StoryEntry EntryFor(const records::StorySubject& reader, const stored::LedgerRow& row, const Directory& directory) {
  ledger::v1::StoryEntry entry = ToStory(row, directory);
  if (!reader.own_login()) {
    entry.clear_subject_salt();
    entry.clear_details_salt();
    entry.mutable_details()->clear_consent();
  }
  return entry;
}

// A story begins with the newest entry that says that it was read: so whoever checks it sees whether entries before that are
// left out. What came in between that entry and its reading stands in the next story.
void EndWithThisReading(const std::string& subject, std::vector<stored::LedgerRow>* rows) {
  const auto reading = std::find_if(rows->begin(), rows->end(), [&](const stored::LedgerRow& row) {
    return row.chain().subject() == subject && row.details().act() == ledger::v1::ACT_STORY_READ;
  });
  if (reading != rows->end()) rows->erase(rows->begin(), reading);
}

// Reads a whole story, however long, and completes an export with who was shown what.
class ExportReader : public std::enable_shared_from_this<ExportReader> {
 public:
  using Done = std::function<void(absl::Status)>;
  ExportReader(LedgerReader* reader, const ConsentRules* rules, records::ExportReading reading, std::shared_ptr<Message> response, Done done)
      : reader_(reader), rules_(rules), reading_(std::move(reading)), response_(std::move(response)), done_(std::move(done)) {}

  void Read(std::uint64_t before) {
    std::vector<std::string> subjects(reading_.subject().absorbed().begin(), reading_.subject().absorbed().end());
    subjects.push_back(reading_.subject().subject());
    reader_->Story(subjects, before, kStoryPage, [self = shared_from_this()](absl::StatusOr<StoryPage> page) {
      if (!page.ok()) return self->done_(page.status());
      for (const auto& row : page->rows) self->recipients_.Add(row);
      if (page->next != 0) return self->Read(page->next);
      records::Export e = self->reading_.exported();
      self->recipients_.Into(&e);
      self->done_(FillExport(*self->rules_, e, absl::FromUnixMillis(self->reading_.time_ms()),
                             static_cast<registry::v1::ExportCitizenDataResponse*>(self->response_.get())));
    });
  }

 private:
  static constexpr int kStoryPage = 100;
  LedgerReader* const reader_;
  const ConsentRules* const rules_;
  const records::ExportReading reading_;
  const std::shared_ptr<Message> response_;
  const Done done_;
  Recipients recipients_;
};

}  // namespace

absl::Status AttachGate(Runtime& runtime) {
  if (runtime.trust() == nullptr || runtime.trust_key() == nullptr) return absl::FailedPreconditionError("trust: is required by the consent service");
  auto gate = std::make_shared<Gate>();
  BB_ASSIGN_OR_RETURN(gate->looks, runtime.ConnectTrust());
  Redis* const looks = gate->looks.get();
  gate->room = std::make_unique<Room>(runtime.trust(), runtime.config().looks(), [telemetry = &runtime.telemetry(), alarm = runtime.Alarm()](bool room) {
    if (!room) return alarm("looks_stopped");
    telemetry->Count("looks_go_on");
    telemetry->Log("INFO", "looks_go_on");
  });
  BB_RETURN_IF_ERROR(gate->room->Begin());
  Authoriser::Limits limits;
  if (const std::int64_t asked = runtime.config().looks().per_person_and_hour(); asked > 0) limits.looks_per_hour = asked;
  limits.room = [room = gate->room.get()] { return room->ForLooks(); };
  gate->authoriser = std::make_unique<Authoriser>(
      looks, &runtime.directory(), &runtime.tokens(), runtime.clock(), ScopeKeys(*runtime.trust_key()), runtime.Alarm(), std::move(limits));
  Authoriser* const authoriser = gate->authoriser.get();
  runtime.Keep(std::move(gate));
  const auto* service = v1::AuthorizeRequest::descriptor()->file()->FindServiceByName("AuthorizeService");
  runtime.dispatcher().SetRaw(service->FindMethodByName("Authorize"), [authoriser](Incoming incoming) {
    auto question = QuestionBytes(incoming.body);
    if (!question.ok()) return incoming.reply(question.status(), "");
    const std::string peer = incoming.peer;
    authoriser->Ask(peer, *question, [reply = std::move(incoming.reply)](absl::StatusOr<v1::Answer> answer) {
      if (!answer.ok()) return reply(answer.status(), "");
      v1::AuthorizeResponse response;
      *response.mutable_answer() = std::move(*answer);
      reply(absl::OkStatus(), response.SerializeAsString());
    });
  });
  runtime.dispatcher().SetStream(service->FindMethodByName("AuthorizeStream"), [authoriser, looks](IncomingStream stream) {
    auto session = std::make_shared<Session>(stream.peer, stream.stream, authoriser, looks);
    return StreamEars{[session](std::string message) { session->OnMessage(message); }, [session] {}, [session] { session->OnWritable(); }};
  });
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<LedgerReader>> OpenStories(Runtime& runtime, std::shared_ptr<LedgerFiles> files) {
  auto stories = std::make_shared<Stories>();
  stories->files = std::move(files);
  BB_ASSIGN_OR_RETURN(stories->trust, runtime.ConnectTrust());
  stories->reader = std::make_unique<LedgerReader>(stories->trust.get(), stories->files.get());
  LedgerReader* const reader = stories->reader.get();
  return std::shared_ptr<LedgerReader>(std::move(stories), reader);
}

void AttachLedger(Runtime& runtime, const ConsentRules* rules, std::shared_ptr<LedgerReader> reader) {
  const auto* service = ledger::v1::ExplainDecisionRequest::descriptor()->file()->FindServiceByName("LedgerService");
  const Directory* directory = &runtime.directory();
  runtime.dispatcher().SetFinish(
      service->FindMethodByName("GetCitizenAccessStory"),
      [reader, directory](const Message& request, const std::string& handed_over, std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
        const auto& asked = static_cast<const ledger::v1::GetCitizenAccessStoryRequest&>(request);
        records::StorySubject subject;
        std::uint64_t before = 0;
        if (!subject.ParseFromString(handed_over)) return done(absl::InternalError("story subject"));
        if (!asked.page_token().empty() && !absl::SimpleAtoi(asked.page_token(), &before)) return done(absl::InternalError("story cursor"));
        if (subject.subject().empty()) return done(absl::OkStatus());  // nobody whom the registry knows: an empty story
        std::vector<std::string> subjects(subject.absorbed().begin(), subject.absorbed().end());
        subjects.push_back(subject.subject());
        reader->Story(subjects, before, PageSize(asked.page_size()),
                      [directory, response, subject, newest = before == 0, done = std::move(done)](absl::StatusOr<StoryPage> page) {
                        if (!page.ok()) return done(page.status());
                        auto* story = static_cast<ledger::v1::GetCitizenAccessStoryResponse*>(response.get());
                        if (newest) EndWithThisReading(subject.subject(), &page->rows);
                        for (const auto& row : page->rows) *story->add_entries() = EntryFor(subject, row, *directory);
                        if (page->next != 0) story->set_next_page_token(absl::StrCat(page->next));
                        if (subject.own_login()) {
                          story->set_subject(subject.subject());
                          story->mutable_absorbed()->Add(subject.absorbed().begin(), subject.absorbed().end());
                        }
                        done(absl::OkStatus());
                      });
      });
  runtime.dispatcher().SetFinish(
      registry::v1::ExportCitizenDataRequest::descriptor()->file()->FindServiceByName("RegistryService")->FindMethodByName("ExportCitizenData"),
      [reader, rules](const Message&, const std::string& handed_over, std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
        records::ExportReading reading;
        if (!reading.ParseFromString(handed_over)) return done(absl::InternalError("export"));
        if (reading.subject().subject().empty()) return done(absl::OkStatus());  // nobody whom the registry knows
        std::make_shared<ExportReader>(reader.get(), rules, std::move(reading), std::move(response), std::move(done))->Read(0);
      });
  runtime.dispatcher().SetFinish(
      service->FindMethodByName("ExplainDecision"),
      [reader, directory](const Message& request, const std::string& handed_over, std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
        records::StorySubject subject;
        if (!subject.ParseFromString(handed_over)) return done(absl::InternalError("story subject"));
        reader->Entry(static_cast<const ledger::v1::ExplainDecisionRequest&>(request).number(),
                      [directory, response, subject, done = std::move(done)](absl::StatusOr<stored::LedgerRow> row) {
                        if (!row.ok()) return done(row.status());
                        // Another citizen's entry answers as one that does not exist.
                        if (!Concerns(*row, subject)) return done(NotFound("entry"));
                        auto* answer = static_cast<ledger::v1::ExplainDecisionResponse*>(response.get());
                        *answer->mutable_entry() = EntryFor(subject, *row, *directory);
                        answer->set_why_da(Why(Language::kDanish, *row, *directory));
                        answer->set_why_en(Why(Language::kEnglish, *row, *directory));
                        done(absl::OkStatus());
                      });
      });
}

absl::Status FillRules(Runtime& runtime, ConsentRules* rules) {
  if (runtime.trust_key() == nullptr) return absl::FailedPreconditionError("keys_dir: trust.key is required by the consent service");
  if (runtime.statements() == nullptr) return absl::FailedPreconditionError("statement_public_key: is required");
  rules->directory = &runtime.directory();
  rules->identifier_key = crypto::Derive(*runtime.trust_key(), "brobygger identifiers 1");
  rules->name_key = crypto::Derive(*runtime.trust_key(), "brobygger names on cards 1");
  rules->handle_key = crypto::Derive(*runtime.trust_key(), "brobygger names of consents 1");
  BB_ASSIGN_OR_RETURN(rules->texts, LoadTexts(runtime.config().consent_texts()));
  BB_ASSIGN_OR_RETURN(crypto::StatementSigner signer, crypto::StatementSigner::FromPemFile(runtime.config().statement_private_key()));
  rules->sign = [signer](absl::string_view bytes) { return signer.Sign(bytes); };
  rules->check_signed = [statements = runtime.statements()](const type::v1::Presence& presence, const std::string& citizen, const Call& call) {
    return CheckPresence(presence, policy::v1::PRESENCE_NEED_SIGNED, call.agency, citizen, call.person, call.now, statements);
  };
  rules->second_person = [tokens = &runtime.tokens()](absl::string_view token, absl::Time now) { return tokens->Verify(token, now); };
  return absl::OkStatus();
}

}  // namespace brobygger::consent
