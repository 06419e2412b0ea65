/* Which blocks of a text can hold something of an identifier, by bit masks alone. */
#ifndef TDA_TOLD_H
#define TDA_TOLD_H

#include "text.h"

#define BEFORE 8 /* bytes looked at before a place: the character before it */

typedef struct {
    int digits, dots, colons; /* of the block before; of dots and colons, those after a digit */
    int digits2;              /* of the one before that */
    uint64_t digit, ef, bc, colon, high; /* masks of the block before */
    uint64_t hex;
    uint64_t place;           /* of digits and gaps, or all where nobody asked */
    uint64_t capital;         /* capital letters of this block behind other characters */
    bool wide;                /* full-width digits in one of the two */
} carried;

/* `mask` moved up by `by`, with what comes in from the block before. */
INLINE uint64_t up(uint64_t mask, uint64_t before, int by) {
    return mask << by | before >> (64 - by);
}

/* How many bytes before the block places can have begun that are seen in it; 0 where none is. */
INLINE int told_in(const uint8_t *at, carried *before) {
    bytes64 block = load64(at);
    uint64_t digit = WHERE((block - '0') < 10);
    uint64_t dot = WHERE(block == '.') & up(digit, before->digit, 1);
    uint64_t colon = WHERE(block == ':'), sign = WHERE(block == '@');
    uint64_t high = WHERE(block >= 0x80), ef = 0, bc = 0, told = sign;
    uint64_t upper_after = WHERE((block - 'A') < 26) & up(high, before->high, 1);
    uint64_t wide_colon = 0, narrow = digit;
    if (high | (before->ef >> 62) | (before->bc >> 63)) {
        ef = WHERE(block == 0xEF);
        bc = WHERE(block == 0xBC);
        uint64_t third = up(ef, before->ef, 2) & up(bc, before->bc, 1);
        if (third) {
            digit |= third & WHERE((block - 0x90) < 10);
            dot |= third & WHERE(block == 0x8E);
            wide_colon = third & WHERE(block == 0x9A);
            told |= third & (WHERE(block == 0xA0) | WHERE((block - 0xA1) < 26));
        }
    }
    if (digit != narrow || before->wide) dot |= WHERE(block == '.');
    int digits = popcount64(digit), dots = popcount64(dot);
    uint64_t hex = digit | WHERE(((block | 32) - 'a') < 6);
    /* of all colons, those behind a digit; full-width ones are few enough */
    int colons = popcount64(colon & up(hex, before->hex, 1)) + popcount64(wide_colon);
    if (wide_colon || digit != narrow || before->wide)
        colons = popcount64(colon) + popcount64(wide_colon);
    bool wide = digit != narrow, wider = wide || before->wide;
    /* six digits together: every code, passport and permit has them */
    uint64_t two = narrow & up(narrow, before->digit, 1);
    uint64_t two_before = before->digit & before->digit << 1;
    uint64_t six = two & up(two, two_before, 2) & up(two, two_before, 4);
    int back = 0;
    if (told) back = BEFORE;
    if (six) back = 3 * BEFORE;
    bool many = digits + before->digits >= 11;
    if (many && !(high | before->high)) { /* eleven places in a row are digits or gaps */
        uint64_t place = digit | WHERE(block == ' ') | WHERE(block == '-') | WHERE(block == '(') |
                         WHERE(block == ')');
        uint64_t p2 = place & up(place, before->place, 1);
        uint64_t b2 = before->place & before->place << 1;
        uint64_t p4 = p2 & up(p2, b2, 2), b4 = b2 & b2 << 2;
        uint64_t p8 = p4 & up(p4, b4, 4);
        many = p8 & up(p2, b2, 8) & up(place, before->place, 10);
        before->place = place;
    } else {
        before->place = ~(uint64_t)0;
    }
    if (many || dots + before->dots >= 3 ||
        (colon & up(colon, before->colon, 1)) || colons + before->colons >= 6 ||
        (wide_colon && colons + before->colons >= 2))
        back = BLOCK;
    if (wider && digits + before->digits + before->digits2 >= 6) back = 2 * BLOCK;
    *before = (carried){.digits = digits,
                        .dots = dots,
                        .colons = colons,
                        .digits2 = before->digits,
                        .digit = narrow,
                        .ef = ef,
                        .bc = bc,
                        .colon = colon,
                        .high = high,
                        .hex = hex,
                        .place = before->place,
                        .capital = upper_after,
                        .wide = wide};
    return back;
}

#endif
