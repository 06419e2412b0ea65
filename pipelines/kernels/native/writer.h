/* A normal form while it is written: its code points, and where they are wanted its bytes too.

   Whoever writes a block writes all of it, and goes on from where what is kept of it ends. */
#ifndef TDA_WRITER_H
#define TDA_WRITER_H

#include "text.h"

typedef struct {
    uint32_t *points;
    uint8_t *bytes;
    uint64_t after_space; /* 1: the last code point written is a space, or none is written yet */
    uint32_t class;       /* a mark of a lower combining class may not follow */
} writer;

#define NO_MARK 255 /* no mark may follow */

INLINE void put(writer *out, uint32_t point, bool encoded) {
    uint64_t is_space = point == 32, keep = 1 ^ (is_space & out->after_space);
    *out->points = point;
    if (encoded) {
        int width = encode(point, out->bytes);
        out->bytes += keep ? width : 0;
    }
    out->points += keep;
    out->after_space = is_space;
}

INLINE void copy_run(writer *out, const uint8_t *from, bool encoded) {
    bytes64 block = load64(from);
    words64 wide = __builtin_convertvector(block, words64);
    memcpy(out->points, &wide, sizeof wide);
    if (encoded) memcpy(out->bytes, &block, BLOCK);
}

#if defined(__AVX512BW__)
#include <immintrin.h>

#define LEAST_LEFT 1 /* bytes that make a block */

/* The bytes that are left of a text, at most a block, and then bytes of no character. */
INLINE bytes64 load_left(const uint8_t *at, int64_t left) {
    if (left >= BLOCK) return load64(at);
    __mmask64 there = ((uint64_t)1 << left) - 1;
    return (bytes64)_mm512_mask_loadu_epi8(_mm512_set1_epi8(-1), there, at);
}

/* The bytes of `from` that `keep` has a bit for. Nothing depends on where runs of them end, which
   nobody can foretell. */
#if defined(__AVX512VBMI2__)
INLINE void copy_kept(writer *out, const uint8_t *from, uint64_t keep, bool encoded) {
    uint8_t kept[BLOCK];
    int size = popcount64(keep);
    _mm512_storeu_si512(kept, _mm512_maskz_compress_epi8(keep, (__m512i)load64(from)));
    copy_run(out, kept, encoded);
    out->points += size;
    if (encoded) out->bytes += size;
}
#else
INLINE void copy_kept(writer *out, const uint8_t *from, uint64_t keep, bool encoded) {
    for (int i = 0; i < BLOCK; i += 16) {
        __mmask16 some = (__mmask16)(keep >> i);
        __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(from + i)));
        __m512i kept = _mm512_maskz_compress_epi32(some, wide);
        _mm512_storeu_si512(out->points, kept);
        out->points += __builtin_popcount(some);
        if (!encoded) continue;
        _mm_storeu_si128((__m128i *)out->bytes, _mm512_cvtepi32_epi8(kept));
        out->bytes += __builtin_popcount(some);
    }
}
#endif
#else
#define LEAST_LEFT BLOCK

INLINE bytes64 load_left(const uint8_t *at, int64_t left) {
    (void)left;
    return load64(at);
}

/* The same run by run; `from` is followed by as much again. */
INLINE void copy_kept(writer *out, const uint8_t *from, uint64_t keep, bool encoded) {
    while (keep) {
        int begin = lowest64(keep);
        uint64_t rest = ~(keep >> begin);
        int length = rest ? lowest64(rest) : BLOCK - begin;
        if (length > BLOCK - begin) length = BLOCK - begin;
        copy_run(out, from + begin, encoded);
        out->points += length;
        if (encoded) out->bytes += length;
        if (begin + length == BLOCK) break;
        keep &= ~(uint64_t)0 << (begin + length);
    }
}
#endif

#endif
