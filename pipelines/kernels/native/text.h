/* What all sources share: unaligned blocks, bit masks over them, UTF-8, and the table of characters.

   Every function is given lengths and keeps to them. Vectors are the compiler's own, so one text
   serves every processor; they hold integers only, so every processor gives the same result. */
#ifndef TDA_TEXT_H
#define TDA_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

#define BLOCK 64
typedef uint8_t bytes64 __attribute__((ext_vector_type(BLOCK)));
typedef uint32_t words64 __attribute__((ext_vector_type(BLOCK)));
typedef bool bits64 __attribute__((ext_vector_type(BLOCK)));

INLINE bytes64 load64(const uint8_t *at) {
    bytes64 block;
    memcpy(&block, at, BLOCK);
    return block;
}

/* Bit i is set where byte i of a comparison is. */
INLINE uint64_t mask64(bytes64 compared) {
    bits64 bits = __builtin_convertvector(compared, bits64);
    uint64_t mask;
    memcpy(&mask, &bits, sizeof mask);
    return mask;
}

#define WHERE(comparison) mask64((bytes64)(comparison))

INLINE int popcount64(uint64_t mask) { return __builtin_popcountll(mask); }
INLINE int lowest64(uint64_t mask) { return __builtin_ctzll(mask); }

/* Code points below LIMIT have an entry; the Python side (`text_table`) writes them. */
#define LIMIT 0x30000
#define HAN_END 0x40000
#define POINT(entry) ((entry) & 0x1FFFFF)
#define CLASS(entry) (((entry) >> 21) & 7)
#define DAMAGED(entry) (((entry) >> 24) & 1)
#define SPACE (1u << 25)   /* the image is white space */
#define SPECIAL (1u << 26) /* POINT is the number of an expansion, or UNSAFE */
#define LONG (1u << 27)    /* an expansion too long for the array of a whole block */
#define UNSAFE 0x1FFFFF    /* the normal form depends on the neighbours */
#define MARKS 0x1FFE00     /* and MARKS + c: a mark of combining class c that composes with nothing */
#define DEPENDS(entry) (((entry) & SPECIAL) && POINT(entry) >= MARKS)
#define KIND(entry) ((entry) >> 28)
#define OTHER_CLASS 0u
#define HAN_CLASS 1u

typedef struct {
    const uint32_t *entries; /* LIMIT of them */
    const int64_t *starts;   /* expansion i is expansions[starts[i]] up to starts[i + 1] */
    const uint32_t *expansions;
} text_table;

/* The code point at `at`, which is before `end`, and its width. What is no UTF-8 is one byte of
   U+FFFD: readers let none in, and nothing is read beyond `end` whatever comes. */
INLINE uint32_t decode(const uint8_t *at, const uint8_t *end, int *width) {
    uint32_t lead = at[0];
    if (lead < 0x80) {
        *width = 1;
        return lead;
    }
    if (lead >= 0xE0 && lead < 0xF0 && end - at >= 3) {
        *width = 3;
        return (lead & 15) << 12 | (at[1] & 63u) << 6 | (at[2] & 63u);
    }
    if (lead >= 0xC0 && lead < 0xE0 && end - at >= 2) {
        *width = 2;
        return (lead & 31) << 6 | (at[1] & 63u);
    }
    if (lead >= 0xF0 && end - at >= 4) {
        *width = 4;
        return ((lead & 7) << 18 | (at[1] & 63u) << 12 | (at[2] & 63u) << 6 | (at[3] & 63u)) &
               0x1FFFFF;
    }
    *width = 1;
    return 0xFFFD;
}

INLINE uint32_t entry_of(const text_table *table, uint32_t code) {
    if (code < LIMIT) return table->entries[code];
    return code | (code < HAN_END ? HAN_CLASS : OTHER_CLASS) << 21;
}

/* UTF-8 of `point` at `out`, which has room for 4 bytes; how many it has. */
INLINE int encode(uint32_t point, uint8_t *out) {
    uint32_t bytes;
    int width;
    if (point < 0x80) {
        bytes = point;
        width = 1;
    } else if (point < 0x800) {
        bytes = 0x80C0 | point >> 6 | (point & 63) << 8;
        width = 2;
    } else if (point < 0x10000) {
        bytes = 0x8080E0 | point >> 12 | (point >> 6 & 63) << 8 | (point & 63) << 16;
        width = 3;
    } else {
        bytes = 0x808080F0 | point >> 18 | (point >> 12 & 63) << 8 | (point >> 6 & 63) << 16 |
                (point & 63) << 24;
        width = 4;
    }
    memcpy(out, &bytes, 4); /* little-endian, as every processor Arrow runs on here */
    return width;
}

#endif
