// Typed identifiers. An AgencyId is not a CitizenRef is not a PersonId; Parse returns a status; none of them can be
// streamed, formatted or logged by accident: value() has to be asked for by name.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brobygger {

// Length of the random part of a reference or record id: 130 bits in base32, a-z2-7.
inline constexpr int kIdLength = 26;

// True for 26 characters a-z2-7.
bool IsId(absl::string_view id);

template <class Tag>
class TypedId {
 public:
  TypedId() = default;  // empty: nobody
  // INVALID_ARGUMENT if `text` is not of the tag's form.
  static absl::StatusOr<TypedId> Parse(absl::string_view text) {
    if (auto s = Tag::Check(text); !s.ok()) return s;
    return TypedId(std::string(text));
  }
  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const TypedId& a, const TypedId& b) { return a.value_ == b.value_; }
  friend bool operator<(const TypedId& a, const TypedId& b) { return a.value_ < b.value_; }
  template <class Stream>
  friend Stream& operator<<(Stream&, const TypedId&) = delete;
  template <class H>
  friend H AbslHashValue(H h, const TypedId& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  explicit TypedId(std::string value) : value_(std::move(value)) {}
  std::string value_;
};

struct AgencyTag { static absl::Status Check(absl::string_view); };   // "agencies/" [a-z0-9-]{1,40}
struct CitizenTag { static absl::Status Check(absl::string_view); };  // "citizens/" + id
struct PersonTag { static absl::Status Check(absl::string_view); };   // 1 to 128 printable characters

using AgencyId = TypedId<AgencyTag>;
using CitizenRef = TypedId<CitizenTag>;
using PersonId = TypedId<PersonTag>;

}  // namespace brobygger
