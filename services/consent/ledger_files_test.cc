// The ledger's files: what was written is read again, and what is not what was written is found out.
#include "services/consent/ledger_files.h"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consent/ledger_row.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::consent {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kEach = 256;

struct Rows {
  std::vector<std::string> bytes;
  std::vector<ledger::Hash> leaves;
};

Rows Make(std::uint64_t first, std::uint64_t count = kEach) {
  Rows rows;
  for (std::uint64_t number = first; number < first + count; ++number) {
    stored::LedgerRow row;
    row.set_kind(ledger::v1::ENTRY_KIND_CONSENT);
    row.set_subject_salt(crypto::Random(16));
    row.set_details_salt(crypto::Random(16));
    row.mutable_details()->set_person(std::string(number % 7, 'p'));  // not all of one length
    row.set_number(number);
    row.set_time_ms(static_cast<std::int64_t>(number));
    row.mutable_chain()->set_subject(crypto::NewId());
    rows.bytes.push_back(row.SerializeAsString());
    rows.leaves.push_back(ledger::LeafOf(PublicEntry(row)));
  }
  return rows;
}

class LedgerFilesTest : public ::testing::Test {
 protected:
  std::unique_ptr<LedgerFiles> Open() {
    auto files = LedgerFiles::Open(dir_.path(), kEach);
    EXPECT_TRUE(files.ok()) << files.status();
    return *std::move(files);
  }
  std::string Why() const { return std::string(LedgerFiles::Open(dir_.path(), kEach).status().message()); }
  std::string PathOf(std::uint64_t first) const {
    std::string digits = absl::StrCat(first);
    return absl::StrCat(dir_.path(), "/", std::string(20 - digits.size(), '0'), digits, ".ledger");
  }
  void Spoil(const std::string& path, std::uint64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char was = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(was ^ 1));
  }
  testing::TempDir dir_;
};

TEST_F(LedgerFilesTest, WhatWasAddedIsReadByThisProcessAndTheNext) {
  std::vector<Rows> written;
  {
    const auto files = Open();
    EXPECT_EQ(files->size(), 0u);
    EXPECT_TRUE(absl::IsOutOfRange(files->Rows(1, 1).status()));
    for (std::uint64_t first = 1; first < 3 * kEach; first += kEach) {
      written.push_back(Make(first));
      ASSERT_TRUE(files->Add(written.back().bytes, written.back().leaves).ok());
    }
    EXPECT_EQ(files->size(), 3 * kEach);
  }
  const auto files = Open();
  EXPECT_EQ(files->size(), 3 * kEach);
  for (std::uint64_t number = 1; number <= files->size(); ++number) {
    const Rows& of = written[(number - 1) / kEach];
    const std::uint64_t at = (number - 1) % kEach;
    const auto rows = files->Rows(number, 3);
    ASSERT_TRUE(rows.ok()) << rows.status();
    ASSERT_EQ(rows->size(), std::min<std::uint64_t>(3, kEach - at)) << "those of one file";
    EXPECT_EQ(rows->front().SerializeAsString(), of.bytes[at]);
    const auto leaves = files->Leaves(number, 1);
    ASSERT_TRUE(leaves.ok());
    EXPECT_EQ(leaves->front(), of.leaves[at]);
  }
  EXPECT_EQ(files->Leaves(kEach + 1, kEach)->size(), kEach);
  for (const std::uint64_t nowhere : {std::uint64_t{0}, 3 * kEach + 1, ~std::uint64_t{0}}) {
    EXPECT_TRUE(absl::IsOutOfRange(files->Rows(nowhere, 1).status())) << nowhere;
    EXPECT_TRUE(absl::IsOutOfRange(files->Leaves(nowhere, 1).status())) << nowhere;
  }
}

TEST_F(LedgerFilesTest, AnotherReplicaSeesWhatWasAdded) {
  const auto signs = Open(), follows = Open();
  const Rows rows = Make(1);
  ASSERT_TRUE(signs->Add(rows.bytes, rows.leaves).ok());
  EXPECT_EQ(follows->size(), 0u);
  ASSERT_TRUE(follows->LookAgain().ok());
  EXPECT_EQ(follows->size(), kEach);
  EXPECT_EQ(follows->Rows(5, 1)->front().number(), 5u);
}

TEST_F(LedgerFilesTest, AFileThatAReaderHasSeenAlreadyCountsOnce) {
  const auto files = Open();
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) EXPECT_TRUE(files->LookAgain().ok());
  });
  for (std::uint64_t first = 1; first < 20 * kEach; first += kEach) {
    const Rows rows = Make(first);
    ASSERT_TRUE(files->Add(rows.bytes, rows.leaves).ok());
    ASSERT_EQ(files->size(), first - 1 + kEach);
  }
  stop = true;
  reader.join();
}

TEST_F(LedgerFilesTest, NoByteCanBeChanged) {
  const Rows rows = Make(1);
  ASSERT_TRUE(Open()->Add(rows.bytes, rows.leaves).ok());
  const std::string path = PathOf(1);
  const std::uint64_t size = std::filesystem::file_size(path), index = size - [&] {
    std::uint64_t all = 0;
    for (const std::string& row : rows.bytes) all += row.size();
    return all;
  }();
  const auto whole = [&] {
    const auto files = LedgerFiles::Open(dir_.path(), kEach);
    return files.ok() && (*files)->Rows(1, kEach).ok();
  };
  ASSERT_TRUE(whole());
  for (std::uint64_t at = 0; at < index; at += 97) {  // it has one sum
    Spoil(path, at);
    EXPECT_FALSE(whole()) << at << " of the index";
    Spoil(path, at);
  }
  const auto files = Open();
  std::uint64_t at = index;
  for (std::uint64_t row = 1; row <= kEach; ++row) {
    ASSERT_TRUE(files->Rows(row, 1).ok());
    for (const std::uint64_t end = at + rows.bytes[row - 1].size(); at < end; ++at) {
      Spoil(path, at);
      EXPECT_TRUE(absl::IsDataLoss(files->Rows(row, 1).status())) << "byte " << at << " of row " << row;
      Spoil(path, at);
    }
  }
  ASSERT_TRUE(whole());
  std::filesystem::resize_file(path, size - 1);
  EXPECT_THAT(Why(), HasSubstr("00001.ledger is not what was written"));
  std::filesystem::resize_file(path, size + 1);
  EXPECT_THAT(Why(), HasSubstr("is not what was written"));
  std::filesystem::resize_file(path, 0);
  EXPECT_THAT(Why(), HasSubstr("is not what was written"));
}

TEST_F(LedgerFilesTest, AFileUnderAnotherNameOrMissingIsNamed) {
  {
    const auto files = Open();
    for (std::uint64_t first = 1; first < 3 * kEach; first += kEach) {
      const Rows rows = Make(first);
      ASSERT_TRUE(files->Add(rows.bytes, rows.leaves).ok());
    }
    std::filesystem::rename(PathOf(1), dir_.path() + "/aside");
    EXPECT_TRUE(absl::IsDataLoss(files->Rows(1, 1).status())) << "gone while it runs";
  }
  EXPECT_THAT(Why(), HasSubstr("00001.ledger is missing, and there are later ones"));
  std::filesystem::rename(dir_.path() + "/aside", PathOf(1));
  Open();
  std::filesystem::copy_file(PathOf(1), PathOf(3 * kEach + 1));
  EXPECT_THAT(Why(), HasSubstr("is not what was written")) << "the first under the name of a fourth";
  std::filesystem::remove(PathOf(3 * kEach + 1));
  std::ofstream(dir_.path() + "/1.ledger") << "x";
  EXPECT_THAT(Why(), HasSubstr("1.ledger is no file of a ledger"));
  std::filesystem::remove(dir_.path() + "/1.ledger");
  EXPECT_THAT(std::string(LedgerFiles::Open(dir_.path(), 2 * kEach).status().message()), HasSubstr("missing")) << "files of another size";
  EXPECT_THAT(std::string(LedgerFiles::Open("/nowhere", kEach).status().message()), HasSubstr("ledger_dir: /nowhere cannot be read"));
}

TEST_F(LedgerFilesTest, WhatAProcessThatDiedLeftBehindIsWrittenOver) {
  std::ofstream(PathOf(1) + ".new") << std::string(1'000'000, 'x');
  const auto files = Open();
  EXPECT_EQ(files->size(), 0u);
  const Rows rows = Make(1);
  ASSERT_TRUE(files->Add(rows.bytes, rows.leaves).ok());
  EXPECT_FALSE(std::filesystem::exists(PathOf(1) + ".new"));
  EXPECT_TRUE(files->Rows(1, kEach).ok());
}

TEST_F(LedgerFilesTest, AFullDiskChangesNothing) {
  const auto files = Open();
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{20'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  const Rows rows = Make(1);
  const absl::Status added = files->Add(rows.bytes, rows.leaves);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(absl::IsUnavailable(added)) << added;
  EXPECT_EQ(files->size(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
  EXPECT_TRUE(files->Add(rows.bytes, rows.leaves).ok());
}

}  // namespace
}  // namespace brobygger::consent
