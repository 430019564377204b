#include "services/ledger/entry.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace brobygger::ledger {
namespace {

void AppendVarint(char tag, std::uint64_t value, std::string* out) {
  if (value == 0) return;
  out->push_back(tag);
  for (; value >= 128; value >>= 7) out->push_back(static_cast<char>(value | 128));
  out->push_back(static_cast<char>(value));
}

void AppendHash(char tag, const Hash& hash, std::string* out) {
  out->push_back(tag);
  out->push_back(static_cast<char>(hash.size()));
  out->append(hash.data(), hash.size());
}

}  // namespace

// Written out, since a message for each of a million entries costs more than hashing them; a test compares it with protobuf's.
std::string LeafBytes(const Entry& entry) {
  std::string out;
  out.reserve(96);
  AppendVarint(0x08, entry.number, &out);
  AppendVarint(0x10, static_cast<std::uint64_t>(entry.time_ms), &out);
  AppendVarint(0x18, entry.kind, &out);
  AppendHash(0x22, entry.subject, &out);
  AppendHash(0x2a, entry.details, &out);
  return out;
}

Hash SubjectCommitment(absl::string_view salt, absl::string_view subject) {
  return Sha256(absl::StrCat("brobygger subject 1\n", salt, subject));
}

Hash DetailsCommitment(absl::string_view salt, const v1::EntryDetails& details) {
  return Sha256(absl::StrCat("brobygger details 1\n", salt, Deterministic(details)));
}

std::string Deterministic(const google::protobuf::Message& message) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return out;
}

}  // namespace brobygger::ledger
