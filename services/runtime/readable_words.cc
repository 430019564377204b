// The Danish words of the contracts' fields and values, as a citizen reads them in what is kept about them.

#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "services/runtime/readable.h"

namespace brobygger {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

const Words& FieldWords() {
  static const auto* const words = new Words{
      {"about", "det handler om"}, {"acting_municipality", "handlekommune"}, {"address", "adresse"}, {"adviser", "medarbejder"},
      {"age_band", "alder"}, {"agreed_on", "aftalt den"}, {"alternative", "andet tilbud"}, {"answers", "svar"}, {"application", "ønske om bolig"},
      {"appointment", "aftale"}, {"appointment_on", "aftale den"}, {"appointments", "aftaler"}, {"arrears_dkk", "restance i kroner"},
      {"averted", "afværget"}, {"bailiff_date", "fogedens dato"}, {"birth_date", "fødselsdato"}, {"call_hours", "må ringes til"},
      {"change_ms", "ændret"}, {"check_in", "ind den"}, {"check_out", "ud den"}, {"citizen", "stedets nummer for dig"},
      {"close_reason", "hvorfor afsluttet"}, {"closed_on", "afsluttet den"}, {"companion_wanted", "bisidder ønsket"}, {"complete_time", "færdig"},
      {"contact", "om kontakt"}, {"content", "indhold"}, {"cpr", "CPR-nummer"}, {"create_time", "skrevet"}, {"current_screening", "gældende samtale"},
      {"daily_activities", "aktiviteter i hverdagen"}, {"daily_life", "hverdag"}, {"date", "dato"}, {"dental", "tandpleje"},
      {"dental_appointment", "aftale om tænder"}, {"discharge_on", "udskrives den"}, {"discharge_within_1_month", "udskrives inden for en måned"},
      {"due_on", "frist"}, {"education_work", "uddannelse og arbejde"}, {"employment_education", "om arbejde og uddannelse"},
      {"end_reason", "hvorfor sluttet"}, {"ended_on", "sluttet den"}, {"eviction", "risiko for udsættelse"},
      {"finance_measures", "hjælp til økonomi"}, {"finances", "økonomi"}, {"findings", "det, der kom frem"}, {"first_day", "første dag"},
      {"first_method", "først med"}, {"first_time", "første gang den dag"},
      {"focus", "det handler støtten om"}, {"follow_up_on", "næste gang"}, {"follow_ups", "aftalte næste gange"}, {"form", "form"},
      {"goals", "ønsker og mål"}, {"has_address_in_municipality", "adresse i kommunen"}, {"health", "helbred"}, {"home", "bolig"},
      {"homeless", "hjemløs"}, {"housing", "bolig"}, {"housing_first", "bolig først"}, {"how_to_meet", "sådan mødes vi bedst"}, {"id", "nummer"},
      {"identity", "om navn og nummer"}, {"in_file", "det, der kan vises"}, {"interpreter_needed", "tolk"}, {"job", "arbejde"},
      {"justice", "løsladelse"}, {"kind", "slags"}, {"landlord", "udlejer"}, {"language", "sprog"}, {"last_course_end", "sidste sårforløb sluttede"},
      {"last_day", "sidste dag"}, {"leaving_on", "ud den"}, {"legal_name", "navn"}, {"living_situation", "boligsituation"}, {"may_hear", "må høre"},
      {"measures", "hjælp"}, {"mental_health", "psykisk helbred"}, {"method", "metode"}, {"move_in_by", "indflytning senest"}, {"name", "navn"},
      {"names", "søgenøgler"}, {"need", "behov"}, {"needs", "behov"}, {"network", "netværk"}, {"next_appointment", "næste aftale"},
      {"next_appointment_place", "næste aftale er"}, {"next_contact_kind", "næste gang handler om"}, {"next_contact_on", "næste gang"},
      {"next_phase_on", "næste fase"}, {"next_step_on", "næste skridt"}, {"nights_without_roof_last_30", "nætter uden tag de sidste 30 dage"},
      {"note", "note"}, {"nurse", "sygeplejerske"}, {"offer", "tilbud"}, {"on_housing_list", "på boligliste"}, {"open_course", "åbent sårforløb"},
      {"open_eviction_case", "åben sag om udsættelse"}, {"open_referral", "åbent ønske"}, {"open_shelter_stay", "ophold, der er i gang"},
      {"open_tenancy", "lejemål, der er i gang"}, {"out_of_order", "uden for rækkefølge"}, {"own_words", "dine egne ord"},
      {"own_words_for_sharing", "dine ord må deles"}, {"part_of_day", "tid på dagen"}, {"person", "hvem det er om"}, {"phase", "fase"},
      {"phone", "telefon"}, {"physical_health", "fysisk helbred"}, {"place", "sted"}, {"planned_end", "planlagt slut"},
      {"preference", "det, du ønsker"}, {"preferred_name", "kaldes"}, {"presence_method", "sådan var du med"}, {"priority_note", "om rækkefølgen"},
      {"psychiatry", "psykiatri"}, {"read_by", "læst af"}, {"reading_help", "hjælp til at læse"}, {"reason", "grund"}, {"received_from", "modtaget fra"},
      {"recipient", "modtager"}, {"referral", "ønske om bolig"}, {"refusal", "hvorfor nej"}, {"release_on", "løslades den"},
      {"release_within_1_month", "løslades inden for en måned"}, {"rent_admin_agreement", "aftale om husleje"}, {"rent_arrears", "huslejerestance"},
      {"requested_kind", "ønsket slags"}, {"requests", "ønsker"}, {"result", "resultat"}, {"risk_flags", "tegn på risiko"},
      {"screened_on", "samtale den"}, {"self_referred", "egen henvendelse"}, {"sent_on", "sendt den"}, {"shared", "det, andre kan få at se"},
      {"shelter_since", "på herberg siden"}, {"shelter_stays", "ophold"}, {"since", "siden"}, {"since_band", "hvor længe"}, {"since_date", "siden"},
      {"sms_ok", "sms er i orden"}, {"social", "socialt"}, {"socially_vulnerable", "socialt udsat"}, {"stage", "trin"}, {"start", "begyndt"},
      {"start_minute", "klokken"}, {"state", "tilstand"}, {"stated_age_band", "oplyst alder"}, {"statements", "dine tilføjelser"},
      {"status", "tilstand"}, {"submitted_on", "ønsket den"}, {"substance_treatment", "rusmidler og behandling"},
      {"substance_use", "brug af rusmidler"}, {"substances", "rusmidler"}, {"suggested_track", "foreslået vej"}, {"support", "støtte"},
      {"support_measures", "støtte"}, {"support_need", "behov for støtte"}, {"support_plan", "plan og mål"}, {"team", "team"},
      {"tenancies", "lejemål"}, {"tenancy", "lejemål"}, {"text", "tekst"}, {"transfer_from", "overgang fra"}, {"try_out_from", "prøve fra"},
      {"unit", "bolig"}, {"update_time", "ændret"}, {"valid_until", "gælder til"}, {"visited_on", "besøgt den"}, {"was_accepted", "var sagt ja til"},
      {"wishes", "ønsker"}, {"word", "sådan blev det sagt"}, {"wound_since", "sår siden"},
  };
  return *words;
}

const Words& ValueWords() {
  static const auto* const words = new Words{
      {"1_TO_2_YEARS", "1 til 2 år"}, {"1_TO_6_MONTHS", "1 til 6 måneder"}, {"6_TO_12_MONTHS", "6 til 12 måneder"}, {"ACCEPTED", "sagt ja"},
      {"ACCEPTED_OFFER_DECLINED", "nej efter ja til tilbud"}, {"ACCEPTED_OFFER_LAPSED", "tilbud udløbet efter ja"}, {"ACT", "ACT"},
      {"ACTIVE", "i gang"}, {"ACTIVITY", "aktiviteter"}, {"ACT_OR_ICM_IN_OWN_HOME", "intensiv støtte i egen bolig"},
      {"ADMIN_AGREEMENT", "administrationsaftale"}, {"AFTERNOON", "eftermiddag"}, {"AGE_25_PLUS", "25 eller ældre"}, {"ANIMAL_HELP", "hjælp til dyr"},
      {"ANSWER_TO_OFFER", "svar på tilbud"}, {"APPOINTMENTS", "aftaler"}, {"ARREARS", "restance"}, {"ASKED", "spurgt"},
      {"ASK_WHETHER_TO_WAIT", "spørge, om du vil vente"}, {"ASSESS_REFERRAL", "tage stilling til ønsket"}, {"AT_RISK", "i risiko"},
      {"AVERTED", "afværget"}, {"BAILIFF_DATE_SET", "fogeden har sat dato"}, {"BATH", "bad"}, {"BENEFIT_CHECK", "gennemgang af ydelser"},
      {"BREAKFAST", "morgenmad"}, {"BROKEN_OR_MISSING", "knækket eller mangler"}, {"CANCELLED", "aflyst"}, {"CHECK", "kontrol"},
      {"CHECKED_IN", "på stedet"}, {"CHECKED_OUT", "rejst"}, {"CHECK_UP", "eftersyn"}, {"CITIZEN", "dig selv"}, {"CITIZENS_WISH", "dit ønske"},
      {"CLINIC", "i klinikken"}, {"CLOSED", "lukket"}, {"CLOTHES", "tøj"}, {"CODE_CARD", "med dit kodekort"}, {"COMPANION", "bisidder"}, {"COMPLETED", "færdig"},
      {"CONTACT", "kontaktoplysninger"}, {"CONTACT_PERSON", "kontaktperson"}, {"COUNSELLING", "rådgivning"}, {"CROOKED_HOME", "skæv bolig"},
      {"CTI", "CTI"}, {"CTI_NEXT_PHASE", "næste fase"}, {"DAILY_LIFE", "hverdag"}, {"DEBT_ADVICE", "gældsrådgivning"}, {"DECLINED", "sagt nej"},
      {"DENTAL", "tandpleje"}, {"DENTURE", "protese"}, {"DIGITAL_ACCESS", "hjælp til det digitale"},
      {"DISCHARGE_WITHIN_1_MONTH", "udskrives inden for en måned"}, {"DOES_NOT_FIT_WHO_IS_FIRST", "passer ikke til den, der er først"},
      {"DONE", "gjort"}, {"DRAFT", "kladde"}, {"DROP_IN_CENTRE", "værested"}, {"ELIGIBLE", "kan få"}, {"EMERGENCY_NIGHT_PLACE", "natplads"},
      {"EMPLOYMENT_EDUCATION", "job og uddannelse"}, {"ENDED", "sluttet"}, {"ESCORT", "følgeskab"}, {"EVENING", "aften"}, {"EVICTED", "udsat"},
      {"EVICTION_NEXT_STEP", "næste skridt mod udsættelse"}, {"EVICTION_NOTICE", "varsel om udsættelse"},
      {"EVICTION_PREVENTION", "hjælp mod udsættelse"}, {"FINANCES", "økonomi"}, {"FOOD_DELIVERY", "mad bragt ud"}, {"FOOT", "fødder"},
      {"FULFILLED", "opfyldt"}, {"GENERAL_PRACTICE", "egen læge"}, {"HEALTH", "helbred og tænder"}, {"HEALTHY_FOOD", "sund mad"},
      {"HERE_TO_BE", "bare at være"}, {"HOMELESS", "hjemløs"}, {"HOME_BEFORE_LEAVING", "bolig før løsladelse eller udskrivning"},
      {"HOSPITAL", "sygehus"}, {"HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH", "udskrives inden for en måned"},
      {"HOTEL_HOSTEL", "hotel eller vandrerhjem"}, {"HOUSED", "har bolig"}, {"HOUSING", "bolig"}, {"HOUSING_ASSOCIATION", "boligforening"},
      {"HOUSING_ASSOCIATION_LIST", "boligforeningens liste"}, {"HOUSING_FIRST_DIALOGUE", "samtale om bolig først"}, {"HOUSING_UNIT", "boligenheden"},
      {"ICM", "ICM"}, {"IDENTITY", "CPR-nummer og fødselsdato"}, {"INTENSIVE", "intensiv"}, {"INTENSIVE_IN_OWN_HOME", "intensiv i egen bolig"},
      {"IN_PERSON", "til stede"}, {"JUSTICE", "løsladelse"}, {"LAPSED", "udløbet"}, {"LETTER_HELP", "post-forståelse"}, {"LIMITED", "begrænset"},
      {"LOST_TEMPORARY_STAY", "mistet midlertidigt ophold"}, {"MASTERING_ADVISER", "mestringsvejleder"}, {"MEAL_PLAN", "kostordning"},
      {"MEDICINE", "medicin"}, {"MENTAL_HEALTH", "psykisk helbred"}, {"MORNING", "formiddag"}, {"MOVED", "flyttet"}, {"MOVED_IN", "flyttet ind"},
      {"MOVE_IN", "indflytning"}, {"NEEDS_MORE_SUPPORT", "har brug for mere støtte"}, {"NETWORK", "familie og netværk"}, {"NEW_HOME", "ny bolig"},
      {"NIGHT_PLACE", "natplads"}, {"NO", "nej"}, {"NONE", "ingen"}, {"NOTICE", "opsagt"}, {"NOT_ELIGIBLE", "kan ikke få"},
      {"NOT_POSSIBLE", "ikke muligt"}, {"NOT_SAID", "ikke sagt"}, {"NO_SUCH_HOMES", "ingen af den slags boliger"}, {"OFFERED", "tilbudt"},
      {"OFFER_LAPSED", "tilbud udløbet"}, {"OFFICE", "på kontoret"}, {"OPEN", "åben"}, {"OPENED_IN_ERROR", "åbnet ved en fejl"}, {"OTHER", "andet"},
      {"OTHER_HOME", "anden bolig"}, {"OTHER_HOMELESS", "anden hjemløshed"}, {"OTHER_STABLE", "anden fast bolig"},
      {"OUTCOME_REACHED", "målet er nået"}, {"OUTSIDE_TARGET_GROUP", "uden for målgruppen"}, {"OVER_2_YEARS", "over 2 år"},
      {"OWN_HOME_WITH_SUPPORT_PERSON", "egen bolig med støtteperson"}, {"OWN_LOGIN", "med eget login"}, {"OWN_TENANCY", "egen lejlighed"},
      {"OWN_WRITTEN_WISH", "eget skriftligt ønske"}, {"PAIN", "smerter"}, {"PAUSED", "på pause"}, {"PAYMENT_PLAN", "afdragsordning"},
      {"PHONE", "telefon"}, {"PHONE_LINE", "telefonnetværk"}, {"PLANNED", "planlagt"}, {"PREFER_NOT_TO_SAY", "ønsker ikke at sige det"},
      {"PRESENT", "til en medarbejder"}, {"PRESENT_HOME_CAN_BE_KEPT", "boligen kan beholdes"}, {"PRISON_RELEASE_WITHIN_1_MONTH", "løslades inden for en måned"}, {"PROMISED", "lovet"},
      {"PUBLIC_TENANCY", "almen bolig"}, {"RELATION_BREAKDOWN", "brudt forhold"}, {"RELEASE_WITHIN_1_MONTH", "løslades inden for en måned"},
      {"REMINDER", "påmindelse"}, {"RENT_ARREARS", "huslejerestance"}, {"RESIDENTIAL_107_108", "botilbud"}, {"RESIDENTIAL_OFFER", "botilbud"},
      {"ROOF_IS_LOST_WITHIN_A_MONTH", "mister tag over hovedet inden en måned"}, {"ROUGH_SLEEPING", "på gaden"},
      {"SECTION_85_DAY_RATE", "§ 85, døgntakst"}, {"SECTION_85_HOURLY", "§ 85, timer"}, {"SENT", "sendt"}, {"SHELTER", "herberg"},
      {"SHELTER_ROOM", "værelse på herberg"}, {"SHORT_SUPPORT_TO_SETTLE", "kort støtte til at falde til"},
      {"SKP_99", "støtte- og kontaktperson, § 99"}, {"SUBMITTED", "indsendt"}, {"SUBSTANCE_TREATMENT", "rusmidler og behandling"},
      {"SUPERSEDED", "erstattet"}, {"SUPPORT_AT_HOME", "bostøtte"}, {"SUPPORT_ENDS", "støtten slutter"}, {"SUPPORT_PLAN", "plan og mål"},
      {"TAKEN_BACK", "taget tilbage"}, {"TALK", "samtale"}, {"TENANCY_ENDS", "lejemål slutter"}, {"TERMINATION", "ophævelse"},
      {"TIME_LIMITED", "tidsbegrænset"}, {"TRANSFER_OF_CARE", "overdragelse"}, {"TRANSITION", "overgang"}, {"TRANSITIONAL", "udslusningsbolig"},
      {"TRY_OUT", "afprøvning"}, {"TWO_PERSONS", "til to personer"}, {"UNDECIDED", "ikke besluttet"}, {"UNDER_1_MONTH", "under en måned"}, {"UNDER_25", "under 25"},
      {"UNKNOWN", "vides ikke"}, {"VIDEO", "video"}, {"VISITED", "besøgt"}, {"WAITING", "venter"}, {"WHERE_CITIZEN_STAYS", "hvor du opholder dig"},
      {"WHO_IS_FIRST_ASKED_TO_WAIT", "den, der er først, vil vente"}, {"WISHED", "ønsket"}, {"WITHDRAWN", "trukket tilbage"},
      {"WITH_OTHERS", "hos andre"}, {"WOUND", "sår"}, {"YES", "ja"}, {"YOUTH_MODEL_WITH_NETWORK_MEETING", "ungemodel med netværksmøde"},
  };
  return *words;
}

std::string WordOf(const Words& words, absl::string_view name) {
  const auto it = words.find(std::string(name));
  return it != words.end() ? it->second : absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

}  // namespace

std::string FieldWordDa(absl::string_view field) {
  std::string word = WordOf(FieldWords(), field);
  // æ, ø and å are two bytes, of which the second tells large from small.
  if (word[0] == '\xc3' && word.size() > 1) word[1] = static_cast<char>(static_cast<unsigned char>(word[1]) - 0x20);
  else word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  return word;
}

std::string ValueWordDa(absl::string_view value) { return WordOf(ValueWords(), value); }

}  // namespace brobygger
