#include "services/consent/facet.h"

#include <algorithm>

#include "services/consent/names.h"
#include "services/runtime/ids.h"

namespace brobygger::consent {
namespace {

const std::string kNone(kIdLength, '\0');

std::string Padded(absl::string_view id) { return id.size() == kIdLength ? std::string(id) : kNone; }

void AppendBig(std::string& out, std::uint64_t n, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>((n >> shift) & 0xff);
}

// A slug has at most 40 characters: its length is one byte.
void AppendSlug(std::string& out, const std::string& slug) {
  const std::string cut = slug.substr(0, 255);
  out += static_cast<char>(cut.size());
  out += cut;
}

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}
  absl::string_view Take(size_t n) {
    if (rest_.size() < n) {
      ok_ = false;
      return {};
    }
    absl::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }
  std::uint64_t Big(size_t n) {
    std::uint64_t out = 0;
    for (char c : Take(n)) out = (out << 8) | static_cast<unsigned char>(c);
    return out;
  }
  std::string Id() {
    const absl::string_view id = Take(kIdLength);
    return id == kNone ? "" : std::string(id);
  }
  std::string Slug() { return std::string(Take(Big(1))); }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

char StateByte(v1::ConsentState state) {
  switch (state) {
    case v1::CONSENT_STATE_ACTIVE: return 'A';
    case v1::CONSENT_STATE_DECLINED: return 'N';
    case v1::CONSENT_STATE_WITHDRAWN: return 'W';
    case v1::CONSENT_STATE_SUPERSEDED: return 'S';
    default: return 'D';
  }
}

}  // namespace

std::string EncodeConsentFacet(const ConsentFacet& f) {
  std::string out(1, f.state);
  out += static_cast<char>(f.purpose);
  AppendBig(out, f.mask, 4);
  AppendBig(out, static_cast<std::uint64_t>(f.start_ms), 8);
  AppendBig(out, static_cast<std::uint64_t>(f.end_ms), 8);
  out += f.limited ? '\1' : '\0';
  AppendBig(out, f.version, 8);
  out += Padded(f.subject) + Padded(f.holder_ref) + Padded(f.recipient_ref);
  AppendSlug(out, f.holder);
  AppendSlug(out, f.recipient);
  return out;
}

absl::StatusOr<ConsentFacet> DecodeConsentFacet(absl::string_view bytes) {
  Reader in(bytes);
  ConsentFacet f;
  const absl::string_view state = in.Take(1);
  const int purpose = static_cast<int>(in.Big(1));
  f.mask = static_cast<CategoryMask>(in.Big(4));
  f.start_ms = static_cast<std::int64_t>(in.Big(8));
  f.end_ms = static_cast<std::int64_t>(in.Big(8));
  const std::uint64_t limited = in.Big(1);
  f.version = in.Big(8);
  f.subject = in.Id();
  f.holder_ref = in.Id();
  f.recipient_ref = in.Id();
  f.holder = in.Slug();
  f.recipient = in.Slug();
  if (!in.AtEnd() || absl::string_view("DANWS").find(state[0]) == absl::string_view::npos || !type::v1::Purpose_IsValid(purpose) || limited > 1) {
    return absl::DataLossError("not the facet of a consent");
  }
  f.state = state[0];
  f.purpose = static_cast<type::v1::Purpose>(purpose);
  f.limited = limited == 1;
  return f;
}

std::string FacetOf(const records::Subject& subject) {
  switch (subject.state()) {
    case records::Subject::STATE_ACTIVE: return "A";
    case records::Subject::STATE_MERGED: return "M";
    default: return "R";  // what is not known to be open is closed
  }
}

std::string FacetOf(const records::Reference& reference) { return Padded(reference.subject()); }

std::string FacetOf(const records::Arrow& arrow) {
  std::string out;
  for (int purpose = 1; purpose <= kPurposes; ++purpose) {
    auto it = arrow.latest().find(purpose);
    out += it == arrow.latest().end() ? kNone : Padded(it->second);
  }
  return out;
}

std::string FacetOf(const records::ConsentRecord& record) {
  ConsentFacet f;
  f.state = StateByte(record.state());
  f.purpose = record.purpose();
  f.mask = record.mask();
  f.start_ms = record.start_ms();
  f.end_ms = record.end_ms();
  f.limited = !record.own_words().empty();
  f.version = record.version();
  f.subject = record.subject();
  f.holder_ref = record.holder_ref();
  f.recipient_ref = record.recipient_ref();
  f.holder = Slug(record.holder());
  f.recipient = Slug(record.recipient());
  return EncodeConsentFacet(f);
}

}  // namespace brobygger::consent
