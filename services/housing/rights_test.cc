#include "services/housing/rights.h"

#include <set>

#include <gtest/gtest.h>

#include "brobygger/housing/v1/duty.pb.h"
#include "brobygger/housing/v1/offer.pb.h"
#include "brobygger/housing/v1/referral.pb.h"
#include "services/housing/testing.h"
#include "services/runtime/rights.h"

namespace brobygger::housing {
namespace {

// Duties have no index by citizen: an export finds them by what they are about, on all its pages, each once and nobody else's.
TEST(HousingRights, AnExportHasEveryDuty) {
  testing::MemoryStore store(&Entities());
  const std::string mine(26, 'a'), other(26, 'b');
  std::set<std::string> expected;
  const auto put = [&](const std::string& id, const std::string& citizen) {
    v1::Duty duty;
    duty.set_name("duties/" + id);
    duty.set_citizen("citizens/" + citizen);
    ASSERT_TRUE(store.Put(id, duty).ok());
    if (citizen == mine) expected.insert(duty.name());
  };
  put("leaving-" + mine, mine);
  put("leaving-" + other, other);
  const auto about = [&](auto record, const std::string& prefix, int how_many) {
    for (int i = 0; i < how_many; ++i) {
      const std::string& citizen = i % 9 == 4 ? other : mine;
      record.set_citizen("citizens/" + citizen);
      const std::string id = absl::StrCat(prefix, i);
      ASSERT_TRUE(store.Put(id, record).ok());
      if (i % 5 != 3) put(absl::StrCat(prefix, "-", id), citizen);  // not each has a duty
    }
  };
  about(v1::HousingReferral(), "referral", 2 * kExportPage + 9);
  about(v1::HousingOffer(), "offer", kExportPage + 9);
  about(v1::SupportEpisode(), "support", 2);
  ASSERT_GT(expected.size(), 40u);

  Module module;
  for (Module& m : HousingModules()) {
    if (m.handlers.count("ExportRecords") != 0) module = std::move(m);
  }
  ASSERT_NE(module.service, nullptr);
  std::set<std::string> found;
  rights::v1::ExportRecordsRequest request;
  int pages = 0;
  do {
    Call call;
    call.agency = *AgencyId::Parse("agencies/boligenheden");
    call.person = *PersonId::Parse("by-the-citizens-own-word");
    call.now = Noon();
    call.seed = std::string(24, 'x');
    call.presence.emplace();
    call.presence->set_citizen("citizens/" + mine);
    const auto page = store.Ask<rights::v1::ExportRecordsResponse>(module.handlers.at("ExportRecords"), call, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& section : page->sections()) {
      if (section.kind() != "duty") continue;
      for (const auto& record : section.records()) {
        const std::string name = record.json().substr(record.json().find("duties/"));
        EXPECT_TRUE(found.insert(name.substr(0, name.find('"'))).second) << record.json();
      }
    }
    request.set_page_token(page->next_page_token());
    ASSERT_LT(++pages, 12);
  } while (!request.page_token().empty());
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace brobygger::housing
