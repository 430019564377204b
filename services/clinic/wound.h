// The care of a wound from the first day to the last.
#pragma once

#include "brobygger/clinic/v1/wound_course.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

bool MayBecome(v1::WoundCourseState from, v1::WoundCourseState to);

absl::StatusOr<Decision> OpenWoundCourse(const Call& call, const v1::OpenWoundCourseRequest& request, View& view);
absl::StatusOr<Decision> CloseWoundCourse(const Call& call, const v1::CloseWoundCourseRequest& request, View& view);
absl::StatusOr<Decision> ListWoundCourses(const Call& call, const v1::ListWoundCoursesRequest& request, View& view);

}  // namespace brobygger::clinic
