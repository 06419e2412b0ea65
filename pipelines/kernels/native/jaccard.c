#include "jaccard.h"

/* The power of two, from 16 to `most`, of which a text of `length` fills half at most. */
static int64_t slots_for(int64_t length, int64_t most) {
    int64_t slots = 16;
    while (slots < 2 * length && slots < most) slots *= 2;
    return slots;
}

int64_t parts_of(int64_t length, int64_t slots) {
    return 2 * length <= slots ? 1 : (4 * length + slots - 1) / slots;
}

INLINE uint64_t hash_of(uint64_t low, uint64_t high, uint64_t salt) {
    uint64_t spot = (low ^ salt) * 0x9E3779B97F4A7C15u;
    spot = (spot ^ spot >> 29 ^ high) * 0xC2B2AE3D27D4EB4Fu;
    return spot ^ spot >> 32;
}

INLINE void shingle_at(const uint32_t *text, uint64_t *low, uint64_t *high) {
    *low = text[0] | (uint64_t)text[1] << 21 | (uint64_t)text[2] << 42;
    *high = text[3] | (uint64_t)text[4] << 21;
}

/* The slot that holds the shingle, or the empty one it would take. */
INLINE slot *found_at(slot *slots, uint64_t mask, uint64_t spot, uint64_t low, uint64_t high) {
    uint64_t at = spot & mask;
    while (slots[at].stamp != 0 && (slots[at].low != low || slots[at].high != high))
        at = (at + 1) & mask;
    return slots + at;
}

int64_t fill(const shingle_table *table, const uint32_t *text, int64_t length, int64_t part,
             int64_t parts) {
    int64_t used = slots_for(length, table->size), distinct = 0;
    uint64_t mask = (uint64_t)used - 1, low, high;
    memset(table->slots, 0, (size_t)used * sizeof *table->slots);
    for (int64_t i = 0; i <= length - SHINGLE; i++) {
        shingle_at(text + i, &low, &high);
        uint64_t spot = hash_of(low, high, table->salt);
        if (parts > 1 && (int64_t)((spot >> 24) % (uint64_t)parts) != part) continue;
        slot *found = found_at(table->slots, mask, spot, low, high);
        distinct += found->stamp == 0;
        *found = (slot){low, high, 1, 0};
    }
    return distinct;
}

int64_t count_shared(const shingle_table *table, int64_t filled, const uint32_t *text,
                     int64_t length, int64_t part, int64_t parts, int32_t number, int64_t enough) {
    uint64_t mask = (uint64_t)slots_for(filled, table->size) - 1, low, high;
    int64_t shared = 0, count = length - SHINGLE + 1;
    for (int64_t i = 0; i < count; i++) {
        if (shared + count - i < enough) return -1;
        shingle_at(text + i, &low, &high);
        uint64_t spot = hash_of(low, high, table->salt);
        if (parts > 1 && (int64_t)((spot >> 24) % (uint64_t)parts) != part) continue;
        slot *found = found_at(table->slots, mask, spot, low, high);
        if (found->stamp != 0 && found->stamp != number) {
            found->stamp = number;
            shared++;
        }
    }
    return shared;
}

EXPORT int64_t tda_slots_for(int64_t length, int64_t most) { return slots_for(length, most); }

EXPORT int64_t tda_parts_of(int64_t length, int64_t slots) { return parts_of(length, slots); }

/* Distinct shingles of `left` and of `right`, and how many they share, at `out`; both have at least
   SHINGLE code points. */
EXPORT void tda_shared(slot *slots, int64_t size, uint64_t salt, const uint32_t *left,
                       int64_t left_length, const uint32_t *right, int64_t right_length,
                       int64_t *out) {
    shingle_table table = {slots, size, salt};
    int64_t parts = parts_of(left_length > right_length ? left_length : right_length, size);
    out[0] = out[1] = out[2] = 0;
    for (int64_t part = 0; part < parts; part++) {
        out[0] += fill(&table, left, left_length, part, parts);
        out[1] += fill(&table, right, right_length, part, parts);
        out[2] += count_shared(&table, right_length, left, left_length, part, parts, 2, 0);
    }
}
