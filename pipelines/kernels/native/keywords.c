/* Thousands of terms in one pass: a set of their first two code points lets most positions go by,
   and from the others a trie is walked, two code points at the first step.

   Reference: E. Fredkin, Trie memory (1960). The links by which A. Aho and M. Corasick (1975) never
   look at a code point twice would cost more than they save: terms are short, and few begin. */
#include "keywords.h"

#define PROBES 256 /* slots looked at for one edge, at most: see tda_keyword_build */
#define WAITING 256

INLINE uint64_t edge_key(uint64_t from, uint32_t point) { return (from & 0x1FFFFF) << 21 | point; }

INLINE uint64_t slot_of(const edge_table *table, uint64_t key, int64_t salt) {
    uint64_t x = (key ^ (uint64_t)salt) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 32) * 0xD6E8FEB86659FD93u;
    return (x ^ x >> 32) & (uint64_t)(table->size - 1);
}

/* Where the edge leads, or 0 where there is none. */
INLINE uint32_t follow(const edge_table *table, uint64_t key, int64_t salt) {
    uint64_t at = slot_of(table, key, salt), entry;
    while ((entry = table->slots[at]) >> 21 != key || entry == 0) {
        if (entry == 0) return 0;
        at = (at + 1) & (uint64_t)(table->size - 1);
    }
    return entry & 0x1FFFFF;
}

INLINE uint32_t pair_hash(uint32_t first, uint32_t second) {
    uint32_t x = first * 0x9E3779B1u + second * 0x85EBCA77u;
    return x ^ x >> 15;
}

INLINE uint32_t follow_bit(uint32_t point) { return 1u << (point * 0x9E3779B1u >> 27); }

INLINE uint32_t in_set(const uint32_t *set, uint32_t number) {
    return set[number >> 5] >> (number & 31) & 1;
}

INLINE uint32_t in_ascii_word(uint32_t point) {
    return (uint32_t)(point - 'a' < 26) | (uint32_t)(point - '0' < 10);
}

/* Letters that go on a word of ASCII; a normal text has no capitals. */
INLINE uint32_t in_word(uint32_t point) {
    return in_ascii_word(point) |
           ((uint32_t)(point - 0xC0 < 0x190) & (uint32_t)(point != 0xD7) & (uint32_t)(point != 0xF7));
}

INLINE void count_term(const keyword_node *node, const uint32_t *points, int64_t size,
                       int64_t next, keyword_found *found) {
    if (node->term == NO_TERM) return;
    if ((node->term & 1) && next < size && in_word(points[next])) return;
    uint32_t term = node->term >> 1;
    found->touched[found->touched_count] = (int32_t)term;
    found->touched_count += found->counts[term] == 0;
    found->counts[term]++;
}

/* Terms that begin at `begin`. */
static void occurrences(const keyword_table *table, const uint32_t *points, int64_t size,
                        int64_t begin, keyword_found *found) {
    uint32_t first = points[begin];
    /* whatever begins with an ASCII letter or digit wants its border */
    if (begin > 0 && in_ascii_word(first) && in_word(points[begin - 1])) return;
    if (table->has_singles && in_set(table->singles, first & 0xFFFF)) {
        uint32_t node = follow(&table->edges, edge_key(0, first), table->salt);
        if (node) count_term(table->nodes + node, points, size, begin + 1, found);
    }
    if (begin + 1 == size) return;
    uint32_t node = follow(&table->pairs, edge_key(first, points[begin + 1]), table->salt);
    int64_t end = size - begin < LONGEST_TERM ? size : begin + LONGEST_TERM;
    for (int64_t next = begin + 2; node; next++) {
        const keyword_node *here = table->nodes + node;
        count_term(here, points, size, next, found);
        if (next >= end || !(here->follow & follow_bit(points[next]))) return;
        node = follow(&table->edges, edge_key(node, points[next]), table->salt);
    }
}

/* Bit i is set where a term may begin at points[i]; points[-1] and points[BLOCK] can be read. */
INLINE uint64_t candidates(const keyword_table *table, const uint32_t *points) {
    uint32_t least = (uint32_t)table->least, span = (uint32_t)(table->most - table->least);
    uint32_t within = 0, hashes[BLOCK], marks[BLOCK];
    for (int i = 0; i < BLOCK; i++) within |= (uint32_t)(points[i] - least <= span);
    if (!within) return 0;
    uint32_t mask = (uint32_t)(table->bits - 1);
    for (int i = 0; i < BLOCK; i++) hashes[i] = pair_hash(points[i], points[i + 1]) & mask;
    for (int i = 0; i < BLOCK; i++) marks[i] = in_set(table->begins, hashes[i]);
    if (table->has_singles)
        for (int i = 0; i < BLOCK; i++) marks[i] |= in_set(table->singles, points[i] & 0xFFFF);
    if (table->has_ascii)
        for (int i = 0; i < BLOCK; i++)
            marks[i] &= 1 ^ (in_ascii_word(points[i]) & in_word(points[i - 1]));
    uint8_t bytes[BLOCK];
    for (int i = 0; i < BLOCK; i++) bytes[i] = (uint8_t)marks[i];
    return WHERE(load64(bytes) != 0);
}

/* The same for the one place `at`, whatever stands beside it. */
INLINE bool may_begin(const keyword_table *table, const uint32_t *points, int64_t size,
                      int64_t at) {
    uint32_t first = points[at], mask = (uint32_t)(table->bits - 1);
    if (first - (uint32_t)table->least > (uint32_t)(table->most - table->least)) return false;
    if (table->has_singles && in_set(table->singles, first & 0xFFFF)) return true;
    return at + 1 < size && in_set(table->begins, pair_hash(first, points[at + 1]) & mask);
}

void keyword_count(const keyword_table *table, const uint32_t *points, int64_t size, int64_t from,
                   int64_t to, keyword_found *found) {
    if (table->count == 0 || from >= to) return;
    int64_t at = from, paired = to < size ? to : size - 1; /* positions that have a successor */
    if (at == 0 && may_begin(table, points, size, at)) occurrences(table, points, size, at, found);
    at += at == 0;
    while (at + BLOCK <= paired) {
        int64_t waiting[WAITING + BLOCK], count = 0;
        for (; at + BLOCK <= paired && count < WAITING; at += BLOCK) {
            uint64_t left = candidates(table, points + at);
            while (left) {
                int64_t place = at + lowest64(left);
                uint64_t key = edge_key(points[place], points[place + 1]);
                __builtin_prefetch(table->pairs.slots + slot_of(&table->pairs, key, table->salt));
                waiting[count++] = place;
                left &= left - 1;
            }
        }
        for (int64_t i = 0; i < count; i++) occurrences(table, points, size, waiting[i], found);
    }
    for (; at < to; at++)
        if (may_begin(table, points, size, at)) occurrences(table, points, size, at, found);
}

static int by_number(const void *left, const void *right) {
    return *(const int32_t *)left - *(const int32_t *)right;
}

static void sort_terms(int32_t *terms, int64_t count) {
    if (count > 64) {
        qsort(terms, (size_t)count, sizeof *terms, by_number);
        return;
    }
    for (int64_t i = 1; i < count; i++) {
        int32_t term = terms[i];
        int64_t at = i;
        for (; at > 0 && terms[at - 1] > term; at--) terms[at] = terms[at - 1];
        terms[at] = term;
    }
}

bool keyword_close(keyword_found *found, int64_t text) {
    int64_t wanted = found->used + found->touched_count;
    if (wanted > found->room) {
        int64_t room = wanted + wanted / 2 + 1024;
        int64_t *rows = realloc(found->rows, (size_t)room * 3 * sizeof *rows);
        if (rows == NULL) return false;
        found->rows = rows;
        found->room = room;
    }
    sort_terms(found->touched, found->touched_count);
    for (int64_t i = 0; i < found->touched_count; i++) {
        int32_t term = found->touched[i];
        int64_t *row = found->rows + 3 * found->used++;
        row[0] = text;
        row[1] = term;
        row[2] = found->counts[term];
        found->counts[term] = 0;
    }
    found->touched_count = 0;
    return true;
}

bool keyword_hits(const keyword_table *table, const uint32_t *points, int64_t size, int64_t text,
                  keyword_found *found) {
    keyword_count(table, points, size, 0, size, found);
    return keyword_close(found, text);
}

/* The slot of an edge, free or its own, or -1 where too many edges fall together. */
static int64_t place_of(const edge_table *table, uint64_t key, int64_t salt) {
    uint64_t at = slot_of(table, key, salt);
    for (int tries = 0; tries < PROBES; tries++) {
        if (table->slots[at] == 0 || table->slots[at] >> 21 == key) return (int64_t)at;
        at = (at + 1) & (uint64_t)(table->size - 1);
    }
    return -1;
}

/* The longest run of taken slots is what a look for an edge that is not there may cost. */
static bool runs_are_short(const edge_table *table) {
    int64_t run = 0;
    for (int64_t slot = 0; slot < table->size + PROBES; slot++) {
        run = table->slots[slot & (table->size - 1)] == 0 ? 0 : run + 1;
        if (run >= PROBES) return false;
    }
    return true;
}

/* The trie and the sets of the terms of `table`, none empty, none longer than LONGEST_TERM, none
   twice; all arrays are cleared before, and there are as many nodes as code points and one more, at
   most 2**21. The number of nodes, or -1 where, with this salt, some edge lies far from its slot:
   a library may be made so that its edges fall together, but hardly for every salt. */
EXPORT int64_t tda_keyword_build(const uint32_t *points, const int64_t *offsets,
                                 keyword_table *table) {
    int64_t nodes = 1;
    table->has_singles = table->has_ascii = table->most = 0;
    table->least = 0x1FFFFF;
    table->nodes[0].term = NO_TERM;
    for (int64_t term = 0; term < table->count; term++) {
        const uint32_t *text = points + offsets[term];
        int64_t size = offsets[term + 1] - offsets[term];
        uint64_t node = size > 1 ? text[0] : 0; /* what the first edge starts from */
        for (int64_t i = size > 1; i < size; i++) {
            const edge_table *edges = size > 1 && i == 1 ? &table->pairs : &table->edges;
            uint64_t key = edge_key(node, text[i]);
            int64_t at = place_of(edges, key, table->salt);
            if (at < 0) return -1;
            if (edges->slots[at] == 0) {
                edges->slots[at] = key << 21 | (uint64_t)nodes;
                if (edges == &table->edges) table->nodes[node].follow |= follow_bit(text[i]);
                table->nodes[nodes].follow = 0;
                table->nodes[nodes++].term = NO_TERM;
            }
            node = edges->slots[at] & 0x1FFFFF;
        }
        table->nodes[node].term = (uint32_t)term << 1 | in_ascii_word(text[size - 1]);
        table->has_singles |= size == 1;
        table->has_ascii |= in_ascii_word(text[0]);
        table->least = text[0] < table->least ? text[0] : table->least;
        table->most = text[0] > table->most ? text[0] : table->most;
        uint32_t number = size > 1 ? pair_hash(text[0], text[1]) & (uint32_t)(table->bits - 1)
                                   : text[0] & 0xFFFF;
        uint32_t *set = size > 1 ? table->begins : table->singles;
        set[number >> 5] |= 1u << (number & 31);
    }
    return runs_are_short(&table->pairs) && runs_are_short(&table->edges) ? nodes : -1;
}

/* Room to gather what is found of `count` terms, or NULL without memory. */
EXPORT keyword_found *tda_keywords_begin(int64_t count) {
    keyword_found *found = calloc(1, sizeof *found);
    if (found == NULL) return NULL;
    found->counts = calloc((size_t)count, sizeof *found->counts);
    found->touched = calloc((size_t)count + 1, sizeof *found->touched); /* one is written in vain */
    if (found->counts && found->touched) return found;
    free(found->counts);
    free(found->touched);
    free(found);
    return NULL;
}

EXPORT void tda_keywords_end(keyword_found *found) {
    free(found->counts);
    free(found->touched);
    free(found->rows);
    free(found);
}

/* How many rows wait to be taken. */
EXPORT int64_t tda_keywords_waiting(const keyword_found *found) { return found->used; }

/* The rows that wait are written to `rows`, and wait no longer. */
EXPORT void tda_keywords_take(keyword_found *found, int64_t *rows) {
    if (found->used) memcpy(rows, found->rows, (size_t)found->used * 3 * sizeof *rows);
    free(found->rows);
    found->rows = NULL;
    found->used = found->room = 0;
}

/* The terms in n normal texts become rows; text i has the number numbers[i]. -1 without memory. */
EXPORT int64_t tda_keywords(const uint32_t *points, const int64_t *offsets, int64_t n,
                            const int64_t *numbers, const keyword_table *table,
                            keyword_found *found) {
    for (int64_t i = 0; i < n; i++) {
        const uint32_t *text = points + offsets[i];
        if (!keyword_hits(table, text, offsets[i + 1] - offsets[i], numbers[i], found)) return -1;
    }
    return 0;
}

/* A text that comes in parts: count in each, then close. */
EXPORT void tda_keywords_part(const uint32_t *points, int64_t size, int64_t from, int64_t to,
                              const keyword_table *table, keyword_found *found) {
    keyword_count(table, points, size, from, to, found);
}

EXPORT int64_t tda_keywords_close(keyword_found *found, int64_t text) {
    return keyword_close(found, text) ? 0 : -1;
}
