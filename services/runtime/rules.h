// What a request must fulfil: the rules stated in the contract (policy/v1/policy.proto, Rules), checked by reflection
// along a plan that is made once per message type. Texts are fixed and never hold a value of the request.
//
// Threads: call from any thread.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/runtime/status.h"

namespace brobygger {

// A refusal travels in response metadata, which is bounded; more violations than this are not reported.
inline constexpr int kMaxViolations = 32;

// Every violation of the request, with its path ("arrows[1].holder"), in the order of the fields; empty if it is valid.
// Besides the stated rules, always: enum values must be known, dates and times must exist, texts hold no control
// characters, and no message holds a field that this version does not know. Pass the result to Invalid().
// Reasons: FIELD_REQUIRED, OUT_OF_RANGE, UNKNOWN_ENUM, TEXT_TOO_LONG, CPR_INVALID, BAD_FORMAT, TOO_MANY, DUPLICATE_ITEM,
// UNKNOWN_FIELD, CONTROL_CHARACTER, BAD_DATE.
std::vector<Violation> CheckRules(const google::protobuf::Message& request);

// Whether the day exists in the calendar and the year is one of 1900 to 2200.
bool IsDate(int year, int month, int day);

// Which numbers count as CPR numbers.
enum class Cpr {
  kOrdinary,           // ten digits, a dash allowed after six; the first six are a day that exists in the number's century
  kOrReplacement,      // also a replacement number: day + 60, or a letter among the last four
};
bool IsCpr(absl::string_view text, Cpr kind);
// Modulus 11, a hint for typing errors only: numbers given out since 2007 may fail it. False if `text` is not ten digits.
bool PassesModulus11(absl::string_view text);
// Whether a text holds something that reads like a CPR number (also day + 60), however it is spaced.
bool HoldsCpr(absl::string_view text);

}  // namespace brobygger
