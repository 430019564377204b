#include "services/runtime/page.h"

#include "absl/strings/escaping.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"
#include "services/runtime/stored.pb.h"

namespace brobygger {
namespace {

constexpr char kCursor[] = "8000000000000001:abc";

stored::ReadNote Query(const std::string& owner) {
  stored::ReadNote m;
  m.set_owner(owner);
  return m;
}

class PageTest : public ::testing::Test {
 protected:
  const crypto::Key key_ = crypto::NewKey();
  const std::string digest_ = QueryDigest("M", "agencies/a", "p", Query("x"));
};

TEST_F(PageTest, RoundTrip) {
  const std::string token = SealPage(key_, kCursor, digest_);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  EXPECT_EQ(bytes.find(kCursor), std::string::npos);
  EXPECT_EQ(*OpenPage(key_, token, digest_), kCursor);
}

TEST_F(PageTest, EmptyIsTheFirstPageAndTheEnd) {
  EXPECT_EQ(SealPage(key_, "", digest_), "");
  EXPECT_EQ(*OpenPage(key_, "", digest_), "");
}

TEST_F(PageTest, BoundToMethodAgencyPersonAndQuery) {
  const std::string token = SealPage(key_, kCursor, digest_);
  for (const std::string& other : {QueryDigest("N", "agencies/a", "p", Query("x")), QueryDigest("M", "agencies/b", "p", Query("x")),
                                   QueryDigest("M", "agencies/a", "q", Query("x")), QueryDigest("M", "agencies/a", "p", Query("y")),
                                   // Where one part ends and the next begins matters too.
                                   QueryDigest("M", "agencies/ap", "", Query("x")), QueryDigest("Magencies/a", "", "p", Query("x"))}) {
    const absl::Status status = OpenPage(key_, token, other).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "BAD_PAGE_TOKEN");
  }
}

TEST_F(PageTest, ForgedTokens) {
  const std::string token = SealPage(key_, kCursor, digest_);
  EXPECT_FALSE(OpenPage(crypto::NewKey(), token, digest_).ok());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed != token && OpenPage(key_, changed, digest_).ok()) ADD_FAILURE() << "character " << i;
  }
  for (const std::string& bad : {std::string("x"), std::string("not base64 !"), std::string(5000, 'A'), absl::WebSafeBase64Escape(kCursor)}) {
    EXPECT_EQ(ReasonOf(OpenPage(key_, bad, digest_).status()), "BAD_PAGE_TOKEN");
  }
}

// The request's own paging fields do not count: the same query asks for its next page with another token and size.
TEST_F(PageTest, PagingFieldsAreNoQuery) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("query.proto");
  auto* type = file.add_message_type();
  type->set_name("Query");
  for (const char* name : {"page_token", "page_size", "request_id", "state"}) {
    auto* field = type->add_field();
    field->set_name(name);
    field->set_number(type->field_size());
    field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    field->set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  }
  google::protobuf::DescriptorPool pool;
  const auto* descriptor = pool.BuildFile(file)->message_type(0);
  google::protobuf::DynamicMessageFactory factory(&pool);
  const auto digest_with = [&](const std::string& name) {
    const std::unique_ptr<google::protobuf::Message> m(factory.GetPrototype(descriptor)->New());
    if (!name.empty()) m->GetReflection()->SetString(m.get(), descriptor->FindFieldByName(name), "x");
    return QueryDigest("M", "a", "p", *m);
  };
  EXPECT_EQ(digest_with("page_token"), digest_with(""));
  EXPECT_EQ(digest_with("page_size"), digest_with(""));
  EXPECT_EQ(digest_with("request_id"), digest_with(""));
  EXPECT_NE(digest_with("state"), digest_with(""));
}

}  // namespace
}  // namespace brobygger
