#include "services/runtime/crypto.h"

#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "services/runtime/ids.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::crypto {
namespace {

std::string Bytes(absl::string_view hex) { return absl::HexStringToBytes(hex); }
std::string HexOf(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

class Files : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) { return files_.File(name, text); }
  brobygger::testing::TempDir files_;
  const std::string& dir_ = files_.path();
};

TEST(Digests, MatchPublishedVectors) {
  EXPECT_EQ(HexOf(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, cases 1 and 2.
  EXPECT_EQ(HexOf(HmacSha256(std::string(20, '\x0b'), "Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HexOf(HmacSha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HexOf(HmacSha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(HexOf(HmacSha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad") << "an empty key is not the key of before";
  // More keys than a thread keeps set up, in turn.
  std::vector<std::string> first;
  for (int i = 0; i < 20; ++i) first.push_back(HmacSha256(std::string(32, static_cast<char>(i)), "text"));
  for (int i = 19; i >= 0; --i) {
    EXPECT_EQ(HmacSha256(std::string(32, static_cast<char>(i)), "text"), first[i]);
    EXPECT_EQ(HmacSha256(std::string(32, static_cast<char>(i)), "text"), first[i]) << "and again under the same key";
  }
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 20u);
  EXPECT_EQ(HexOf(HmacSha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // RFC 5869, case 3 (no salt, no info), first block.
  EXPECT_EQ(HexOf(Derive(Key(std::string(22, '\x0b')), "")), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  // RFC 7914 uses other costs; this one was computed with Python's hashlib.scrypt.
  EXPECT_EQ(HexOf(SlowHash("kode", "salt")), "c99f9918249c0ea3b335bc5668571c01c34daa1eeb557dc65ce4d6b4df46b664");
  EXPECT_NE(SlowHash("kode", "salt"), SlowHash("kode", "salu"));
  EXPECT_NE(SlowHash("kode", "salt"), SlowHash("kodf", "salt"));
}

TEST(Crypto, Base64UrlHasOneForm) {
  std::string bytes;
  for (const auto& [text, want] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"AA", std::string(1, '\0')}, {"_-8", "\xff\xef"}, {"QUJD", "ABC"}}) {
    EXPECT_TRUE(FromBase64Url(text, &bytes)) << text;
    EXPECT_EQ(bytes, want) << text;
  }
  for (const char* text : {"AB", "AA==", "A", "AA ", " AA", "A\nA", "/+8", "_-9", "QUJD=", "QU*D"}) EXPECT_FALSE(FromBase64Url(text, &bytes)) << text;
}

TEST(Derive, LabelsSeparate) {
  const Key key = NewKey();
  EXPECT_EQ(Derive(key, "a").size(), 32u);
  EXPECT_NE(Derive(key, "a"), Derive(key, "b"));
  EXPECT_NE(Derive(key, "a"), Derive(NewKey(), "a"));
}

TEST(Seal, OpensOnlyWhatItSealed) {
  const std::string key = Random(32), text = "Kære Vennebo", where = "dropin:{perron-4}:r:participant:x";
  const std::string sealed = Seal(key, text, where);
  EXPECT_EQ(sealed.size(), text.size() + 28);
  EXPECT_EQ(*Open(key, sealed, where), text);
  EXPECT_EQ(*Open(key, Seal(key, "", where), where), "");
  EXPECT_NE(Seal(key, text, where), sealed) << "a fresh nonce each time";
  EXPECT_EQ(Open(key, sealed, "elsewhere").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(Open(Random(32), sealed, where).ok());
  EXPECT_FALSE(Open("short", sealed, where).ok());
  EXPECT_FALSE(Open(key, "", where).ok());
  EXPECT_FALSE(Open(key, sealed.substr(0, 27), where).ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(Open(key, changed, where).ok()) << "byte " << i;
  }
}

// The contexts are reused by their thread: a refused text must not disturb the next one, nor another thread.
TEST(Seal, ManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) {
        const std::string key = Random(32), text = Random(i), sealed = Seal(key, text, "a");
        EXPECT_FALSE(Open(key, sealed, "b").ok());
        EXPECT_EQ(*Open(key, sealed, "a"), text);
        EXPECT_EQ(HmacSha256(key, text), HmacSha256(key, text));
      }
    });
  }
  for (auto& t : threads) t.join();
}

TEST(Seal, VectorOfAnotherImplementation) {
  // Nonce 000102…0b, key 00…1f, associated "aad", plaintext "hello": computed with python3-cryptography's AESGCM.
  const std::string key = Bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const auto opened = Open(key, Bytes("000102030405060708090a0b2f67ba77aae321d4719670d8558f42fcccccdc4f50"), "aad");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, "hello");
}

TEST(SecretBytes, MovesAndWipes) {
  static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
  SecretBytes a("secret");
  SecretBytes b = std::move(a);
  EXPECT_EQ(b.reveal(), "secret");
  EXPECT_TRUE(a.empty());  // NOLINT: that it is wiped is the point
  SecretBytes c = b.Clone();
  c = std::move(b);
  EXPECT_EQ(c.reveal(), "secret");
}

TEST(NewId, HasTheFormAndIsNew) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewId();
    EXPECT_TRUE(IsId(id)) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST_F(Files, KeyFile) {
  const std::string hex = HexOf(std::string(32, '\x5a'));
  EXPECT_EQ(ReadKeyFile(Write("a", hex))->reveal(), std::string(32, '\x5a'));
  EXPECT_EQ(ReadKeyFile(Write("b", hex + "\n"))->reveal(), std::string(32, '\x5a'));
  EXPECT_EQ(ReadKeyFile(dir_ + "/none").status().code(), absl::StatusCode::kNotFound);
  for (const std::string& bad : {std::string(), hex + "00", hex.substr(2), "zz" + hex.substr(2), hex + "\n\n", " " + hex}) {
    const absl::Status status = ReadKeyFile(Write("bad", bad)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << bad;
    EXPECT_EQ(std::string(status.message()).find("5a5a"), std::string::npos) << "a key in an error text";
  }
}

TEST_F(Files, Statements) {
  EVP_PKEY* pair = nullptr;
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr);
  ASSERT_EQ(EVP_PKEY_keygen_init(context), 1);
  ASSERT_EQ(EVP_PKEY_keygen(context, &pair), 1);
  FILE* f = fopen((dir_ + "/private.pem").c_str(), "w");
  PEM_write_PrivateKey(f, pair, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(f);
  f = fopen((dir_ + "/public.pem").c_str(), "w");
  PEM_write_PUBKEY(f, pair);
  fclose(f);
  EVP_PKEY_free(pair);
  EVP_PKEY_CTX_free(context);

  const auto signer = StatementSigner::FromPemFile(dir_ + "/private.pem");
  const auto verifier = StatementVerifier::FromPemFile(dir_ + "/public.pem");
  ASSERT_TRUE(signer.ok() && verifier.ok());
  const std::string signature = signer->Sign("statement");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verifier->Verify("statement", signature));
  EXPECT_FALSE(verifier->Verify("statements", signature));
  EXPECT_FALSE(verifier->Verify("statement", signature.substr(1)));
  EXPECT_FALSE(verifier->Verify("statement", ""));
  std::string changed = signature;
  changed[10] ^= 1;
  EXPECT_FALSE(verifier->Verify("statement", changed));
  EXPECT_FALSE(StatementSigner::FromPemFile(dir_ + "/public.pem").ok());
  EXPECT_FALSE(StatementVerifier::FromPemFile(Write("no.pem", "no key")).ok());
  EXPECT_EQ(StatementVerifier::FromPemFile(dir_ + "/none.pem").status().code(), absl::StatusCode::kNotFound);
}

TEST(ConstantTimeEqual, Compares) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("ab", "ab"));
  EXPECT_FALSE(ConstantTimeEqual("ab", "ac"));
  EXPECT_FALSE(ConstantTimeEqual("ab", "abc"));
}

}  // namespace
}  // namespace brobygger::crypto
