#include "services/dropin/centre.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "brobygger/dropin/v1/user_shift.pb.h"
#include "services/dropin/opening.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {
namespace {

using ::testing::ElementsAre;

// Perron 4: Monday to Friday 08-21, Saturday and Sunday 08-14, Sunday only with a user shift.
v1::Centre Perron4() {
  v1::Centre centre;
  centre.set_display_name("Perron 4");
  for (int day = v1::WEEKDAY_MONDAY; day <= v1::WEEKDAY_SUNDAY; ++day) {
    v1::OpeningHours* hours = centre.add_opening_hours();
    hours->set_weekday(static_cast<v1::Weekday>(day));
    hours->set_from_minute(8 * 60);
    hours->set_to_minute(day <= v1::WEEKDAY_FRIDAY ? 21 * 60 : 14 * 60);
  }
  centre.add_conditional_days(v1::WEEKDAY_SUNDAY);
  centre.set_safety_staffing(2);
  centre.set_is_reception_centre(true);
  centre.set_address("Jernbanegade 4");
  return centre;
}

class CentreTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::UpdateCentreResponse> Update(const v1::Centre& centre, const std::string& etag = "") {
    v1::UpdateCentreRequest request;
    *request.mutable_centre() = centre;
    request.set_etag(etag);
    return house.Ask<v1::UpdateCentreResponse>("UpdateCentre", request);
  }
  absl::StatusOr<v1::ConfirmConditionalDayResponse> Confirm(type::v1::Date date, bool open, absl::Time at = Noon()) {
    v1::ConfirmConditionalDayRequest request;
    *request.mutable_date() = date;
    request.set_open(open);
    return house.Ask<v1::ConfirmConditionalDayResponse>("ConfirmConditionalDay", request, at);
  }
  absl::StatusOr<v1::PlanUserShiftResponse> PlanUsers(type::v1::Date date) {
    v1::PlanUserShiftRequest request;
    *request.mutable_date() = date;
    request.set_from_minute(8 * 60);
    request.set_to_minute(14 * 60);
    v1::VolunteerCount* way = request.add_volunteers();
    way->set_recruitment(v1::RECRUITMENT_SELF);
    way->set_count(1);
    request.mutable_phone_backup()->set_role(v1::BACKUP_ROLE_STAFF_NEARBY);
    request.mutable_phone_backup()->set_phone("+4589151200");
    return house.Ask<v1::PlanUserShiftResponse>("PlanUserShift", request);
  }
  v1::GetCentreResponse Get(absl::Time at = Noon()) {
    auto got = house.Ask<v1::GetCentreResponse>("GetCentre", v1::GetCentreRequest(), at);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.value_or(v1::GetCentreResponse());
  }
  House house;
};

TEST_F(CentreTest, OpeningByDayAndMinute) {
  ASSERT_TRUE(Update(Perron4()).ok());
  struct Row { absl::CivilDay day; int hour, minute; absl::string_view label; };
  const absl::CivilDay friday(2026, 11, 20), saturday(2026, 11, 21), sunday(2026, 11, 22), monday(2026, 11, 23);
  const Row rows[] = {
      {friday, 7, 59, "Lukket"},   {friday, 8, 0, "Åbent"},   {friday, 20, 59, "Åbent"},   {friday, 21, 0, "Lukket"},
      {saturday, 7, 59, "Lukket"}, {saturday, 8, 0, "Åbent"}, {saturday, 13, 59, "Åbent"}, {saturday, 14, 0, "Lukket"},
      {sunday, 8, 0, "Lukket"},    {sunday, 13, 0, "Lukket"}, {monday, 8, 0, "Åbent"},     {monday, 23, 59, "Lukket"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Get(Noon(row.day, row.hour, row.minute)).opening().label_da(), row.label) << row.day << " " << row.hour << ":" << row.minute;
  }
}

TEST_F(CentreTest, SundayOpensOnlyByAUserShift) {
  ASSERT_TRUE(Update(Perron4()).ok());
  const absl::CivilDay sunday(2026, 11, 22);
  EXPECT_EQ(ReasonOf(Confirm(ToDate(sunday), true).status()), "STAFFING_TOO_LOW") << "nobody is there";
  EXPECT_EQ(Get(Noon(sunday, 8)).opening().label_da(), "Lukket");
  EXPECT_THAT(house.Announced(), ElementsAre());

  ASSERT_TRUE(PlanUsers(ToDate(sunday)).ok());
  ASSERT_TRUE(Confirm(ToDate(sunday), true).ok()) << "once more";
  EXPECT_THAT(house.Announced(), ElementsAre(v1::HOUSE_EVENT_TYPE_CENTRE_OPENED)) << "it opens once";
  const v1::GetCentreResponse open = Get(Noon(sunday, 8));
  EXPECT_EQ(open.opening().state(), v1::OPENING_STATE_OPEN_BY_USER_SHIFT);
  EXPECT_EQ(open.opening().label_da(), "Åbent (brugervagt)");
  EXPECT_EQ(open.opening().today_size(), 1);
  EXPECT_EQ(open.centre().confirmed_days_size(), 1);
  EXPECT_EQ(Get(Noon(sunday, 14)).opening().label_da(), "Lukket");
  EXPECT_EQ(Get(Noon(sunday + 7, 8)).opening().label_da(), "Lukket") << "the next Sunday is another date";
  EXPECT_EQ(Get(Noon(sunday + 1, 8)).centre().confirmed_days_size(), 0) << "past days are not shown";

  ASSERT_TRUE(Confirm(ToDate(sunday), false).ok());
  EXPECT_EQ(Get(Noon(sunday, 8)).opening().label_da(), "Lukket");
  EXPECT_EQ(ReasonOf(Confirm(ToDate(sunday), true).status()), "STAFFING_TOO_LOW") << "its shift was called off with it";
}

TEST_F(CentreTest, ConfirmsOnlyConditionalDaysAhead) {
  EXPECT_EQ(ReasonOf(Confirm(Day(2026, 11, 22), true).status()), "NOT_FOUND");
  ASSERT_TRUE(Update(Perron4()).ok());
  EXPECT_EQ(ReasonOf(Confirm(Day(2026, 11, 23), true).status()), "OUT_OF_RANGE") << "a Monday";
  EXPECT_EQ(ReasonOf(Confirm(Day(2026, 11, 15), true).status()), "OUT_OF_RANGE") << "past";
  ASSERT_TRUE(PlanUsers(Day(2027, 1, 17)).ok());
  EXPECT_TRUE(Confirm(Day(2027, 1, 17), true).ok()) << "57 days ahead";
  EXPECT_EQ(ReasonOf(Confirm(Day(2027, 1, 24), true).status()), "OUT_OF_RANGE") << "64 days ahead";
}

TEST_F(CentreTest, ChangingTheCentreKeepsOffersAndWhatIsStillConfirmed) {
  ASSERT_TRUE(Update(Perron4()).ok());
  v1::UpdateOffersRequest offers;
  offers.add_offers()->set_kind(v1::OFFER_KIND_BREAKFAST);
  ASSERT_TRUE(house.Ask<v1::UpdateOffersResponse>("UpdateOffers", offers).ok());
  ASSERT_TRUE(PlanUsers(Day(2026, 11, 22)).ok());
  v1::Centre centre = Perron4();
  centre.set_display_name("Perron Fire");
  ASSERT_TRUE(Update(centre).ok());
  EXPECT_EQ(Get().centre().confirmed_days_size(), 1);
  EXPECT_EQ(house.Ask<v1::ListOffersResponse>("ListOffers", v1::ListOffersRequest())->offers_size(), 1);
  centre.clear_conditional_days();
  ASSERT_TRUE(Update(centre).ok());
  EXPECT_EQ(Get().centre().confirmed_days_size(), 0);
  EXPECT_EQ(Get(Noon(absl::CivilDay(2026, 11, 22), 9)).opening().label_da(), "Åbent") << "Sunday is an ordinary day now";

  ASSERT_TRUE(Update(Perron4()).ok());
  EXPECT_EQ(Get(Noon(absl::CivilDay(2026, 11, 22), 9)).opening().label_da(), "Lukket") << "and conditional again";
  ASSERT_TRUE(Confirm(Day(2026, 11, 22), true).ok()) << "its shift still stands";
  EXPECT_EQ(Get(Noon(absl::CivilDay(2026, 11, 22), 9)).opening().label_da(), "Åbent (brugervagt)");
  EXPECT_THAT(house.Announced(), ElementsAre(v1::HOUSE_EVENT_TYPE_CENTRE_OPENED, v1::HOUSE_EVENT_TYPE_CENTRE_OPENED));
}

TEST_F(CentreTest, EtagsAndNames) {
  EXPECT_EQ(ReasonOf(house.Ask<v1::GetCentreResponse>("GetCentre", v1::GetCentreRequest()).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Update(Perron4(), "r1").status()), "ETAG_MISMATCH") << "there is nothing yet";
  auto first = Update(Perron4());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->centre().name(), "centres/perron-4");
  EXPECT_EQ(first->centre().etag(), Get().centre().etag());
  auto second = Update(Perron4(), first->centre().etag());
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second->centre().etag(), first->centre().etag());
  EXPECT_EQ(ReasonOf(Update(Perron4(), first->centre().etag()).status()), "ETAG_MISMATCH");
  v1::UpdateOffersRequest offers;
  offers.set_etag(first->centre().etag());
  EXPECT_EQ(ReasonOf(house.Ask<v1::UpdateOffersResponse>("UpdateOffers", offers).status()), "ETAG_MISMATCH");
}

TEST_F(CentreTest, OutputFieldsOfARequestAreIgnored) {
  v1::Centre centre = Perron4();
  centre.set_name("centres/elsewhere");
  *centre.add_confirmed_days() = Day(2026, 11, 22);
  ASSERT_TRUE(Update(centre).ok());
  EXPECT_EQ(Get().centre().name(), "centres/perron-4");
  EXPECT_EQ(Get().centre().confirmed_days_size(), 0);
  EXPECT_EQ(Get(Noon(absl::CivilDay(2026, 11, 22), 9)).opening().label_da(), "Lukket");
}

TEST(Hours, NamesEveryMistake) {
  v1::Centre centre = Perron4();
  centre.mutable_opening_hours(0)->set_to_minute(8 * 60);  // ends when it begins
  *centre.add_opening_hours() = centre.opening_hours(1);   // Tuesday twice
  centre.mutable_opening_hours()->DeleteSubrange(6, 1);    // Sunday has no hours any more
  const std::vector<Violation> violations = CheckHours(centre);
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[0].field, "centre.opening_hours[0].to_minute");
  EXPECT_EQ(violations[1].field, "centre.opening_hours[6]");
  EXPECT_EQ(violations[2].field, "centre.conditional_days[0]");
  EXPECT_TRUE(CheckHours(Perron4()).empty());
}

TEST(Hours, TouchingStretchesDoNotOverlap) {
  v1::Centre centre = Perron4();
  v1::OpeningHours* evening = centre.add_opening_hours();
  evening->set_weekday(v1::WEEKDAY_MONDAY);
  evening->set_from_minute(21 * 60);
  evening->set_to_minute(1440);
  EXPECT_TRUE(CheckHours(centre).empty());
  evening->set_from_minute(21 * 60 - 1);
  EXPECT_EQ(CheckHours(centre).size(), 1u);
}

TEST_F(CentreTest, OffersStandOnce) {
  ASSERT_TRUE(Update(Perron4()).ok());
  v1::UpdateOffersRequest request;
  request.add_offers()->set_kind(v1::OFFER_KIND_BATH);
  request.add_offers()->set_kind(v1::OFFER_KIND_BATH);
  EXPECT_EQ(ReasonOf(house.Ask<v1::UpdateOffersResponse>("UpdateOffers", request).status()), "DUPLICATE_ITEM");
}

TEST(Weekdays, FollowTheCalendar) {
  EXPECT_EQ(WeekdayOf(absl::CivilDay(2026, 11, 23)), v1::WEEKDAY_MONDAY);
  EXPECT_EQ(WeekdayOf(absl::CivilDay(2026, 11, 22)), v1::WEEKDAY_SUNDAY);
}

}  // namespace
}  // namespace brobygger::dropin
