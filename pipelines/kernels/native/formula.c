/* The steps of a normal form that is made piece by piece (normalise_formula.py). */
#include "text.h"

/* Whether anything was written in the text, and whether a space waits, from piece to piece. */
typedef struct {
    uint8_t written, waiting;
} spaces;

/* A space is only written once something follows it. */
INLINE int64_t put(uint32_t point, bool is_space, spaces *state, uint32_t *points, int64_t end) {
    if (is_space) {
        state->waiting = state->written;
        return end;
    }
    if (state->waiting) points[end++] = ' ';
    state->written = 1;
    state->waiting = 0;
    points[end++] = point;
    return end;
}

/* The first byte from `at` on before which the text may be cut, or its length. */
EXPORT int64_t tda_next_safe(const uint8_t *data, int64_t size, int64_t at,
                             const uint32_t *entries) {
    text_table table = {entries, NULL, NULL};
    for (; at < size; at++) {
        if ((data[at] & 0xC0) == 0x80) continue;
        int width;
        uint32_t entry = entry_of(&table, decode(data + at, data + size, &width));
        if (!DEPENDS(entry)) break;
    }
    return at;
}

/* The most code points in a row that depend on what precedes them. */
EXPORT int64_t tda_longest_unsafe(const uint8_t *data, int64_t size, const uint32_t *entries) {
    text_table table = {entries, NULL, NULL};
    int64_t longest = 0, run = 0;
    for (int64_t at = 0; at < size;) {
        int width;
        uint32_t entry = entry_of(&table, decode(data + at, data + size, &width));
        run = DEPENDS(entry) ? run + 1 : 0;
        longest = run > longest ? run : longest;
        at += width;
    }
    return longest;
}

/* How many code points of the normal form `points` begins with; -1 where it needs the formula. */
EXPORT int64_t tda_by_table(const uint8_t *data, int64_t size, const uint32_t *entries,
                            const int64_t *starts, const uint32_t *expansions, spaces *state,
                            uint32_t *points) {
    text_table table = {entries, starts, expansions};
    int64_t at = 0, end = 0;
    while (at < size) {
        int width;
        uint32_t entry = entry_of(&table, decode(data + at, data + size, &width));
        at += width;
        uint32_t point = POINT(entry);
        if (!(entry & SPECIAL)) {
            end = put(point, entry & SPACE, state, points, end);
        } else if (DEPENDS(entry)) {
            return -1;
        } else {
            for (int64_t i = starts[point]; i < starts[point + 1]; i++)
                end = put(expansions[i], expansions[i] == ' ', state, points, end);
        }
    }
    return end;
}

/* How many code points `points` begins with: those of `folded`, white space collapsed. */
EXPORT int64_t tda_collapsed(const uint32_t *folded, int64_t size, const uint32_t *entries,
                             spaces *state, uint32_t *points) {
    text_table table = {entries, NULL, NULL};
    int64_t end = 0;
    for (int64_t i = 0; i < size; i++) {
        uint32_t entry = entry_of(&table, folded[i]);
        bool is_space = (entry & (SPACE | SPECIAL)) == SPACE;
        end = put(folded[i], is_space, state, points, end);
    }
    return end;
}
