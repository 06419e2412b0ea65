/* Which blocks of a text can hold something of an identifier, by bit masks alone. */
#ifndef TDA_TOLD_H
#define TDA_TOLD_H

#include "text.h"

#define BEFORE 8 /* bytes looked at before a place: the character before it */

typedef struct {
    int digits, dots, colons; /* of the block before; of dots and colons, those after a digit */
    int digits2;              /* of the one before that */
    uint64_t digit, dot, colon, ef, bc, high; /* masks of the block before */
    uint64_t hex;
    uint64_t place;           /* of what a number is made of, or all where nobody asked */
    uint64_t capital;         /* capital letters of this block behind other characters */
    bool wide;                /* full-width digits in the block before */
    bool folds;               /* or dots, or colons */
} carried;

/* `mask` moved up by `by`, with what comes in from the block before. */
INLINE uint64_t up(uint64_t mask, uint64_t before, int by) {
    return mask << by | before >> (64 - by);
}

/* Places of `mask` with one of `others` two to four bytes before: of `.` with a group of an IPv4
   address between them. */
INLINE uint64_t grouped(uint64_t mask, uint64_t others, uint64_t before) {
    return mask & (up(others, before, 2) | up(others, before, 3) | up(others, before, 4));
}

/* Whether eleven bytes in a row, the last of them in the block, may be of one number: digits, gaps
   and what is not ASCII, which may fold to them, but no Chinese character. */
INLINE bool eleven_in_a_row(bytes64 block, uint64_t digit, uint64_t high, carried *before) {
    uint64_t place = digit | WHERE(block == ' ') | WHERE(block == '-') | WHERE(block == '(') |
                     WHERE(block == ')');
    if (high) place |= high & ~WHERE((block - 0xE4) < 6);
    uint64_t p2 = place & up(place, before->place, 1), b2 = before->place & before->place << 1;
    uint64_t p4 = p2 & up(p2, b2, 2), b4 = b2 & b2 << 2;
    uint64_t p8 = p4 & up(p4, b4, 4);
    bool found = p8 & up(p2, b2, 8) & up(place, before->place, 10);
    before->place = place;
    return found;
}

/* Of `twice`, second colons of two together, those that can be in an address: hexadecimal digits
   alone go on from them to either side, as far as is seen, up to what is no part of a word. */
INLINE uint64_t addressed(bytes64 block, uint64_t twice, uint64_t hex) {
    uint64_t word = (WHERE(((block | 32) - 'a') < 26) & ~hex) | WHERE(block == '_');
    uint64_t left = word | WHERE(block == '.'), right = word;
    for (int i = 0; i < 4; i++) {
        left |= left << 1 & hex;
        right |= right >> 1 & hex;
    }
    return twice & ~(left << 2) & ~(right >> 1);
}

/* How many bytes before the block places can have begun that are seen in it; 0 where none is. */
INLINE int told_in(const uint8_t *at, carried *before) {
    bytes64 block = load64(at);
    uint64_t digit = WHERE((block - '0') < 10), narrow = digit;
    uint64_t dot = WHERE(block == '.') & up(digit, before->digit, 1);
    uint64_t colon = WHERE(block == ':'), sign = WHERE(block == '@');
    uint64_t high = WHERE(block >= 0x80), ef = 0, bc = 0, told = sign;
    uint64_t upper_after = WHERE((block - 'A') < 26) & up(high, before->high, 1);
    uint64_t wide_colon = 0, wide_dot = 0;
    if (high | (before->ef >> 62) | (before->bc >> 63)) {
        ef = WHERE(block == 0xEF);
        bc = WHERE(block == 0xBC);
        uint64_t third = up(ef, before->ef, 2) & up(bc, before->bc, 1);
        if (third) {
            digit |= third & WHERE((block - 0x90) < 10);
            wide_dot = third & WHERE(block == 0x8E);
            wide_colon = third & WHERE(block == 0x9A);
            told |= third & (WHERE(block == 0xA0) | WHERE((block - 0xA1) < 26));
        }
    }
    int digits = popcount64(digit);
    bool wide = digit != narrow, folds = wide || wide_dot || wide_colon;
    uint64_t hex = digit | WHERE(((block | 32) - 'a') < 6);
    /* of all colons, those behind a digit; where signs are of full width they are few enough */
    int dots = popcount64(dot), colons = popcount64(colon & up(hex, before->hex, 1));
    uint64_t twice = colon & up(colon, before->colon, 1);
    uint64_t any_colon = colon | wide_colon;
    bool far = false; /* what is told can have begun a block before */
    if (folds || before->folds) {
        dots = popcount64(WHERE(block == '.') | wide_dot);
        colons = popcount64(any_colon);
        far = dots + before->dots >= 3;
        twice |= (colon & up(any_colon, before->colon, 1)) |
                 (wide_colon & up(any_colon, before->colon, 3));
    } else if (dots + before->dots >= 3) {
        uint64_t second = grouped(dot, dot, before->dot);
        far = grouped(dot, second, before->dot); /* of the block before each may be a second one */
    }
    if (twice) far |= (folds || before->folds) || addressed(block, twice, hex);
    far |= colons + before->colons >= 6;
    if (digits + before->digits >= 11)
        far |= eleven_in_a_row(block, digit, high, before);
    else
        before->place = ~(uint64_t)0;
    /* six digits together: every code, passport and permit has them */
    uint64_t two = narrow & up(narrow, before->digit, 1);
    uint64_t two_before = before->digit & before->digit << 1;
    uint64_t six = two & up(two, two_before, 2) & up(two, two_before, 4);
    int back = told ? BEFORE : 0;
    if (six) back = 3 * BEFORE;
    if (far) back = BLOCK;
    if ((wide || before->wide) && digits + before->digits + before->digits2 >= 6) back = 2 * BLOCK;
    *before = (carried){.digits = digits,
                        .dots = dots,
                        .colons = colons,
                        .digits2 = before->digits,
                        .digit = narrow,
                        .dot = dot,
                        .colon = any_colon,
                        .ef = ef,
                        .bc = bc,
                        .high = high,
                        .hex = hex,
                        .place = before->place,
                        .capital = upper_after,
                        .wide = wide,
                        .folds = folds};
    return back;
}

#endif
