#include "services/consent/texts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

// The number of "<language>-<number>", 0 if it is not of this form.
int NumberOf(const v1::ConsentText& text) {
  absl::string_view rest = text.version();
  int number = 0;
  if (!absl::ConsumePrefix(&rest, text.language()) || !absl::ConsumePrefix(&rest, "-")) return 0;
  if (rest.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(rest[0])) || !absl::SimpleAtoi(rest, &number)) return 0;
  return number;
}

}  // namespace

absl::StatusOr<v1::ConsentText> ParseText(absl::string_view file) {
  v1::ConsentText text;
  std::string confirmed;
  while (true) {
    const size_t end = file.find('\n');
    if (end == absl::string_view::npos) return absl::InvalidArgumentError("want header lines, an empty line and the text");
    const absl::string_view line = file.substr(0, end);
    file.remove_prefix(end + 1);
    if (line.empty()) break;
    const size_t colon = line.find(": ");
    const absl::string_view name = line.substr(0, colon);
    const std::string value = colon == absl::string_view::npos ? "" : std::string(line.substr(colon + 2));
    std::string* field = name == "version" ? text.mutable_version() : name == "language" ? text.mutable_language() : name == "confirmed" ? &confirmed : nullptr;
    if (field == nullptr || !field->empty() || value.empty()) return absl::InvalidArgumentError(absl::StrCat("header line \"", line, "\""));
    *field = value;
  }
  if (NumberOf(text) < 1) return absl::InvalidArgumentError("version: want \"<language>-<number>\"");
  if (confirmed != "true" && confirmed != "false") return absl::InvalidArgumentError("confirmed: want true or false");
  if (absl::StripAsciiWhitespace(file).empty()) return absl::InvalidArgumentError("the text is empty");
  text.set_confirmed(confirmed == "true");
  text.set_body(std::string(file));
  text.set_sha256(crypto::Hex(crypto::Sha256(text.body())));
  return text;
}

absl::Status ConsentTexts::Add(v1::ConsentText text) {
  if (!versions_.insert(text.version()).second) return absl::AlreadyExistsError(absl::StrCat("version ", text.version(), " is there twice"));
  v1::ConsentText& kept = newest_[text.language()];
  if (NumberOf(text) > NumberOf(kept)) kept = std::move(text);
  return absl::OkStatus();
}

const v1::ConsentText* ConsentTexts::Newest(absl::string_view language) const {
  auto it = newest_.find(language);
  return it == newest_.end() ? nullptr : &it->second;
}

bool ConsentTexts::IsCurrent(absl::string_view version, absl::string_view sha256) const {
  return std::any_of(newest_.begin(), newest_.end(),
                     [&](const auto& entry) { return entry.second.version() == version && entry.second.sha256() == sha256; });
}

absl::StatusOr<ConsentTexts> LoadTexts(const std::string& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".txt") files.push_back(it->path());
  }
  if (error) return absl::NotFoundError(absl::StrCat(directory, ": cannot be read"));
  std::sort(files.begin(), files.end());
  ConsentTexts texts;
  for (const std::filesystem::path& path : files) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    if (!in) return absl::NotFoundError(absl::StrCat(path.string(), ": cannot be read"));
    absl::StatusOr<v1::ConsentText> text = ParseText(content.str());
    absl::Status status = text.ok() ? texts.Add(std::move(*text)) : text.status();
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(path.string(), ": ", status.message()));
  }
  if (texts.Newest("da") == nullptr) return absl::NotFoundError(absl::StrCat(directory, ": holds no text in \"da\""));
  return texts;
}

}  // namespace brobygger::consent
