/* What readers ask of the values of a column before anybody looks at a text. */
#include "text.h"

/* Leads of the block before whose characters go on in this one. */
typedef struct {
    uint64_t two, three, four; /* of characters of at least as many bytes */
    uint64_t narrow;           /* E0, ED, F0 and F4: not every second byte may follow them */
} leads;

INLINE uint64_t up(uint64_t mask, uint64_t before, int by) {
    return mask << by | before >> (64 - by);
}

/* What in the block is no UTF-8 (Unicode, table 3-7); a character may begin in the one before. */
INLINE uint64_t wrong_in(bytes64 block, leads *before) {
    uint64_t high = WHERE(block >= 0x80);
    if (!(high | before->two >> 63 | before->three >> 62 | before->four >> 61)) {
        *before = (leads){0};
        return 0;
    }
    uint64_t two = WHERE(block >= 0xC0), three = WHERE(block >= 0xE0), four = WHERE(block >= 0xF0);
    uint64_t follow = up(two, before->two, 1) | up(three, before->three, 2) |
                      up(four, before->four, 3);
    uint64_t wrong = (high & ~two) ^ follow;
    wrong |= WHERE((block & 0xFE) == 0xC0) | WHERE(block >= 0xF5);
    uint64_t e0 = WHERE(block == 0xE0), ed = WHERE(block == 0xED);
    uint64_t f0 = WHERE(block == 0xF0), f4 = WHERE(block == 0xF4);
    *before = (leads){two, three, four, e0 | ed | f0 | f4};
    return wrong;
}

/* Whether a character with the lead data[at] begins as it may; it has a second byte. */
static bool begins_well(const uint8_t *data, int64_t at) {
    switch (data[at]) {
    case 0xE0: return data[at + 1] >= 0xA0;
    case 0xED: return data[at + 1] < 0xA0;
    case 0xF0: return data[at + 1] >= 0x90;
    case 0xF4: return data[at + 1] < 0x90;
    default: return true;
    }
}

/* 1 if each of n values that lie one after the other is UTF-8, 0 if one is not. */
EXPORT int64_t tda_utf8(const uint8_t *data, const int64_t *offsets, int64_t n) {
    if (n == 0) return 1;
    int64_t begin = offsets[0], end = offsets[n];
    leads before = {0};
    for (int64_t at = begin; at < end; at += BLOCK) {
        uint8_t last[BLOCK] = {0};
        const uint8_t *block = data + at;
        if (end - at < BLOCK) block = memcpy(last, block, (size_t)(end - at));
        uint64_t wrong = wrong_in(load64(block), &before);
        for (uint64_t narrow = before.narrow; narrow; narrow &= narrow - 1) {
            int64_t lead = at + lowest64(narrow);
            if (lead + 1 >= end || !begins_well(data, lead)) return 0;
        }
        if (wrong) return 0;
    }
    /* the last character goes on behind the end */
    if (before.two >> 63 | before.three >> 62 | before.four >> 61) return 0;
    for (int64_t i = 1; i < n; i++)
        if (offsets[i] < end && (data[offsets[i]] & 0xC0) == 0x80) return 0;
    return 1;
}

/* Bytes of the longest value in a page of plain byte arrays (each after its length, 4 bytes,
   little-endian), or -1 for what is no such page. */
EXPORT int64_t tda_longest(const uint8_t *page, int64_t size) {
    int64_t longest = 0;
    for (int64_t at = 0; at < size;) {
        uint32_t length;
        if (size - at < 4) return -1;
        memcpy(&length, page + at, 4);
        at += 4;
        if (length > size - at) return -1;
        at += length;
        longest = length > longest ? length : longest;
    }
    return longest;
}
