#include "services/runtime/page.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/runtime/status.h"
#include "services/runtime/stored.pb.h"

namespace brobygger {
namespace {

constexpr char kUse[] = "page token";
constexpr std::size_t kMaxToken = 1024;

// With its length in front, so that no two lists of parts give the same bytes.
std::string Part(absl::string_view text) { return absl::StrCat(text.size(), ":", text); }

absl::Status BadToken() { return Invalid({{"page_token", "want the next_page_token of the same query", "BAD_PAGE_TOKEN"}}); }

}  // namespace

std::string QueryDigest(absl::string_view method, absl::string_view agency, absl::string_view person,
                        const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* paging : {"page_token", "page_size", "request_id"}) {
    const auto* field = query->GetDescriptor()->FindFieldByName(paging);
    if (field != nullptr) query->GetReflection()->ClearField(query.get(), field);
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    query->SerializeToCodedStream(&out);
  }
  return crypto::Sha256(absl::StrCat(Part(method), Part(agency), Part(person), Part(bytes)));
}

std::string SealPage(const crypto::Key& key, absl::string_view cursor, absl::string_view query_digest) {
  if (cursor.empty()) return "";
  stored::PageToken token;
  token.set_cursor(std::string(cursor));
  token.set_query_digest(std::string(query_digest));
  return absl::WebSafeBase64Escape(crypto::Seal(crypto::Derive(key, kUse), token.SerializeAsString(), kUse));
}

absl::StatusOr<std::string> OpenPage(const crypto::Key& key, absl::string_view token, absl::string_view query_digest) {
  if (token.empty()) return std::string();
  std::string sealed;
  if (token.size() > kMaxToken || !crypto::FromBase64Url(token, &sealed)) return BadToken();
  const absl::StatusOr<std::string> bytes = crypto::Open(crypto::Derive(key, kUse), sealed, kUse);
  stored::PageToken page;
  if (!bytes.ok() || !page.ParseFromString(*bytes) || !crypto::ConstantTimeEqual(page.query_digest(), query_digest)) return BadToken();
  return page.cursor();
}

}  // namespace brobygger
