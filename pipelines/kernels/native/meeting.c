/* Which rows of a table in memory have equal values: see meeting.py. The salt decides the order of
   the slots and nothing else, so nobody can write values that all fall into one. */
#include "text.h"

INLINE uint64_t slot_of(uint64_t value, uint64_t salt, int bits) {
    return (value ^ salt) * 0x9E3779B97F4A7C15u >> (64 - bits);
}

/* firsts[i] is the least row whose two words are those of row i. `slots`, 2**bits of them, is -1. */
EXPORT void tda_first_equal(const uint64_t *words, int64_t n, uint64_t salt, int64_t bits,
                            int32_t *slots, int32_t *firsts) {
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    for (int64_t i = 0; i < n; i++) {
        uint64_t high = words[2 * i], low = words[2 * i + 1];
        uint64_t at = slot_of(high ^ low << 1, salt, (int)bits);
        while (slots[at] >= 0 &&
               (words[2 * slots[at]] != high || words[2 * slots[at] + 1] != low))
            at = (at + 1) & mask;
        if (slots[at] < 0) slots[at] = (int32_t)i;
        firsts[i] = slots[at];
    }
}

/* The rows `which`, n of them, whose value in column `band` of `bands` is that of another one of
   them, as entries: value number and place in `which`, places ascending within a value, values
   numbered from 0 by their first. `slots`, 2**bits of them, is -1; `next` and `last` have room for
   n, the entries too. */
EXPORT int64_t tda_shared_values(const uint64_t *values, const int64_t *which, int64_t n,
                                 int64_t bands, int64_t band,
                                 uint64_t salt, int64_t bits, int32_t *slots, int32_t *next,
                                 int32_t *last, int32_t *numbers, int32_t *rows) {
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    const uint64_t *column = values + band;
    for (int64_t i = 0; i < n; i++) {
        uint64_t value = column[bands * which[i]], at = slot_of(value, salt, (int)bits);
        while (slots[at] >= 0 && column[bands * which[slots[at]]] != value) at = (at + 1) & mask;
        next[i] = -1;
        last[i] = -1; /* not the first of its value, unless said below */
        if (slots[at] < 0) {
            slots[at] = last[i] = (int32_t)i;
        } else {
            int32_t first = slots[at];
            next[last[first]] = (int32_t)i;
            last[first] = (int32_t)i;
        }
    }
    int64_t entries = 0;
    int32_t number = 0;
    for (int64_t i = 0; i < n; i++) {
        if (last[i] < 0 || next[i] < 0) continue; /* no first row, or alone */
        for (int32_t row = (int32_t)i; row >= 0; row = next[row]) {
            numbers[entries] = number;
            rows[entries++] = row;
        }
        number++;
    }
    return entries;
}
