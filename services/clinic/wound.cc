#include "services/clinic/wound.h"

#include "services/clinic/common.h"
#include "services/clinic/file.h"

namespace brobygger::clinic {
namespace {

constexpr char kPlural[] = "woundCourses";
constexpr int kBackDays = 366;

}  // namespace

bool MayBecome(v1::WoundCourseState from, v1::WoundCourseState to) {
  return from == v1::WOUND_COURSE_STATE_OPEN && to == v1::WOUND_COURSE_STATE_CLOSED;
}

absl::StatusOr<Decision> OpenWoundCourse(const Call& call, const v1::OpenWoundCourseRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_RETURN_IF_ERROR(CheckDay("since", request.since(), today - kBackDays, today, "want a day from 366 days back to today"));
  const std::string citizen = IdOf(request.citizen());
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, citizen));
  if (!standing.open_course().empty()) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "the care of a wound goes on already");
  }
  if (standing.has_last_course_end() && ToDay(request.since()) <= ToDay(standing.last_course_end())) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DOUBLE_BOOKED", "an earlier course covers this day");
  }
  const std::string id = call.NewId();
  v1::WoundCourse course;
  Begin(call, request.citizen(), &course);
  course.set_state(v1::WOUND_COURSE_STATE_OPEN);
  *course.mutable_since() = request.since();
  standing.set_open_course(id);
  *standing.mutable_wound_since() = request.since();
  Decision decision;
  WriteStanding(citizen, standing, today, &decision);
  v1::OpenWoundCourseResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_course(), PutRecord(call, view, kPlural, id, course, &decision));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> CloseWoundCourse(const Call& call, const v1::CloseWoundCourseRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::WoundCourse* before, view.Get<v1::WoundCourse>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::WOUND_COURSE_STATE_CLOSED));
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_RETURN_IF_ERROR(CheckDay("closed_on", request.closed_on(), ToDay(before->since()), today, "want a day from the first to today"));
  const std::string citizen = IdOf(before->citizen());
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, citizen));
  v1::WoundCourse course = *before;
  course.set_state(v1::WOUND_COURSE_STATE_CLOSED);
  *course.mutable_closed_on() = request.closed_on();
  standing.clear_open_course();
  standing.clear_wound_since();
  *standing.mutable_last_course_end() = request.closed_on();
  Decision decision;
  WriteStanding(citizen, standing, today, &decision);
  v1::CloseWoundCourseResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_course(), PutRecord(call, view, kPlural, id, course, &decision));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> ListWoundCourses(const Call&, const v1::ListWoundCoursesRequest& request, View& view) {
  v1::ListWoundCoursesResponse response;
  BB_RETURN_IF_ERROR(ShowPage(view, "by-citizen", IdOf(request.citizen()), request, kPlural, response.mutable_courses(), response.mutable_next_page_token()));
  return Decision(std::move(response));
}

}  // namespace brobygger::clinic
