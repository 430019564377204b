// What a fuzzer is given, read from the front; and what must not be.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace brobygger::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return rest_.empty(); }
  std::uint32_t Byte() { return rest_.empty() ? 0 : static_cast<unsigned char>(Take(1)[0]); }
  std::uint32_t Number() { return Byte() | Byte() << 8 | Byte() << 16; }
  absl::string_view Take(std::size_t n) {
    const absl::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  absl::string_view Rest() { return Take(rest_.size()); }

 private:
  absl::string_view rest_;
};

// A few changes of a text, as the input says: bytes replaced, taken out, put in; cut off.
inline std::string Changed(std::string text, Input* input) {
  for (int n = 0; n < 8 && !input->empty(); ++n) {
    const std::uint32_t what = input->Byte();
    const std::size_t at = text.empty() ? 0 : input->Number() % text.size();
    switch (what % 5) {
      case 0: if (!text.empty()) text[at] = static_cast<char>(input->Byte()); break;
      case 1: text.erase(at, 1 + input->Byte()); break;
      case 2: text.insert(at, std::string(input->Take(1 + input->Byte() % 32))); break;
      case 3: text.resize(at); break;
      case 4: text.insert(at, text.substr(input->Number() % (text.size() + 1), input->Byte())); break;
    }
  }
  return text;
}

}  // namespace brobygger::fuzz

#define FUZZ_CHECK(what)                                                  \
  do {                                                                    \
    if (!(what)) {                                                        \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
      std::abort();                                                       \
    }                                                                     \
  } while (false)
