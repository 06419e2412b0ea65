#include "inside.h"

#define MIX 0x9E3779B97F4A7C15u
#define TOGETHER 512 /* places looked at together */

INLINE uint64_t spread(uint64_t hash) {
    hash ^= hash >> 32;
    return hash * MIX;
}

INLINE uint64_t top(uint64_t spread_hash, int64_t count) {
    return spread_hash >> (64 - __builtin_ctzll((uint64_t)count));
}

INLINE uint64_t hash_of(const uint32_t *points, int64_t length, uint64_t factor) {
    uint64_t hash = 0;
    for (int64_t i = 0; i < length; i++) hash = hash * factor + points[i] + 1;
    return hash;
}

/* The hash of the `length` code points at each of `count` places. */
EXPORT void tda_anchor_hashes(const uint32_t *points, const int64_t *places, int64_t count,
                              int64_t length, int64_t factor, uint64_t *out) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t hash = hash_of(points + places[i], length, (uint64_t)factor);
        out[i] = hash ? hash : 1;
    }
}

/* Fill the empty slots and bits; anchor i has hashes[i], no two the same. Half the slots stay empty. */
EXPORT void tda_anchor_build(const uint64_t *hashes, int64_t count, uint64_t *slots,
                             int32_t *anchors, int64_t size, uint32_t *bits, int64_t bit_count) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t mixed = spread(hashes[i]), bit = top(mixed, bit_count);
        int64_t at = (int64_t)top(mixed, size);
        bits[bit >> 5] |= 1u << (bit & 31);
        while (slots[at]) at = (at + 1) & (size - 1);
        slots[at] = hashes[i];
        anchors[at] = (int32_t)i;
    }
}

INLINE int64_t lesser(int64_t one, int64_t other) { return one < other ? one : other; }

/* Question q would begin at `from` in points[0:count], which is `base` in the text: how much of it
   stands in the passage there. A quarter of its length beside it on both sides is looked at too. */
static void look(const question_table *asked, passage_search *search, int which, int64_t q,
                 const uint32_t *points, int64_t count, int64_t from, int64_t base) {
    const uint32_t *question = asked->points + asked->ends[q];
    int64_t length = asked->ends[q + 1] - asked->ends[q], beside = length / 4;
    int64_t begin = from > beside ? from - beside : 0;
    int64_t end = lesser(count, from + length + beside);
    if (search->most[q] < 0) {
        search->most[q] = 0;
        search->met[search->met_count++] = (int32_t)q;
    } else if (search->most[q] == asked->distinct[q] || search->aligned[q] == from + base) {
        return;
    }
    int64_t cost = end - begin + length;
    if (search->left[which] < cost) {
        search->left[which] = 0;
        search->crowded = 1;
        return;
    }
    search->left[which] -= cost;
    search->aligned[q] = from + base;
    if (search->held != q) {
        fill(asked->shingles, question, length, 0, 1);
        search->held = q;
    }
    int64_t shared = count_shared(asked->shingles, question, length, points + begin, end - begin, 0,
                                  1, asked->needed[q]);
    if (shared > search->most[q]) search->most[q] = shared;
}

/* Whether `needed` code points of a question stand in the text in a row, with those at `offset` and
   `at`, of which `length` are the same. */
INLINE bool in_a_row(const uint32_t *question, int64_t size, int64_t offset, const uint32_t *points,
                     int64_t count, int64_t at, int64_t length, int64_t needed) {
    int64_t first = 0, last = length;
    while (last - first < needed && offset + last < size && at + last < count &&
           question[offset + last] == points[at + last])
        last++;
    while (last - first < needed && offset + first > 0 && at + first > 0 &&
           question[offset + first - 1] == points[at + first - 1])
        first--;
    return last - first >= needed;
}

/* The anchor with `hash`, if there is one, stands at `at`: its questions may stand around it. */
static void meet(const question_table *asked, int which, passage_search *search, uint64_t hash,
                 const uint32_t *points, int64_t count, int64_t at, int64_t base) {
    const anchor_table *table = asked->tables[which];
    int64_t slot = (int64_t)top(spread(hash), table->size), length = table->length;
    while (table->slots[slot] && table->slots[slot] != hash) slot = (slot + 1) & (table->size - 1);
    if (!table->slots[slot]) return;
    int64_t last = table->starts[table->anchors[slot] + 1];
    for (int64_t entry = table->starts[table->anchors[slot]]; entry < last; entry++) {
        int64_t q = table->questions[entry], offset = table->offsets[entry];
        const uint32_t *question = asked->points + asked->ends[q];
        if (memcmp(question + offset, points + at, (size_t)length * sizeof *points) == 0 &&
            in_a_row(question, asked->ends[q + 1] - asked->ends[q], offset, points, count, at,
                     length, asked->runs[q]))
            look(asked, search, which, q, points, count, at - offset, base);
    }
}

/* Hashes are made, and most of them turned away, many at a time: no step waits for another. */
static void search_table(const question_table *asked, int which, passage_search *search,
                         const uint32_t *points, int64_t count, int64_t begin, int64_t end,
                         int64_t base) {
    const anchor_table *table = asked->tables[which];
    if (!table) return;
    int64_t length = table->length, there[TOGETHER];
    uint64_t factor = (uint64_t)table->factor, leaving = 1, hashes[TOGETHER];
    const uint32_t *bits = table->bits;
    int shift = 64 - __builtin_ctzll((uint64_t)table->bit_count);
    end = lesser(end, count - length + 1);
    if (begin >= end) return;
    for (int64_t i = 0; i < length; i++) leaving *= factor;
    uint64_t hash = hash_of(points + begin, length, factor);
    for (int64_t from = begin; from < end; from += TOGETHER) {
        int64_t some = lesser(end - from, TOGETHER), met = 0;
        const uint32_t *first = points + from;
        hashes[0] = hash;
        for (int64_t i = 1; i < some; i++)
            hashes[i] = hash = hash * factor + (first[i + length - 1] + 1u) -
                               leaving * (first[i - 1] + 1u);
        for (int64_t i = 0; i < some; i++) {
            uint64_t wanted = hashes[i] + !hashes[i], bit = spread(wanted) >> shift;
            hashes[met] = wanted;
            there[met] = from + i;
            met += bits[bit >> 5] >> (bit & 31) & 1;
        }
        for (int64_t i = 0; i < met; i++)
            __builtin_prefetch(table->slots + top(spread(hashes[i]), table->size));
        for (int64_t i = 0; i < met; i++)
            meet(asked, which, search, hashes[i], points, count, there[i], base);
        if (from + some < end)
            hash = hash * factor + (first[some + length - 1] + 1u) -
                   leaving * (first[some - 1] + 1u);
    }
}

/* Anchors that begin at begin, ..., end - 1 of points[0:count], which stand at `base` in their text,
   are looked for. Every passage there must be whole in points, or end where the text does. */
EXPORT void tda_inside_part(const question_table *asked, passage_search *search,
                            const uint32_t *points, int64_t count, int64_t begin, int64_t end,
                            int64_t base) {
    for (int which = 0; which < 2; which++)
        search_table(asked, which, search, points, count, begin, end, base);
}

/* A text begins, in which so many code points of passages are looked at for each table. */
EXPORT void tda_inside_begin(passage_search *search, int64_t budget) {
    search->left[0] = search->left[1] = budget;
    search->crowded = 0;
}

/* It ends, and is `place`: the question of which it holds the greatest share (of several the longest,
   then the first) and the shingles it holds of that at out[0:2], -1 for none; whether it was crowded
   at out[2]. */
EXPORT void tda_inside_end(const question_table *asked, passage_search *search, int64_t place,
                           int64_t *out) {
    int64_t chosen = -1, shared = 0;
    for (int64_t i = 0; i < search->met_count; i++) {
        int64_t q = search->met[i], most = search->most[q];
        search->most[q] = -1;
        if (most < asked->needed[q]) continue;
        if (most > search->best[q] ||
            (most == search->best[q] && place < search->best_place[q])) {
            search->best[q] = most;
            search->best_place[q] = place;
        }
        if (chosen >= 0) {
            int64_t ahead = most * asked->distinct[chosen] - shared * asked->distinct[q];
            if (!ahead)
                ahead = (asked->ends[q + 1] - asked->ends[q]) -
                        (asked->ends[chosen + 1] - asked->ends[chosen]);
            if (!ahead) ahead = chosen - q;
            if (ahead < 0) continue;
        }
        chosen = q;
        shared = most;
    }
    search->met_count = 0;
    out[0] = chosen;
    out[1] = shared;
    out[2] = search->crowded;
}

/* All of it for each of `count` whole texts. */
EXPORT void tda_inside(const question_table *asked, passage_search *search, const uint32_t *points,
                       const int64_t *ends, int64_t count, const int64_t *budgets,
                       const int64_t *places, int64_t *out) {
    for (int64_t i = 0; i < count; i++) {
        int64_t length = ends[i + 1] - ends[i];
        tda_inside_begin(search, budgets[i]);
        tda_inside_part(asked, search, points + ends[i], length, 0, length, 0);
        tda_inside_end(asked, search, places[i], out + 3 * i);
    }
}
