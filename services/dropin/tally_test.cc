#include "services/dropin/tally.h"

#include <gtest/gtest.h>

#include "brobygger/dropin/v1/count_week.pb.h"
#include "services/dropin/count_week.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {
namespace {

v1::RecordVisitTallyRequest Add(type::v1::Date date, v1::PartOfDay part, int visitors, std::vector<std::pair<v1::OfferKind, int>> offers = {}) {
  v1::RecordVisitTallyRequest request;
  *request.mutable_date() = date;
  request.set_part_of_day(part);
  request.set_add_visitors(visitors);
  for (auto [kind, count] : offers) {
    v1::OfferCount* c = request.add_add_offers();
    c->set_offer(kind);
    c->set_count(count);
  }
  return request;
}

class TallyTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::RecordVisitTallyResponse> Record(const v1::RecordVisitTallyRequest& request, absl::Time at = Noon()) {
    return house.Ask<v1::RecordVisitTallyResponse>("RecordVisitTally", request, at);
  }
  absl::StatusOr<v1::GetVisitTalliesResponse> Range(type::v1::Date first, type::v1::Date last) {
    v1::GetVisitTalliesRequest request;
    *request.mutable_first_day() = first;
    *request.mutable_last_day() = last;
    return house.Ask<v1::GetVisitTalliesResponse>("GetVisitTallies", request);
  }
  absl::StatusOr<v1::OpenCountWeekResponse> OpenWeek(type::v1::Date first) {
    v1::OpenCountWeekRequest request;
    *request.mutable_first_day() = first;
    return house.Ask<v1::OpenCountWeekResponse>("OpenCountWeek", request);
  }
  absl::StatusOr<v1::CloseCountWeekResponse> CloseWeek(const std::string& name, absl::Time at = Noon()) {
    v1::CloseCountWeekRequest request;
    request.set_name(name);
    return house.Ask<v1::CloseCountWeekResponse>("CloseCountWeek", request, at);
  }
  const type::v1::Date today = Day(2026, 11, 21);
  House house;
};

// D1: 31 visitors in the morning, breakfast 28, baths 4, NADA 6; counted on two tablets.
TEST_F(TallyTest, TabletsAddUp) {
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_MORNING, 20, {{v1::OFFER_KIND_NADA, 6}, {v1::OFFER_KIND_BREAKFAST, 18}})).ok());
  auto sum = Record(Add(today, v1::PART_OF_DAY_MORNING, 11, {{v1::OFFER_KIND_BREAKFAST, 10}, {v1::OFFER_KIND_BATH, 4}, {v1::OFFER_KIND_VET, 0}}));
  ASSERT_TRUE(sum.ok()) << sum.status();
  const v1::VisitTally& tally = sum->tally();
  EXPECT_EQ(tally.name(), "tallies/20261121.morning");
  EXPECT_EQ(tally.visitors_estimate(), 31);
  ASSERT_EQ(tally.offer_counts_size(), 3) << "in the order of the enum, without what was never used";
  EXPECT_EQ(tally.offer_counts(0).offer(), v1::OFFER_KIND_BREAKFAST);
  EXPECT_EQ(tally.offer_counts(0).count(), 28);
  EXPECT_EQ(tally.offer_counts(1).offer(), v1::OFFER_KIND_NADA);
  EXPECT_EQ(tally.offer_counts(2).offer(), v1::OFFER_KIND_BATH);
  auto range = Range(today, today);
  ASSERT_TRUE(range.ok());
  ASSERT_EQ(range->tallies_size(), 1);
  EXPECT_EQ(range->tallies(0).DebugString(), tally.DebugString());
  EXPECT_EQ(range->visitors_total(), 31);
}

// Two tablets decide on the same sum; the one that commits second has read an older revision and decides again.
TEST_F(TallyTest, WhatWasDecidedOnAnOlderSumIsDecidedAgain) {
  const Handler& record = house.modules.front().handlers.at("RecordVisitTally");
  const v1::RecordVisitTallyRequest five = Add(today, v1::PART_OF_DAY_EVENING, 5);
  View view(&Entities());
  EXPECT_FALSE(record(house.NewCall(Noon()), five, view).ok());
  ASSERT_EQ(view.pending().size(), 1u) << "the sum itself is in the read set, so the commit compares its revision";
  EXPECT_EQ(view.pending()[0].id, "20261121.evening");
}

TEST_F(TallyTest, SumsStayWithin999) {
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_MORNING, 999, {{v1::OFFER_KIND_BATH, 999}})).ok());
  auto over = Record(Add(today, v1::PART_OF_DAY_MORNING, 1, {{v1::OFFER_KIND_BATH, 1}}));
  EXPECT_EQ(ReasonOf(over.status()), "OUT_OF_RANGE");
  EXPECT_NE(over.status().message().find("add_visitors"), absl::string_view::npos);
  EXPECT_NE(over.status().message().find("add_offers[0].count"), absl::string_view::npos);
  EXPECT_TRUE(Record(Add(today, v1::PART_OF_DAY_MORNING, 0)).ok());
  EXPECT_EQ(Range(today, today)->visitors_total(), 999);
}

TEST_F(TallyTest, DaysThatCanBeCounted) {
  struct Row { type::v1::Date date; bool ok; };
  const Row rows[] = {{Day(2026, 11, 22), false}, {today, true}, {Day(2026, 10, 21), true}, {Day(2026, 10, 20), false}};
  for (const Row& row : rows) EXPECT_EQ(Record(Add(row.date, v1::PART_OF_DAY_MORNING, 1)).ok(), row.ok) << row.date.ShortDebugString();
  // The day is Copenhagen's: at 23:30 UTC it is tomorrow there.
  const absl::Time late = absl::FromCivil(absl::CivilMinute(2026, 11, 21, 23, 30), absl::UTCTimeZone());
  EXPECT_TRUE(Record(Add(Day(2026, 11, 22), v1::PART_OF_DAY_MORNING, 1), late).ok());
}

TEST_F(TallyTest, AnOfferOnce) {
  auto twice = Record(Add(today, v1::PART_OF_DAY_MORNING, 1, {{v1::OFFER_KIND_BATH, 1}, {v1::OFFER_KIND_BATH, 1}}));
  EXPECT_EQ(ReasonOf(twice.status()), "DUPLICATE_ITEM");
}

TEST_F(TallyTest, CorrectionNeedsTheEtag) {
  v1::CorrectVisitTallyRequest request;
  *request.mutable_date() = today;
  request.set_part_of_day(v1::PART_OF_DAY_MORNING);
  request.set_visitors_estimate(30);
  request.set_etag("r1");
  auto correct = [&] { return house.Ask<v1::CorrectVisitTallyResponse>("CorrectVisitTally", request); };
  EXPECT_EQ(ReasonOf(correct().status()), "NOT_FOUND");
  auto counted = Record(Add(today, v1::PART_OF_DAY_MORNING, 31, {{v1::OFFER_KIND_BATH, 4}}));
  request.set_etag(counted->tally().etag());
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_MORNING, 1)).ok());
  EXPECT_EQ(ReasonOf(correct().status()), "ETAG_MISMATCH") << "a count was made meanwhile";
  request.set_etag(Range(today, today)->tallies(0).etag());
  auto corrected = correct();
  ASSERT_TRUE(corrected.ok());
  EXPECT_EQ(corrected->tally().visitors_estimate(), 30);
  EXPECT_EQ(corrected->tally().offer_counts_size(), 0);
  EXPECT_EQ(corrected->tally().etag(), Range(today, today)->tallies(0).etag());
}

TEST_F(TallyTest, Ranges) {
  EXPECT_EQ(ReasonOf(Range(today, Day(2026, 11, 20)).status()), "BAD_DATE_ORDER");
  EXPECT_TRUE(Range(Day(2026, 10, 22), today).ok()) << "31 days";
  EXPECT_EQ(ReasonOf(Range(Day(2026, 10, 21), today).status()), "OUT_OF_RANGE") << "32 days";
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_EVENING, 2)).ok());
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_AFTERNOON, 3)).ok());
  ASSERT_TRUE(Record(Add(Day(2026, 11, 20), v1::PART_OF_DAY_EVENING, 4)).ok());
  auto range = Range(Day(2026, 11, 19), today);
  ASSERT_EQ(range->tallies_size(), 3);
  EXPECT_EQ(range->tallies(0).name(), "tallies/20261120.evening");
  EXPECT_EQ(range->tallies(1).name(), "tallies/20261121.afternoon");
  EXPECT_EQ(range->tallies(2).name(), "tallies/20261121.evening");
  EXPECT_EQ(range->visitors_total(), 9);
}

// Slotsgården: 67 a day.
TEST_F(TallyTest, CountWeekClosesWithItsAverage) {
  for (int i = 0; i < 7; ++i) {
    const type::v1::Date day = ToDate(absl::CivilDay(2026, 11, 15) + i);
    ASSERT_TRUE(Record(Add(day, v1::PART_OF_DAY_MORNING, 40)).ok());
    ASSERT_TRUE(Record(Add(day, v1::PART_OF_DAY_AFTERNOON, 27)).ok());
  }
  auto open = OpenWeek(Day(2026, 11, 15));
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->week().name(), "countWeeks/20261115");
  EXPECT_EQ(open->week().state(), v1::COUNT_WEEK_STATE_OPEN);
  EXPECT_EQ(ReasonOf(CloseWeek(open->week().name(), Noon(absl::CivilDay(2026, 11, 20))).status()), "WRONG_STATE") << "the sixth day";
  auto closed = CloseWeek(open->week().name());
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->week().average_per_day(), 67);
  EXPECT_EQ(closed->week().days_counted(), 7);
  ASSERT_EQ(closed->week().visitors_by_day_size(), 7);
  EXPECT_EQ(closed->week().visitors_by_day(6), 67);
  EXPECT_EQ(ReasonOf(CloseWeek(open->week().name()).status()), "WRONG_STATE") << "closed once";
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_EVENING, 500)).ok());
  v1::GetCountWeekRequest get;
  get.set_name(open->week().name());
  auto kept = house.Ask<v1::GetCountWeekResponse>("GetCountWeek", get);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->week().DebugString(), closed->week().DebugString()) << "what is closed stands";
}

TEST_F(TallyTest, AnOpenWeekShowsWhatIsCountedSoFar) {
  ASSERT_TRUE(OpenWeek(Day(2026, 11, 18)).ok());
  ASSERT_TRUE(Record(Add(today, v1::PART_OF_DAY_MORNING, 7)).ok());
  v1::GetCountWeekRequest get;
  get.set_name("countWeeks/20261118");
  auto week = house.Ask<v1::GetCountWeekResponse>("GetCountWeek", get);
  ASSERT_TRUE(week.ok());
  EXPECT_EQ(week->week().visitors_by_day(3), 7);
  EXPECT_EQ(week->week().days_counted(), 1);
  EXPECT_EQ(week->week().average_per_day(), 1);
}

TEST_F(TallyTest, CountWeeksShareNoDay) {
  ASSERT_TRUE(OpenWeek(Day(2026, 11, 15)).ok());
  EXPECT_EQ(ReasonOf(OpenWeek(Day(2026, 11, 15)).status()), "DUPLICATE");
  EXPECT_EQ(ReasonOf(OpenWeek(Day(2026, 11, 21)).status()), "DUPLICATE") << "its first is the other's last";
  EXPECT_EQ(ReasonOf(OpenWeek(Day(2026, 11, 9)).status()), "DUPLICATE") << "its last is the other's first";
  EXPECT_TRUE(OpenWeek(Day(2026, 11, 22)).ok());
  EXPECT_TRUE(OpenWeek(Day(2026, 11, 8)).ok());
  EXPECT_EQ(ReasonOf(OpenWeek(Day(2026, 10, 20)).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(OpenWeek(Day(2027, 1, 23)).status()), "OUT_OF_RANGE");
}

TEST(CountWeek, StateTable) {
  for (int from = v1::CountWeekState_MIN; from <= v1::CountWeekState_MAX; ++from) {
    for (int to = v1::CountWeekState_MIN; to <= v1::CountWeekState_MAX; ++to) {
      const bool may = from == v1::COUNT_WEEK_STATE_OPEN && to == v1::COUNT_WEEK_STATE_CLOSED;
      EXPECT_EQ(MayBecome(static_cast<v1::CountWeekState>(from), static_cast<v1::CountWeekState>(to)), may) << from << " -> " << to;
    }
  }
}

TEST(CountWeek, AverageRoundsHalfUp) {
  struct Row { int total, average; };
  const Row rows[] = {{0, 0}, {3, 0}, {4, 1}, {7, 1}, {10, 1}, {11, 2}, {465, 66}, {466, 67}, {469, 67}, {472, 67}, {473, 68}, {20979, 2997}};
  for (const Row& row : rows) EXPECT_EQ(AveragePerDay(row.total), row.average) << row.total;
}

}  // namespace
}  // namespace brobygger::dropin
