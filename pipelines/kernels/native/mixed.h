/* Text of any script, up to 64 bytes of it at once: for processors with AVX-512 VBMI2.

   The places where characters begin are gathered, then sixteen characters at a time are taken
   apart, mapped and written. Chinese ideographs stay as they are and full-width forms are ASCII moved
   (Unicode Standard, 18.1 and 18.5), so neither asks the table; `test_normalise` holds both to it. */
#ifndef TDA_MIXED_H
#define TDA_MIXED_H

#include <immintrin.h>

#include "normal.h"
#include "writer.h"

#define IDEOGRAPHS 0x4E00u
#define IDEOGRAPHS_END 0xA000u
#define FULL_WIDTH 0xFF01u
#define FULL_WIDTH_END 0xFF5Fu
#define MOVED 0xFEE0u /* a full-width form less its ASCII character */

#define WHITE 0xF0003E00u /* bit c is set where the control character c is white space */

#define ALL(number) _mm512_set1_epi32((int)(number))
#define BELOW(vector, number) _mm512_cmplt_epu32_mask(vector, ALL(number))
#define WITHIN(vector, first, end) BELOW(_mm512_sub_epi32(vector, ALL(first)), (end) - (first))
#define FIELD(vector, shift, bits) _mm512_and_si512(_mm512_srli_epi32(vector, shift), ALL(bits))

/* The first characters of a block, sixteen at most. */
typedef struct {
    __m512i places; /* bytes; where each begins */
    int count, taken; /* `taken` bytes in all */
} beginnings;

/* False where some bytes of the block are no UTF-8. */
INLINE bool find_beginnings(__m512i block, int64_t left, beginnings *found) {
    uint64_t there = left >= BLOCK ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
    uint64_t follow = there & _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(-64));
    uint64_t lead2 = there & _mm512_cmpge_epu8_mask(block, _mm512_set1_epi8((char)0xC0));
    uint64_t lead3 = there & _mm512_cmpge_epu8_mask(block, _mm512_set1_epi8((char)0xE0));
    uint64_t lead4 = there & _mm512_cmpge_epu8_mask(block, _mm512_set1_epi8((char)0xF0));
    uint64_t asked = lead2 << 1 | lead3 << 2 | lead4 << 3, begin = there & ~follow;
    if ((asked & there) != follow || (asked & ~there)) return false;
    const __m512i numbers = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    found->places = _mm512_maskz_compress_epi8(begin, numbers);
    /* sixteen characters have 64 bytes at most, so none of them is cut where there are more */
    uint64_t next = _pdep_u64((uint64_t)1 << 16, begin);
    found->count = next ? 16 : popcount64(begin);
    found->taken = next ? lowest64(next) : left >= BLOCK ? BLOCK : (int)left;
    return true;
}

/* The code points of sixteen characters that begin at `places` in the block. */
INLINE __m512i decode16(__m512i block, __m512i places) {
    __m512i place = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
    /* four bytes from there on; what is beyond a character is not looked at */
    __m512i index = _mm512_add_epi32(_mm512_mullo_epi32(place, ALL(0x01010101)), ALL(0x03020100));
    __m512i raw = _mm512_permutexvar_epi8(index, block), lead = FIELD(raw, 0, 0xFF);
    __m512i second = FIELD(raw, 8, 63), third = FIELD(raw, 16, 63);
    __m512i two = _mm512_or_si512(_mm512_slli_epi32(FIELD(raw, 0, 31), 6), second);
    __m512i high = _mm512_or_si512(_mm512_slli_epi32(FIELD(raw, 0, 15), 6), second);
    __m512i three = _mm512_or_si512(_mm512_slli_epi32(high, 6), third);
    __m512i code = _mm512_mask_mov_epi32(two, BELOW(lead, 0x80), lead);
    code = _mm512_mask_mov_epi32(code, _mm512_cmpge_epu32_mask(lead, ALL(0xE0)), three);
    __mmask16 four = _mm512_cmpge_epu32_mask(lead, ALL(0xF0));
    if (four) {
        __m512i low = _mm512_or_si512(_mm512_slli_epi32(third, 6), FIELD(raw, 24, 63));
        __m512i up = _mm512_or_si512(_mm512_slli_epi32(FIELD(raw, 0, 7), 6), second);
        __m512i longest = _mm512_or_si512(_mm512_slli_epi32(up, 12), low);
        code = _mm512_mask_mov_epi32(code, four, longest);
    }
    return code;
}

/* What the table says of the codes that `which` has a bit for; 0 of others. */
INLINE __m512i entries16(__m512i code, __mmask16 which, const text_table *table) {
    __m512i entry = _mm512_setzero_si512();
    if (__builtin_popcount(which) > 4 && !(which & ~BELOW(code, LIMIT)))
        return _mm512_mask_i32gather_epi32(entry, which, code, table->entries, 4);
    uint32_t codes[16];
    _mm512_storeu_si512(codes, code);
    for (unsigned rest = which; rest; rest &= rest - 1) {
        uint32_t one = entry_of(table, codes[__builtin_ctz(rest)]);
        entry = _mm512_mask_set1_epi32(entry, (__mmask16)(rest & -rest), (int)one);
    }
    return entry;
}

/* `count` values in UTF-8. */
INLINE void encode16(__m512i value, int count, writer *out) {
    __m512i last = FIELD(value, 0, 63), middle = FIELD(value, 6, 63);
    __m512i bytes = value;
    __mmask16 two = _mm512_cmpge_epu32_mask(value, ALL(0x80));
    if (two) {
        __m512i tail = _mm512_or_si512(_mm512_slli_epi32(last, 8), _mm512_srli_epi32(value, 6));
        bytes = _mm512_mask_or_epi32(bytes, two, tail, ALL(0x80C0));
        __mmask16 three = _mm512_cmpge_epu32_mask(value, ALL(0x800));
        tail = _mm512_or_si512(_mm512_slli_epi32(last, 16), _mm512_slli_epi32(middle, 8));
        tail = _mm512_or_si512(tail, _mm512_srli_epi32(value, 12));
        bytes = _mm512_mask_or_epi32(bytes, three, tail, ALL(0x8080E0));
        __mmask16 four = _mm512_cmpge_epu32_mask(value, ALL(0x10000));
        if (four) {
            tail = _mm512_or_si512(_mm512_slli_epi32(last, 24), _mm512_slli_epi32(middle, 16));
            tail = _mm512_or_si512(tail, _mm512_slli_epi32(FIELD(value, 12, 63), 8));
            tail = _mm512_or_si512(tail, _mm512_srli_epi32(value, 18));
            bytes = _mm512_mask_or_epi32(bytes, four, tail, ALL(0x808080F0));
        }
    }
    /* no byte of a character is 0 but that of U+0000 */
    uint64_t some = _mm512_test_epi8_mask(bytes, bytes) | 0x1111111111111111u;
    if (count < 16) some &= ((uint64_t)1 << 4 * count) - 1;
    _mm512_storeu_si512(out->bytes, _mm512_maskz_compress_epi8(some, bytes));
    out->bytes += popcount64(some);
}

/* The classes of sixteen characters, those of ASCII and of ideographs told without the table. */
INLINE void count16(__m512i code, __m512i entry, __mmask16 ascii, __mmask16 ideographs,
                    __mmask16 there, character_counts *counts, longs8 *lanes) {
    __m512i class = FIELD(entry, 21, 7);
    class = _mm512_mask_mov_epi32(class, ideographs, ALL(HAN_CLASS));
    __mmask16 damaged = _mm512_test_epi32_mask(entry, ALL(1u << 24));
    if (ascii) {
        __m512i lower = _mm512_or_si512(code, ALL(0x20));
        __mmask16 white = _mm512_test_epi32_mask(_mm512_srlv_epi32(ALL(WHITE), code), ALL(1)) |
                          _mm512_cmpeq_epi32_mask(code, ALL(' '));
        class = _mm512_mask_mov_epi32(class, ascii & WITHIN(lower, 'a', 'z' + 1), ALL(2));
        class = _mm512_mask_mov_epi32(class, ascii & WITHIN(code, '0', '9' + 1), ALL(3));
        class = _mm512_mask_mov_epi32(class, ascii & white, ALL(4));
        __mmask16 feeds = there & _mm512_cmpeq_epi32_mask(code, ALL('\n'));
        counts->feeds += __builtin_popcount(feeds);
        damaged |= ascii & (BELOW(code, 0x20) | _mm512_cmpeq_epi32_mask(code, ALL(0x7F)));
        damaged &= ~(feeds | _mm512_cmpeq_epi32_mask(code, ALL('\t')) |
                     _mm512_cmpeq_epi32_mask(code, ALL('\r')));
    }
    counts->damage += __builtin_popcount(damaged & there);
    __m512i ones = _mm512_set1_epi64(1), shift = _mm512_slli_epi32(class, 3);
    __m512i left = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(shift));
    __m512i right = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(shift, 1));
    *lanes += (longs8)_mm512_maskz_sllv_epi64((__mmask8)there, ones, left);
    *lanes += (longs8)_mm512_maskz_sllv_epi64((__mmask8)(there >> 8), ones, right);
}

/* Sixteen characters, or fewer at the end of the text or before a special one: how many bytes.
   `special` says whether the next character asks for more than this. They count twice in `lanes`. */
INLINE int mixed_block(const uint8_t *at, int64_t left, const text_table *table, writer *out,
                       bool encoded, character_counts *counts, longs8 *lanes, bool *special) {
    __m512i block = (__m512i)load_left(at, left);
    beginnings found;
    *special = !find_beginnings(block, left, &found);
    if (*special) return 0;
    __mmask16 there = (__mmask16)((1u << found.count) - 1);
    __m512i code = decode16(block, found.places), value = code;
    __mmask16 ascii = BELOW(code, 0x80) & there;
    __mmask16 ideographs = WITHIN(code, IDEOGRAPHS, IDEOGRAPHS_END) & there;
    __mmask16 full = WITHIN(code, FULL_WIDTH, FULL_WIDTH_END) & there;
    __mmask16 marks = WITHIN(code, 0x3001, 0x3004) | WITHIN(code, 0x3008, 0x3012);
    __mmask16 others = there & ~(ascii | ideographs | full | marks), asked = others;
    if (counts) asked |= full;
    __m512i entry = _mm512_setzero_si512();
    value = _mm512_mask_sub_epi32(value, full, value, ALL(MOVED));
    value = _mm512_mask_add_epi32(value, WITHIN(value, 'A', 'Z' + 1), value, ALL(32));
    __mmask16 white = _mm512_test_epi32_mask(_mm512_srlv_epi32(ALL(WHITE), value), ALL(1));
    value = _mm512_mask_mov_epi32(value, white, ALL(' '));
    int some = found.count;
    if (asked) {
        entry = entries16(code, asked, table);
        value = _mm512_mask_mov_epi32(value, others, FIELD(entry, 0, 0x1FFFFF));
        __mmask16 stop = _mm512_test_epi32_mask(entry, ALL(SPECIAL));
        if (stop) {
            uint8_t places[BLOCK];
            _mm512_storeu_si512(places, found.places);
            *special = true;
            some = __builtin_ctz(stop);
            found.taken = places[some];
            if (some == 0) return 0;
            there = (__mmask16)((1u << some) - 1);
        }
    }
    __mmask16 space = _mm512_cmpeq_epi32_mask(value, ALL(' ')) & there;
    __mmask16 keep = there & (__mmask16) ~(space & ((unsigned)space << 1 | out->after_space));
    int kept = __builtin_popcount(keep);
    out->after_space = space >> (some - 1) & 1;
    out->class = 0;
    value = _mm512_maskz_compress_epi32(keep, value);
    _mm512_storeu_si512(out->points, value);
    out->points += kept;
    if (encoded) encode16(value, kept, out);
    if (counts) count16(code, entry, ascii, ideographs, there, counts, lanes);
    return found.taken;
}

#endif
