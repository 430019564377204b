// The byte filter against its oracle, over random files, their bytes mutated and cut.
//   1. Every file that the serialiser writes is accepted, and both leave the same.
//   2. Whatever the bytes: if the byte filter accepts them, a parser accepts them too and both leave the same. So nothing
//      passes that the oracle drops, and what a parser refuses is refused.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "brobygger/housing/v1/housing_service.pb.h"
#include "brobygger/registry/v1/card.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/runtime/filter.h"
#include "services/runtime/policy_test.pb.h"

namespace brobygger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }

  // Fills about half of the fields; defaults, empty texts and empty messages are as likely as anything else.
  void Fill(Message* m, int depth) {
    const Descriptor* type = m->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* f = type->field(i);
      if (OneIn(2)) continue;
      const int n = f->is_repeated() ? Below(4) : 1;
      for (int k = 0; k < n; ++k) Set(m, f, depth);
    }
    if (OneIn(8)) m->GetReflection()->MutableUnknownFields(m)->AddLengthDelimited(5000 + Below(100), Text());
  }

  std::string Text() {
    static const char* const kPieces[] = {"", "a", "ABC", "æøå", "+4512345678", "🙂", "citizens/x"};
    std::string out;
    for (int n = Below(4); n > 0; --n) out += kPieces[Below(7)];
    if (OneIn(20)) out.append(200, 'x');
    return out;
  }

  std::string Mutate(std::string bytes) {
    for (int n = 1 + Below(3); n > 0; --n) {
      const int at = bytes.empty() ? 0 : Below(static_cast<int>(bytes.size()));
      switch (Below(6)) {
        case 0: bytes.resize(at); break;
        case 1: if (!bytes.empty()) bytes[at] = static_cast<char>(Below(256)); break;
        case 2: if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8))); break;
        case 3: bytes.insert(at, 1, static_cast<char>(Below(256))); break;
        case 4: if (!bytes.empty()) bytes.erase(at, 1 + Below(3)); break;
        case 5: bytes += bytes.substr(at, Below(20)); break;  // repeats fields
      }
    }
    return bytes;
  }

 private:
  void Set(Message* m, const FieldDescriptor* f, int depth) {
    const Reflection* r = m->GetReflection();
    const bool many = f->is_repeated();
    const int small = Below(3);
    const std::int64_t wide = OneIn(2) ? small : static_cast<std::int64_t>(engine_()) << Below(33);
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: many ? r->AddInt32(m, f, static_cast<int>(wide)) : r->SetInt32(m, f, static_cast<int>(wide)); break;
      case FieldDescriptor::CPPTYPE_INT64: many ? r->AddInt64(m, f, -wide) : r->SetInt64(m, f, -wide); break;
      case FieldDescriptor::CPPTYPE_UINT32: many ? r->AddUInt32(m, f, static_cast<unsigned>(wide)) : r->SetUInt32(m, f, static_cast<unsigned>(wide)); break;
      case FieldDescriptor::CPPTYPE_UINT64: many ? r->AddUInt64(m, f, static_cast<std::uint64_t>(wide)) : r->SetUInt64(m, f, static_cast<std::uint64_t>(wide)); break;
      case FieldDescriptor::CPPTYPE_DOUBLE: many ? r->AddDouble(m, f, small) : r->SetDouble(m, f, small); break;
      case FieldDescriptor::CPPTYPE_FLOAT: many ? r->AddFloat(m, f, static_cast<float>(small)) : r->SetFloat(m, f, static_cast<float>(small)); break;
      case FieldDescriptor::CPPTYPE_BOOL: many ? r->AddBool(m, f, small != 0) : r->SetBool(m, f, small != 0); break;
      case FieldDescriptor::CPPTYPE_ENUM: many ? r->AddEnumValue(m, f, small) : r->SetEnumValue(m, f, small); break;
      case FieldDescriptor::CPPTYPE_STRING: many ? r->AddString(m, f, Text()) : r->SetString(m, f, Text()); break;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        if (depth >= 4) return;
        Message* sub = many ? r->AddMessage(m, f) : r->MutableMessage(m, f);
        Fill(sub, depth + 1);
        if (f->is_map()) r->ListFields(*m, &ignored_);  // brings the map and its entries into step
        break;
      }
    }
  }

  std::mt19937 engine_;
  std::vector<const FieldDescriptor*> ignored_;
};

struct Permission {
  type::v1::Purpose purpose;
  CategoryMask mask;
  bool limited;
};

Permission AnyPermission(Random* random) {
  CategoryMask mask = 0;
  const int density = 1 + random->Below(4);
  for (int c = 0; c <= 14; ++c) mask |= random->OneIn(density) ? CategoryMask{1} << c : 0;
  return {static_cast<type::v1::Purpose>(random->Below(10)), mask, random->OneIn(3)};
}

const Descriptor* FileOf(const Descriptor* response) { return response->FindFieldByName("file")->message_type(); }

class RandomFilterTest : public testing::TestWithParam<const Descriptor*> {
 protected:
  const Message* prototype() const { return MessageFactory::generated_factory()->GetPrototype(GetParam()); }

  // What the oracle leaves of the bytes; false if no parser reads them.
  bool Oracle(const std::string& bytes, const Permission& p, Message* left) {
    return left->ParseFromString(bytes) && FilterByReflection(left, p.purpose, p.mask, p.limited).ok();
  }

  // Property 2. Returns whether the byte filter accepted.
  bool Same(const std::string& bytes, const Permission& p) {
    const auto out = Filter::For(GetParam(), p.purpose, p.mask, p.limited).Apply(bytes);
    if (!out.ok()) {
      EXPECT_EQ(out.status().code(), absl::StatusCode::kDataLoss);
      return false;
    }
    const std::unique_ptr<Message> want(prototype()->New()), got(prototype()->New());
    const bool read = Oracle(bytes, p, want.get());
    EXPECT_TRUE(read) << "accepted what no parser reads: " << absl::BytesToHexString(bytes);
    EXPECT_TRUE(got->ParseFromString(*out));
    // By content: the order of fields and how a varint is written may differ after a mutation.
    std::string difference;
    google::protobuf::util::MessageDifferencer differ;
    differ.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differ.Compare(*want, *got)) << difference << " of " << absl::BytesToHexString(bytes) << "\npurpose " << p.purpose << " mask " << p.mask
                                             << " limited " << p.limited;
    EXPECT_LE(out->size(), bytes.size());
    return true;
  }
};

TEST_P(RandomFilterTest, SerialisedFiles) {
  Random random(20261121);
  int shown = 0;
  for (int i = 0; i < 3000 && !HasFailure(); ++i) {
    const std::unique_ptr<Message> file(prototype()->New());
    random.Fill(file.get(), 1);
    const std::string bytes = file->SerializeAsString();
    const Permission p = AnyPermission(&random);
    EXPECT_TRUE(Same(bytes, p)) << "refused what the serialiser wrote: " << absl::BytesToHexString(bytes);
    shown += Filter::For(GetParam(), p.purpose, p.mask, p.limited).Apply(bytes)->empty() ? 0 : 1;
  }
  EXPECT_GT(shown, 300) << "the test shows hardly anything, so it proves hardly anything";
}

TEST_P(RandomFilterTest, MutatedBytes) {
  Random random(4);
  int accepted = 0, shown = 0;
  for (int i = 0; i < 30000 && !HasFailure(); ++i) {
    const std::unique_ptr<Message> file(prototype()->New());
    random.Fill(file.get(), 2);
    const Permission p = AnyPermission(&random);
    const std::string bytes = random.Mutate(file->SerializeAsString());
    if (!Same(bytes, p)) continue;
    ++accepted;
    shown += Filter::For(GetParam(), p.purpose, p.mask, p.limited).Apply(bytes)->empty() ? 0 : 1;
  }
  EXPECT_GT(accepted, 2000);
  EXPECT_GT(shown, 200);
}

TEST_P(RandomFilterTest, CutAnywhere) {
  Random random(7);
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    const std::unique_ptr<Message> file(prototype()->New());
    random.Fill(file.get(), 1);
    const std::string bytes = file->SerializeAsString();
    for (std::size_t n = 0; n < bytes.size() && n < 1500; ++n) Same(bytes.substr(0, n), {type::v1::PURPOSE_COORDINATE_SUPPORT, ~CategoryMask{0}, false});
  }
}

INSTANTIATE_TEST_SUITE_P(Files, RandomFilterTest,
                         testing::Values(probe::FileProbe::descriptor(), probe::BenchFile::descriptor(), registry::v1::CitizenCard::descriptor(),
                                         FileOf(dropin::v1::GetCitizenFileResponse::descriptor()), FileOf(housing::v1::GetCitizenFileResponse::descriptor())),
                         [](const auto& p) { return p.param->name(); });

}  // namespace
}  // namespace brobygger
