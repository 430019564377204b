#include "services/clinic/wound.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/clinic/common.h"
#include "services/clinic/testing.h"

namespace brobygger::clinic {
namespace {

// Every pair of states against a second list.
TEST(WoundStates, Table) {
  using S = v1::WoundCourseState;
  for (int from = 0; from <= v1::WoundCourseState_MAX; ++from) {
    for (int to = 0; to <= v1::WoundCourseState_MAX; ++to) {
      const bool want = from == v1::WOUND_COURSE_STATE_OPEN && to == v1::WOUND_COURSE_STATE_CLOSED;
      EXPECT_EQ(MayBecome(S(from), S(to)), want) << from << " -> " << to;
    }
  }
}

TEST(Wound, FromTheFirstDayToTheLast) {
  Ward ward;
  auto course = ward.Open(kToday - 10);
  ASSERT_TRUE(course.ok()) << course.status();
  EXPECT_EQ(ToDay(ward.File()->wound_since()), kToday - 10);
  EXPECT_EQ(ReasonOf(ward.Open(kToday).status()), "DUPLICATE");
  EXPECT_TRUE(ward.Open(kToday, Citizen('d')).ok()) << "another citizen's";
  EXPECT_EQ(ReasonOf(ward.Close(course->name(), kToday - 11).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(ward.Close(course->name(), kToday + 1).status()), "BAD_DATE_ORDER");
  auto closed = ward.Close(course->name(), kToday - 2);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->state(), v1::WOUND_COURSE_STATE_CLOSED);
  EXPECT_NE(closed->etag(), course->etag());
  EXPECT_FALSE(ward.File()->has_wound_since());
  const absl::Status again = ward.Close(course->name(), kToday).status();
  EXPECT_EQ(ReasonOf(again), "WRONG_STATE");
  EXPECT_TRUE(absl::StrContains(again.message(), "CLOSED") && absl::StrContains(again.message(), "OPEN")) << again;
  EXPECT_EQ(ReasonOf(ward.Open(kToday - 2).status()), "DOUBLE_BOOKED") << "the last day belongs to the former course";
  EXPECT_TRUE(ward.Open(kToday - 1).ok());
  v1::ListWoundCoursesRequest list;
  list.set_citizen(Citizen());
  auto listed = ward.Ask<v1::ListWoundCoursesResponse>("ListWoundCourses", list);
  ASSERT_EQ(listed->courses_size(), 2);
  EXPECT_EQ(listed->courses(0).state(), v1::WOUND_COURSE_STATE_OPEN) << "newest first";
}

TEST(Wound, Days) {
  Ward ward;
  EXPECT_EQ(ReasonOf(ward.Open(kToday + 1).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(ward.Open(kToday - 367).status()), "BAD_DATE_ORDER");
  EXPECT_TRUE(ward.Open(kToday - 366).ok());
  EXPECT_EQ(ward.Close("woundCourses/" + std::string(26, 'q'), kToday).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace brobygger::clinic
