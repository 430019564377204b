#include "services/runtime/decide.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"
#include "services/runtime/crypto.h"

namespace brobygger {
namespace {

// 32 bytes derived from the call's seed; `label` separates ids from secrets.
std::string Derive(const std::string& seed, char label, int n) {
  const std::string input = absl::StrCat(std::string(1, label), n);
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), seed.data(), static_cast<int>(seed.size()), reinterpret_cast<const unsigned char*>(input.data()),
       input.size(), out, &size);
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace

bool Call::HasRole(type::v1::Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

std::string Call::NewId(int n) const {
  const std::string bytes = Derive(seed, 'i', n);
  std::string id;
  unsigned int buffer = 0;
  int bits = 0;
  for (size_t i = 0; id.size() < static_cast<size_t>(kIdLength); ++i) {
    buffer = (buffer << 8) | static_cast<unsigned char>(bytes[i]);
    bits += 8;
    while (bits >= 5 && id.size() < static_cast<size_t>(kIdLength)) {
      bits -= 5;
      id += "abcdefghijklmnopqrstuvwxyz234567"[(buffer >> bits) & 31];
    }
  }
  return id;
}

std::string Call::NewSecret(int n, int size) const { return Derive(seed, 's', n).substr(0, size); }

EntitySet::EntitySet(std::vector<EntityType> types) : types_(std::move(types)) {
  for (size_t i = 0; i < types_.size(); ++i) by_type_[types_[i].type] = i;
}

const EntityType& EntitySet::For(const google::protobuf::Descriptor* type) const {
  auto it = by_type_.find(type);
  if (it == by_type_.end()) {
    std::cerr << "not a registered entity: " << type->full_name() << std::endl;
    std::abort();
  }
  return types_[it->second];
}

const EntityType* EntitySet::ByKind(absl::string_view kind) const {
  for (const EntityType& t : types_) {
    if (t.kind == kind) return &t;
  }
  return nullptr;
}

bool operator<(const ReadKey& a, const ReadKey& b) {
  // What differs most comes first.
  return std::tie(a.id, a.what, a.kind, a.index, a.value, a.after, a.limit) <
         std::tie(b.id, b.what, b.kind, b.index, b.value, b.after, b.limit);
}

absl::StatusOr<const ReadValue*> View::Read(ReadKey key) {
  auto it = loaded_.find(key);
  if (it != loaded_.end()) return &it->second;
  if (auto brought = brought_.extract(key); !brought.empty()) return &loaded_.insert(std::move(brought)).position->second;
  const bool asked = std::any_of(pending_.begin(), pending_.end(), [&](const ReadKey& p) { return !(p < key) && !(key < p); });
  if (!asked) pending_.push_back(std::move(key));
  return absl::UnavailableError("not loaded yet");  // never leaves the runtime
}

absl::StatusOr<std::string> View::Claim(const std::string& kind, absl::string_view claim) {
  BB_ASSIGN_OR_RETURN(const ReadValue* v, Read({ReadKey::What::kClaim, kind, std::string(claim)}));
  const size_t slash = v->holder.find('/');
  if (slash == std::string::npos || v->holder.substr(0, slash) != kind) return std::string();
  return v->holder.substr(slash + 1);
}

void View::Provide(const ReadKey& key, ReadValue value) {
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(), [&](const ReadKey& p) { return !(p < key) && !(key < p); }),
                 pending_.end());
  for (auto& [record, brought] : value.brought) brought_.insert_or_assign(std::move(record), std::move(brought));
  value.brought.clear();
  loaded_[key] = std::move(value);
}

std::uint64_t View::first_revision() const {
  if (first_revision_ == 0) {
    for (const char c : crypto::Random(4)) first_revision_ = first_revision_ << 8 | static_cast<unsigned char>(c);
    ++first_revision_;
  }
  return first_revision_;
}

std::string View::EtagOf(std::uint64_t revision) { return revision == 0 ? "" : absl::StrCat("r", revision); }

void Decision::Put(const EntitySet& entities, absl::string_view id, const Message& record) {
  std::shared_ptr<Message> copy(record.New());
  copy->CopyFrom(record);
  writes_.push_back({entities.For(record.GetDescriptor()).kind, std::string(id), std::move(copy)});
}

}  // namespace brobygger
