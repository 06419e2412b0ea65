/* Which values of a long array are in a set: see lookup.py. Nearly all are not, and a table of bits
   that stays in the cache says so; the salt decides places in both tables and nothing else. */
#include "text.h"

INLINE uint64_t mixed(uint64_t value, uint64_t salt) {
    return (value ^ salt) * 0x9E3779B97F4A7C15u;
}

/* `slots`, 2**bits of them and more than n, is -1; `marks`, 2**(bits + 3) bits, is 0. */
EXPORT void tda_lookup_fill(const uint64_t *values, int64_t n, uint64_t salt, int64_t bits,
                            int32_t *slots, uint64_t *marks) {
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    for (int64_t i = 0; i < n; i++) {
        uint64_t place = mixed(values[i], salt), mark = place >> (61 - bits);
        marks[mark >> 6] |= (uint64_t)1 << (mark & 63);
        uint64_t at = place >> (64 - bits);
        while (slots[at] >= 0 && values[slots[at]] != values[i]) at = (at + 1) & mask;
        if (slots[at] < 0) slots[at] = (int32_t)i;
    }
}

/* The places in `column`, n values long, of values that are in the set, ascending. */
EXPORT int64_t tda_lookup(const uint64_t *values, uint64_t salt, int64_t bits, const int32_t *slots,
                          const uint64_t *marks, const uint64_t *column, int64_t n,
                          int64_t *found) {
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t place = mixed(column[i], salt), mark = place >> (61 - bits);
        if (!(marks[mark >> 6] >> (mark & 63) & 1)) continue;
        uint64_t at = place >> (64 - bits);
        while (slots[at] >= 0 && values[slots[at]] != column[i]) at = (at + 1) & mask;
        if (slots[at] >= 0) found[count++] = i;
    }
    return count;
}

/* The place in `values` of each of the n values of `column`; -1 where it is not in the set. */
EXPORT void tda_lookup_places(const uint64_t *values, uint64_t salt, int64_t bits,
                              const int32_t *slots, const uint64_t *column, int64_t n,
                              int32_t *places) {
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = mixed(column[i], salt) >> (64 - bits);
        while (slots[at] >= 0 && values[slots[at]] != column[i]) at = (at + 1) & mask;
        places[i] = slots[at];
    }
}
