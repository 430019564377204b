#include "tests/bench/homes.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "brobygger/housing/v1/house_requests.pb.h"
#include "brobygger/housing/v1/offer_requests.pb.h"
#include "brobygger/housing/v1/referral_requests.pb.h"
#include "services/housing/entities.h"
#include "services/housing/file.h"
#include "services/housing/file_sections.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"
#include "tests/bench/citizens.h"
#include "tests/bench/commits.h"

namespace brobygger::bench {
namespace {

namespace v1 = housing::v1;

constexpr char kAllocation[] = "/brobygger.housing.v1.AllocationService/";
constexpr char kGet[] = "/brobygger.housing.v1.AllocationService/GetHousingReferral";
constexpr char kWaiting[] = "/brobygger.housing.v1.AllocationService/ListWaiting";
constexpr char kRegister[] = "/brobygger.housing.v1.HomesService/RegisterHouse";
constexpr int kFloors = 3, kFlats = 5, kHomes = kFloors * kFlats;
constexpr int kPages = 40, kPageSize = 25;
constexpr uint32_t kReadOften = kPages * kPageSize;  // single reads are of as many people as the pages have

absl::CivilDay Today() { return CopenhagenDay(absl::Now()); }

std::string NameOf(uint32_t i) { return "referrals/" + Id('r', i); }

// 250 people a day, the first of them long ago.
v1::HousingReferral ReferralOf(uint32_t i, uint32_t all, absl::Time now) {
  v1::HousingReferral r;
  r.set_citizen("citizens/" + Id('h', i));
  r.set_state(v1::REFERRAL_STATE_WAITING);
  r.mutable_needs()->set_requested_kind(v1::UNIT_KIND_CROOKED_HOME);
  r.mutable_needs()->set_homeless(true);
  r.mutable_needs()->set_socially_vulnerable(true);
  r.mutable_needs()->set_substance_use(v1::SELF_DECLARED_NOT_SAID);
  r.mutable_needs()->set_support_need(v1::SUPPORT_NEED_LIMITED);
  r.mutable_needs()->set_preference(v1::HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON);
  r.mutable_needs()->set_priority_note("Har hund. Vil helst bo i stueetagen og tæt på byen.");
  *r.mutable_submitted_on() = ToDate(Today() - static_cast<int>((all - i) / 250) - 1);
  r.set_adviser("staff-0");
  r.set_presence_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  r.mutable_create_time()->set_seconds(absl::ToUnixSeconds(now) - static_cast<std::int64_t>(all - i));
  *r.mutable_update_time() = r.create_time();
  return r;
}

void Present(type::v1::Presence* presence) {
  presence->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  presence->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
}

std::string ListRequest(const std::string& token) {
  v1::ListWaitingRequest request;
  request.set_kind(v1::UNIT_KIND_CROOKED_HOME);
  request.set_page_size(kPageSize);
  request.set_page_token(token);
  return request.SerializeAsString();
}

std::string GetRequest(uint32_t i) {
  v1::GetHousingReferralRequest request;
  request.set_name(NameOf(i));
  return request.SerializeAsString();
}

}  // namespace

Homes::Homes(const Shared& shared, uint32_t referrals)
    : referrals_(referrals), records_(NoRewrites()), staff_(shared.Tokens(kRecipient, "HOUSING_ADVISER", 1)) {
  Fill(shared);
  for (Transport t : {Transport::kPlain, Transport::kTls}) {
    runtime::ServiceConfig config = Configuration(shared, "housing", t);
    *config.mutable_records() = records_.config();
    config.mutable_consent()->set_target("127.0.0.1:1");  // nobody looks through its door here
    config.mutable_consent()->set_name("consent");
    KeepJournal(shared, "homes", &config);
    const std::string unique = t == Transport::kPlain ? "plain-homes" : "tls-homes";
    Service s;
    s.process = std::make_unique<Process>(
        std::vector<std::string>{shared.build + "/services/housing/brobygger-housing", WriteConfiguration(shared, unique + ".txtpb", config)},
        absl::StrCat(shared.dir.path(), "/", unique, ".log"));
    s.client = Gateway(shared, "housing", t, config.listen());
    Await(s.client.get(), s.process.get(), kWaiting);
    services_.push_back(std::move(s));
  }
  WalkTheLine();
  ReadAll();
}

void Homes::Fill(const Shared& shared) {
  const absl::Time start = absl::Now();
  records_.Admin({"CONFIG", "SET", "appendfsync", "no"});
  {
    KeyRing agencies;
    auto key = crypto::ReadKeyFile(shared.dir.path() + "/keys/boligenhed.key");
    if (!key.ok()) Die(key.status().ToString());
    agencies.Add("boligenhed", *key);
    const auto redis = records_.Connect();
    Store store(redis.get(), "housing", &housing::Entities(), agencies);
    Commits commits;
    for (uint32_t i = 0; i < referrals_; ++i) {
      const v1::HousingReferral referral = ReferralOf(i, referrals_, start);
      housing::stored::Standing standing;
      standing.set_open_referral(Id('r', i));
      *standing.mutable_application() = *housing::InFile(referral);
      Decision decision;
      decision.Put(housing::Entities(), Id('r', i), referral);
      decision.Put(housing::Entities(), Id('h', i), standing);
      decision.Put(housing::Entities(), Id('h', i), housing::BuildFile(nullptr, standing, Today()));
      commits.Put(&store, {"boligenhed"}, &housing::Entities(), std::move(decision));
    }
    commits.Wait();
  }
  records_.Admin({"CONFIG", "SET", "appendfsync", "always"});
  std::fprintf(stderr, "%u referrals loaded in %.1f s\n", referrals_, absl::ToDoubleSeconds(absl::Now() - start));
}

std::string Homes::CallAndWait(Transport t, const std::string& method, const std::string& request) {
  auto response = client(t)->CallAndWait(method, request, absl::Now() + absl::Seconds(10), staff_[0]);
  if (!response.ok()) Die(absl::StrCat(method, ": ", response.status().ToString()));
  return *std::move(response);
}

// The first pages of the line, each with the token that leads to it.
void Homes::WalkTheLine() {
  std::string token;
  absl::CivilDay day = absl::CivilDay::min();
  for (int page = 0; page < kPages; ++page) {
    v1::ListWaitingResponse response;
    if (!response.ParseFromString(CallAndWait(Transport::kPlain, kWaiting, ListRequest(token))) || response.referrals_size() != kPageSize) {
      Die("the line is not as long as it should be");
    }
    for (const v1::HousingReferral& r : response.referrals()) {
      if (ToDay(r.submitted_on()) < day) Die("the line is not in its order");
      day = ToDay(r.submitted_on());
    }
    pages_.push_back({token, response.referrals(0).name()});
    token = response.next_page_token();
  }
}

void Homes::ReadAll() {
  for (uint32_t i = 0; i < kReadOften; ++i) CallAndWait(Transport::kPlain, kGet, GetRequest(i));
}

Work Homes::One() const {
  return {kGet, GetRequest, &staff_, [](uint32_t i, const std::string& response) { return absl::StrContains(response, Id('r', i)); }, 0, kReadOften};
}

// As little of the answer is read as of a single one: what is compared is the service.
Work Homes::List() const {
  return {kWaiting, [this](uint32_t page) { return ListRequest(pages_[page].token); }, &staff_,
          [this](uint32_t page, const std::string& response) {
            int names = 0;
            for (size_t at = 0; (at = response.find("referrals/", at)) != std::string::npos; ++at) ++names;
            return names == kPageSize && absl::StrContains(response, pages_[page].first);
          },
          0, kPages};
}

Observed Homes::Phase(Transport t, int advisers, const std::string& method, const Request& request, const Took& took) {
  struct Adviser {
    int home = 0;
    std::string request;
    absl::Time sent;
    std::vector<float> ms;
  };
  std::vector<Adviser> all(static_cast<size_t>(advisers));
  absl::Mutex mutex;
  int open = advisers;
  std::function<void(int)> send, next;
  send = [&](int a) {
    Adviser& adviser = all[static_cast<size_t>(a)];
    client(t)->Call(method, adviser.request, absl::Now() + absl::Seconds(20), staff_[0], [&, a](absl::StatusOr<std::string> response) {
      Adviser& self = all[static_cast<size_t>(a)];
      // Too many at once: the same request again, as a client does.
      if (absl::IsAborted(response.status())) return send(a);
      self.ms.push_back(static_cast<float>(absl::ToDoubleMilliseconds(absl::Now() - self.sent)));
      if (!response.ok()) Die(absl::StrCat(method, ": ", response.status().ToString()));
      if (!took(a, self.home, *response)) Die(method + ": the answer is wrong");
      if (++self.home < kHomes) return next(a);
      absl::MutexLock lock(&mutex);
      --open;
    });
  };
  next = [&](int a) {
    Adviser& adviser = all[static_cast<size_t>(a)];
    adviser.request = request(a, adviser.home);
    adviser.sent = absl::Now();
    send(a);
  };
  Observed out;
  const absl::Duration cpu = Cpu(t);
  const absl::Time start = absl::Now();
  for (int a = 0; a < advisers; ++a) next(a);
  {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(+[](int* n) { return *n == 0; }, &open));
  }
  out.took = absl::Now() - start;
  out.cpu = Cpu(t) - cpu;
  for (const Adviser& a : all) out.ms.insert(out.ms.end(), a.ms.begin(), a.ms.end());
  return out;
}

Homes::Acts Homes::MoveIn(Transport t, int advisers) {
  std::vector<std::string> houses;
  for (int a = 0; a < advisers; ++a) {
    v1::RegisterHouseRequest request;
    request.set_slug(absl::StrCat("house-", houses_++));
    request.set_display_name("Perron 4");
    request.set_kind(v1::UNIT_KIND_CROOKED_HOME);
    request.set_floors(kFloors);
    request.set_flats_per_floor(kFlats);
    request.set_rooms(1);
    request.set_request_id(crypto::NewId());
    CallAndWait(t, kRegister, request.SerializeAsString());
    houses.push_back(request.slug());
  }
  const uint32_t first = used_;
  used_ += static_cast<uint32_t>(advisers * kHomes);
  if (used_ + kReadOften > referrals_) Die("nobody is left in the line: fewer rounds, or more referrals");
  std::vector<std::vector<std::string>> offers(static_cast<size_t>(advisers), std::vector<std::string>(kHomes));
  const auto offer_of = [&](int a, int home) -> std::string& { return offers[static_cast<size_t>(a)][static_cast<size_t>(home)]; };

  Acts acts;
  acts.offer = Phase(
      t, advisers, absl::StrCat(kAllocation, "OfferUnit"),
      [&](int a, int home) {
        v1::OfferUnitRequest request;
        request.set_referral(NameOf(referrals_ - 1 - first - static_cast<uint32_t>(a * kHomes + home)));
        request.set_unit(absl::StrCat("houses/", houses[static_cast<size_t>(a)], "/units/", 1 + home / kFlats, "-", 1 + home % kFlats));
        request.set_out_of_order(v1::OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH);
        request.set_request_id(crypto::NewId());
        return request.SerializeAsString();
      },
      [&](int a, int home, const std::string& response) {
        v1::OfferUnitResponse answer;
        if (!answer.ParseFromString(response)) return false;
        offer_of(a, home) = answer.offer().name();
        return answer.offer().state() == v1::OFFER_STATE_OPEN;
      });
  acts.accept = Phase(
      t, advisers, absl::StrCat(kAllocation, "AcceptOffer"),
      [&](int a, int home) {
        v1::AcceptOfferRequest request;
        request.set_name(offer_of(a, home));
        Present(request.mutable_presence());
        request.set_request_id(crypto::NewId());
        return request.SerializeAsString();
      },
      [](int, int, const std::string& response) {
        v1::AcceptOfferResponse answer;
        return answer.ParseFromString(response) && answer.offer().state() == v1::OFFER_STATE_ACCEPTED;
      });
  acts.move_in = Phase(
      t, advisers, absl::StrCat(kAllocation, "RecordMoveIn"),
      [&](int a, int home) {
        v1::RecordMoveInRequest request;
        request.set_offer(offer_of(a, home));
        *request.mutable_start() = ToDate(Today());
        request.set_request_id(crypto::NewId());
        return request.SerializeAsString();
      },
      [](int, int, const std::string& response) {
        v1::RecordMoveInResponse answer;
        return answer.ParseFromString(response) && answer.tenancy().status() == v1::TENANCY_STATUS_ACTIVE;
      });
  return acts;
}

absl::Duration Homes::Cpu(Transport t) const { return CpuOf({records_.pid(), of(t).process->pid(), getpid()}); }

void Homes::DieIfGone() {
  for (Service& s : services_) s.process->DieIfGone();
}

}  // namespace brobygger::bench
