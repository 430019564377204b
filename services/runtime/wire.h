// The wire format of protobuf, as far as the byte filter has to read and write it. Everything is bounded by `end`; small and
// inline, because the filter is on the road of every look.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace brobygger::wire {

// Reads a varint of at most `max` bytes; null if it is malformed. The one-byte case is most of them.
inline const char* ReadVarint(const char* p, const char* end, int max, std::uint64_t* value) {
  if (end - p >= 2) {
    const std::uint32_t first = static_cast<std::uint8_t>(p[0]), second = static_cast<std::uint8_t>(p[1]);
    if (first < 0x80) {
      *value = first;
      return p + 1;
    }
    if (second < 0x80) {
      *value = (first & 0x7f) | second << 7;
      return p + 2;
    }
  }
  std::uint64_t v = 0;
  for (int i = 0; i < max && p < end; ++i) {
    const std::uint64_t byte = static_cast<std::uint8_t>(*p++);
    v |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      *value = v;
      return p;
    }
  }
  return nullptr;
}

inline int VarintSize(std::uint64_t v) {
  int n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

inline char* WriteVarint(char* out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) *out++ = static_cast<char>(v | 0x80);
  *out++ = static_cast<char>(v);
  return out;
}

// Most runs are a few bytes: two overlapping words are cheaper than a call.
inline char* Copy(char* out, const char* from, const char* to) {
  const std::size_t n = to - from;
  if (n > 16) {
    std::memcpy(out, from, n);
  } else if (n >= 8) {
    std::memcpy(out, from, 8);
    std::memcpy(out + n - 8, to - 8, 8);
  } else if (n >= 4) {
    std::memcpy(out, from, 4);
    std::memcpy(out + n - 4, to - 4, 4);
  } else if (n > 0) {
    out[0] = from[0];
    out[n / 2] = from[n / 2];
    out[n - 1] = from[n - 1];
  }
  return out + n;
}

inline std::uint64_t Word(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

inline constexpr std::uint64_t kHighBits = 0x8080808080808080u;

// The bytes of one character that is not ASCII, 0 if it is malformed. As the parser demands it: no overlong forms, no
// surrogates, nothing over U+10FFFF.
inline int CharacterSize(const char* p, std::ptrdiff_t left) {
  const auto at = [p](int i) { return static_cast<std::uint8_t>(p[i]); };
  const auto continues = [at](int i) { return (at(i) & 0xc0) == 0x80; };
  const std::uint8_t lead = at(0);
  if (lead < 0xc2 || left < 2 || !continues(1)) return 0;
  if (lead < 0xe0) return 2;
  if (left < 3 || !continues(2)) return 0;
  if (lead < 0xf0) return (lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) >= 0xa0) ? 0 : 3;
  if (left < 4 || !continues(3) || lead > 0xf4) return 0;
  return (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) >= 0x90) ? 0 : 4;
}

inline bool IsUtf8Slow(const char* p, const char* const end) {
  while (p < end) {
    if (end - p >= 8) {
      const std::uint64_t high = Word(p) & kHighBits;
      if (high == 0) {
        p += 8;
        continue;
      }
      if constexpr (std::endian::native == std::endian::little) p += std::countr_zero(high) / 8;
    }
    const std::uint8_t lead = static_cast<std::uint8_t>(*p);
    if (lead < 0x80) {
      ++p;
    } else if (end - p >= 2 && lead >= 0xc2 && lead < 0xe0 && static_cast<signed char>(p[1]) < -64) {  // æ, ø, å: 80 to bf
      p += 2;
    } else {
      const int size = CharacterSize(p, end - p);
      if (size == 0) return false;
      p += size;
    }
  }
  return true;
}

// Most texts are ASCII: their high bits are collected without a branch per byte.
inline bool IsUtf8(const char* p, const char* const end) {
  const std::ptrdiff_t n = end - p;
  std::uint64_t bits = 0;
  if (n >= 16) {
#ifdef __SSE2__
    const auto sixteen = [](const char* q) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(q)); };
    __m128i all = sixteen(end - 16);
    for (const char* q = p; end - q > 16; q += 16) all = _mm_or_si128(all, sixteen(q));
    return _mm_movemask_epi8(all) == 0 || IsUtf8Slow(p, end);
#else
    const char* q = p;
    for (; end - q > 32; q += 32) bits |= Word(q) | Word(q + 8) | Word(q + 16) | Word(q + 24);
    if (end - q > 16) bits |= Word(q) | Word(q + 8);
    bits |= Word(end - 16) | Word(end - 8);
#endif
  } else if (n >= 8) {
    bits = Word(p) | Word(end - 8);
  } else {
    for (std::ptrdiff_t i = 0; i < n; ++i) bits |= static_cast<std::uint8_t>(p[i]);
  }
  return (bits & kHighBits) == 0 || IsUtf8Slow(p, end);
}

inline bool AllZero(const char* p, int n) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, n);
  return v == 0;
}

}  // namespace brobygger::wire
