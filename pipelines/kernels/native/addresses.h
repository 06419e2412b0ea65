/* Signs of identifiers, and the addresses that are told without a pattern. */
#ifndef TDA_ADDRESSES_H
#define TDA_ADDRESSES_H

#include "text.h"

typedef struct {
    int64_t text;        /* number of the text */
    int64_t begin, end;  /* its bytes */
    int64_t start, stop; /* its code points; an address of its own begins at 0 */
    int64_t kind;        /* rank of its Kind */
    int64_t tier;        /* 0: valid, 1: looks alike */
} address;

INLINE bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
INLINE bool is_upper(uint8_t c) { return (uint8_t)(c - 'A') < 26; }
INLINE bool is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26; }
INLINE bool is_word(uint8_t c) { return is_digit(c) || is_letter(c) || c == '_'; }
INLINE bool is_hex(uint8_t c) { return is_digit(c) || (uint8_t)((c | 32) - 'a') < 6; }

/* The code point in ASCII where it folds to it (see FOLDING), or 0. */
INLINE uint8_t ascii_of(uint32_t code) {
    if (code < 0x80) return (uint8_t)code;
    if (code >= 0xFF01 && code < 0xFF5F) return (uint8_t)(code - 0xFEE0);
    if (code == 0xA0 || code == 0x3000) return ' ';
    if ((code >= 0x2010 && code < 0x2016) || code == 0x2212) return '-';
    return 0;
}

/* The address around the at sign data[at], or the one that begins at data[at] with a digit that no
   word and no dot stands before; false where there is none. */
bool email_at(const uint8_t *data, int64_t size, int64_t at, address *found);
bool ipv4_at(const uint8_t *data, int64_t size, int64_t at, address *found);

#endif
