#include "services/runtime/record.h"

#include "gtest/gtest.h"

namespace brobygger {
namespace {

class RecordTest : public ::testing::Test {
 protected:
  std::string Sealed(absl::string_view facet = "", std::uint64_t revision = 7) {
    return SealRecord(keys_, place_, revision, key_id_, data_key_, facet, "text");
  }
  absl::StatusOr<std::string> Opened(const std::string& bytes, const RecordPlace& place) {
    auto header = ParseRecord(bytes, place.kind);
    if (!header.ok()) return header.status();
    return OpenRecord(keys_, place, *header, data_key_);
  }
  const crypto::Key scope_key_ = crypto::NewKey();
  const ScopeKeys keys_{scope_key_};
  const crypto::Key data_key_ = crypto::NewKey();
  const std::string key_id_ = KeyId(keys_, "citizens/a");
  const RecordPlace place_{"test:{perron-4}:r:note:a", "note", "perron-4"};
};

TEST_F(RecordTest, RoundTrip) {
  for (const std::string facet : {"", "F", "facet with \0 inside"}) {
    const std::string bytes = Sealed(facet);
    const auto header = ParseRecord(bytes, "note");
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(header->revision, 7u);
    EXPECT_EQ(header->key_id, key_id_);
    EXPECT_EQ(header->facet, facet);
    EXPECT_EQ(*Opened(bytes, place_), "text");
  }
}

// Scripts read these offsets.
TEST_F(RecordTest, Layout) {
  const std::string bytes = Sealed("abc", 0x0102030405060708);
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes.substr(1, 8), "\1\2\3\4\5\6\7\10");
  EXPECT_EQ(bytes.substr(9, 16), key_id_);
  EXPECT_EQ(bytes.substr(27, 2), std::string("\0\3", 2));
  EXPECT_EQ(bytes.substr(29, 3), "abc");
  EXPECT_EQ(bytes.substr(32, 32), FacetMac(keys_, place_.redis_key, 0x0102030405060708, "abc"));
  EXPECT_EQ(bytes.size(), 64 + 12 + 4 + 16u);
}

TEST_F(RecordTest, OpensOnlyInItsPlace) {
  const std::string bytes = Sealed();
  for (const RecordPlace& other : {RecordPlace{"test:{perron-4}:r:note:b", "note", "perron-4"},
                                   RecordPlace{"test:{boligenhed}:r:note:a", "note", "boligenhed"},
                                   RecordPlace{place_.redis_key, "note", "boligenhed"}, RecordPlace{place_.redis_key, "other", "perron-4"}}) {
    EXPECT_EQ(Opened(bytes, other).status().code(), absl::StatusCode::kDataLoss) << other.redis_key;
  }
}

TEST_F(RecordTest, EveryByteCounts) {
  for (const std::string facet : {"", "facet"}) {
    const std::string bytes = Sealed(facet);
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (i >= 9 && i < 25) continue;  // the key id: another one leads to another data key
      std::string changed = bytes;
      changed[i] ^= 1;
      EXPECT_FALSE(Opened(changed, place_).ok()) << "byte " << i;
    }
    for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(Opened(bytes.substr(0, n), place_).ok()) << "first " << n;
  }
}

TEST_F(RecordTest, FacetOfAnotherRevisionOrPlace) {
  const std::string older = Sealed("facet", 6), newer = Sealed("facet", 7);
  // The older facet's MAC in the newer record.
  std::string mixed = newer;
  mixed.replace(29, 5 + 32, older.substr(29, 5 + 32));
  EXPECT_FALSE(Opened(mixed, place_).ok());
  EXPECT_NE(FacetMac(keys_, "a", 1, "f"), FacetMac(keys_, "b", 1, "f"));
  EXPECT_NE(FacetMac(keys_, "a", 1, "f"), FacetMac(ScopeKeys(crypto::NewKey()), "a", 1, "f"));
}

TEST_F(RecordTest, DataKeyIsBoundToItsName) {
  const std::string wrapped = WrapKey(keys_, "test:{perron-4}:k:aa", data_key_);
  EXPECT_EQ(UnwrapKey(keys_, "test:{perron-4}:k:aa", wrapped)->reveal(), data_key_.reveal());
  EXPECT_EQ(UnwrapKey(keys_, "test:{perron-4}:k:bb", wrapped).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(UnwrapKey(ScopeKeys(crypto::NewKey()), "test:{perron-4}:k:aa", wrapped).ok());
  EXPECT_FALSE(UnwrapKey(keys_, "test:{perron-4}:k:aa", "destroyed").ok());
}

TEST_F(RecordTest, KeysOfAScopeAreIndependent) {
  EXPECT_NE(keys_.journal.reveal(), keys_.facet.reveal());
  EXPECT_NE(keys_.key_id.reveal(), keys_.idempotency.reveal());
  EXPECT_NE(KeyId(keys_, "a"), KeyId(keys_, "b"));
  EXPECT_NE(KeyId(keys_, "a"), KeyId(ScopeKeys(crypto::NewKey()), "a")) << "no common name of a citizen in two agencies";
  EXPECT_EQ(ScopeKeys(scope_key_).masters->Fingerprint(), keys_.masters->Fingerprint());
}

}  // namespace
}  // namespace brobygger
