#include "jaccard.h"

#define TOGETHER 512 /* hashes made at a time, by vectors */

/* The power of two, from 16 to `most`, of which a text of `length` fills a quarter at most, or what
   it may have of it. */
static int64_t slots_for(int64_t length, int64_t most) {
    int64_t slots = 16;
    while (slots < 4 * length && slots < most) slots *= 2;
    return slots;
}

int64_t parts_of(int64_t length, int64_t slots) {
    return 2 * length <= slots ? 1 : (4 * length + slots - 1) / slots;
}

static void hash_some(const uint32_t *restrict text, int64_t count, const uint32_t *factors,
                      uint32_t *restrict out) {
    uint32_t a = factors[0], b = factors[1], c = factors[2], d = factors[3], e = factors[4];
    for (int64_t i = 0; i < count; i++) {
        uint32_t x = text[i] * a + text[i + 1] * b + text[i + 2] * c + text[i + 3] * d +
                     text[i + 4] * e;
        x ^= x >> 15;
        x *= 0x2C1B3C6Du;
        out[i] = x ^ x >> 13;
    }
}

INLINE bool same(const uint32_t *left, const uint32_t *right) {
    uint64_t a[2], b[2];
    memcpy(a, left, sizeof a);
    memcpy(b, right, sizeof b);
    return a[0] == b[0] && a[1] == b[1] && left[4] == right[4];
}

/* The slot that holds the shingle, or the empty one it would take: one of `before` or less. */
INLINE uint32_t found_at(const uint32_t *slots, uint32_t mask, uint32_t before, uint32_t hash,
                         const uint32_t *held, const uint32_t *shingle) {
    uint32_t at = hash & mask;
    while (slots[at] > before && !same(held + (slots[at] - before - 1), shingle))
        at = (at + 1) & mask;
    return at;
}

/* The `count` slots are empty, and ready for a text of `length`. */
INLINE void emptied(uint32_t *slots, int64_t count, int64_t length, numbering *numbers) {
    numbers->before = numbers->last;
    if ((uint64_t)numbers->before + (uint64_t)length > UINT32_MAX) {
        memset(slots, 0, (size_t)count * sizeof *slots);
        numbers->before = 0;
    }
    numbers->last = numbers->before + (uint32_t)length;
}

/* A number that no text has that was counted against the same table. */
INLINE int32_t counted(const shingle_table *table) {
    if (table->age->counted == INT32_MAX) {
        memset(table->stamps, 0, (size_t)table->size * sizeof *table->stamps);
        table->age->counted = 0;
    }
    return ++table->age->counted;
}

/* The upper bits choose the part, the lower ones the slot. */
INLINE bool in_part(uint32_t hash, int64_t part, int64_t parts) {
    return parts == 1 || (int64_t)((uint64_t)hash * (uint64_t)parts >> 32) == part;
}

/* The same of a text that goes through in one part, which notes where each shingle is. */
static int64_t fill_whole(const shingle_table *table, const uint32_t *text, int64_t length,
                          uint32_t mask, uint32_t before) {
    uint32_t *slots = table->slots, *places = table->places, hashes[TOGETHER];
    int64_t distinct = 0, count = length - SHINGLE + 1;
    for (int64_t begin = 0; begin < count; begin += TOGETHER) {
        int64_t some = count - begin < TOGETHER ? count - begin : TOGETHER;
        hash_some(text + begin, some, table->factors, hashes);
        for (int64_t i = begin; i < begin + some; i++) {
            uint32_t at = hashes[i - begin] & mask, own = before + 1 + (uint32_t)i, number;
            /* a third of the slots is empty and a third holds the shingle, as nobody can foretell:
               an empty one is read as if it held it */
            while (number = slots[at] > before ? slots[at] : own,
                   !same(text + (number - before - 1), text + i))
                at = (at + 1) & mask;
            places[i] = number - before - 1;
            slots[at] = number;
            distinct += number == own;
        }
    }
    return distinct;
}

int64_t fill(const shingle_table *table, const uint32_t *text, int64_t length, int64_t part,
             int64_t parts) {
    int64_t used = slots_for(length, table->size), distinct = 0, count = length - SHINGLE + 1;
    uint32_t mask = (uint32_t)used - 1, hashes[TOGETHER];
    emptied(table->slots, table->size, length, &table->age->held);
    uint32_t before = table->age->held.before;
    if (parts == 1) return fill_whole(table, text, length, mask, before);
    for (int64_t begin = 0; begin < count; begin += TOGETHER) {
        int64_t some = count - begin < TOGETHER ? count - begin : TOGETHER;
        hash_some(text + begin, some, table->factors, hashes);
        for (int64_t i = 0; i < some; i++) {
            if (!in_part(hashes[i], part, parts)) continue;
            uint32_t at = found_at(table->slots, mask, before, hashes[i], text, text + begin + i);
            if (table->slots[at] > before) continue;
            table->slots[at] = before + 1 + (uint32_t)(begin + i);
            distinct++;
        }
    }
    return distinct;
}

/* Near texts share long runs: where one shingle is held, the next one is most often the next one of
   the text that is held, and then neither hashed nor looked for. With `apart`, shingles that are not
   held are put there, each once, and counted in `others`: then every one of them asks for `ratio`
   more to be shared. -1 once that, or `enough`, can no longer be reached.

   Pages that have only a frame in common have it before or behind what is their own: of a long text
   the quarters go by so that two in a row are not beside each other, and the end comes sooner. */
#define SEVERAL 256
static const int64_t ORDER[] = {2, 0, 3, 1};
INLINE int64_t count_runs(const shingle_table *table, const uint32_t *held, int64_t filled,
                          const uint32_t *text, int64_t length, double enough, double ratio,
                          uint32_t *apart, int64_t *others) {
    uint32_t mask = (uint32_t)slots_for(filled, table->size) - 1, hash;
    uint32_t apart_mask = (uint32_t)slots_for(length, table->size) - 1;
    int64_t shared = 0, count = length - SHINGLE + 1, held_count = filled - SHINGLE + 1;
    int64_t next = held_count; /* the place in `held` that may go on; none */
    uint32_t before = table->age->held.before, apart_before = table->age->apart.before;
    int32_t number = counted(table);
    int64_t alone = 0, left = count, quarters = count < SEVERAL ? 1 : 4;
    for (int64_t quarter = 0; quarter < quarters; quarter++, next = held_count) {
        int64_t nth = quarters == 1 ? 0 : ORDER[quarter], i = count * nth / quarters;
        for (int64_t end = count * (nth + 1) / quarters; i < end; i++, left--) {
            uint32_t place; /* where in `held` the shingle is first */
            if (next < held_count && held[next + SHINGLE - 1] == text[i + SHINGLE - 1]) {
                place = table->places[next++];
            } else {
                if ((double)(shared + left) < enough + ratio * (double)alone) return -1;
                hash_some(text + i, 1, table->factors, &hash);
                uint32_t at = found_at(table->slots, mask, before, hash, held, text + i);
                if (table->slots[at] <= before) {
                    next = held_count;
                    if (apart) {
                        uint32_t spot =
                            found_at(apart, apart_mask, apart_before, hash, text, text + i);
                        alone += apart[spot] <= apart_before;
                        apart[spot] = apart_before + 1 + (uint32_t)i;
                    }
                    continue;
                }
                place = table->slots[at] - before - 1;
                next = place + 1;
            }
            shared += table->stamps[place] != number;
            table->stamps[place] = number;
        }
    }
    if (apart) *others = alone;
    return shared;
}

int64_t count_both(const shingle_table *table, const uint32_t *held, int64_t filled, int64_t own,
                   const uint32_t *text, int64_t length, double least, int64_t *distinct) {
    uint32_t *apart = table->slots + table->size;
    emptied(apart, table->size, length, &table->age->apart);
    int64_t others = 0;
    /* the union is `own` and what is not held; J >= least asks for that share of it */
    double enough = least * (double)own * (1 - ROUNDING), ratio = least * (1 - ROUNDING);
    int64_t shared =
        count_runs(table, held, filled, text, length, enough, ratio, apart, &others);
    if (shared >= 0) *distinct = shared + others;
    return shared;
}

int64_t count_shared(const shingle_table *table, const uint32_t *held, int64_t filled,
                     const uint32_t *text, int64_t length, int64_t part, int64_t parts,
                     int64_t enough) {
    if (parts == 1)
        return count_runs(table, held, filled, text, length, (double)enough, 0, NULL, NULL);
    uint32_t mask = (uint32_t)slots_for(filled, table->size) - 1, hashes[TOGETHER];
    uint32_t before = table->age->held.before;
    int32_t number = counted(table);
    int64_t shared = 0, count = length - SHINGLE + 1;
    for (int64_t begin = 0; begin < count; begin += TOGETHER) {
        int64_t some = count - begin < TOGETHER ? count - begin : TOGETHER;
        hash_some(text + begin, some, table->factors, hashes);
        for (int64_t i = 0; i < some; i++) {
            if (!in_part(hashes[i], part, parts)) continue;
            uint32_t at = found_at(table->slots, mask, before, hashes[i], held, text + begin + i);
            if (table->slots[at] <= before || table->stamps[at] == number) continue;
            table->stamps[at] = number;
            shared++;
        }
    }
    return shared;
}

EXPORT int64_t tda_slots_for(int64_t length, int64_t most) { return slots_for(length, most); }

EXPORT int64_t tda_parts_of(int64_t length, int64_t slots) { return parts_of(length, slots); }

/* Distinct shingles of `left` and of `right`, and how many they share, at `out`; both have at least
   SHINGLE code points. */
EXPORT void tda_shared(const shingle_table *given, const uint32_t *left, int64_t left_length,
                       const uint32_t *right, int64_t right_length, int64_t *out) {
    shingle_table table = *given;
    int64_t longer = left_length > right_length ? left_length : right_length;
    int64_t parts = parts_of(longer, table.size);
    out[0] = out[1] = out[2] = 0;
    for (int64_t part = 0; part < parts; part++) {
        out[0] += fill(&table, left, left_length, part, parts);
        out[1] += fill(&table, right, right_length, part, parts);
        out[2] += count_shared(&table, right, right_length, left, left_length, part, parts, 0);
    }
}
