/* Blocks of normal texts: made, written in UTF-8, put where they are wanted. */
#include "normal.h"

/* The normal forms of n texts, those with the numbers `rows` or, where it is NULL, the first n, one
   after the other at `points`: lengths[i] code points, -1 for a text that depends on neighbours.
   Returns how many code points are written. */
EXPORT int64_t tda_normalise(const uint8_t *data, const int64_t *offsets, const int64_t *rows,
                             int64_t n, const uint32_t *entries, const int64_t *starts,
                             const uint32_t *expansions, uint32_t *points, int64_t *lengths) {
    text_table table = {entries, starts, expansions};
    int64_t end = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t *at = offsets + (rows ? rows[i] : i);
        lengths[i] =
            normal_text(data + at[0], at[1] - at[0], &table, points + end, NULL, NULL, NULL);
        if (lengths[i] > 0) end += lengths[i];
    }
    return end;
}

/* n normal texts in UTF-8; `data` has room for 4 bytes a code point, `offsets` for n + 1. */
EXPORT void tda_encode(const uint32_t *points, const int64_t *ends, int64_t n, uint8_t *data,
                       int64_t *offsets) {
    int64_t at = 0;
    offsets[0] = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = ends[i]; j < ends[i + 1]; j++) at += encode(points[j], data + at);
        offsets[i + 1] = at;
    }
}

/* Text i of n, points[offsets[i]:offsets[i + 1]], is copied to out[targets[i]:]. */
EXPORT void tda_place(const uint32_t *points, const int64_t *offsets, int64_t n,
                      const int64_t *targets, uint32_t *out) {
    for (int64_t i = 0; i < n; i++)
        memcpy(out + targets[i], points + offsets[i],
               (size_t)(offsets[i + 1] - offsets[i]) * sizeof *out);
}

/* Text i of n, whose sizes[i] code points begin at held[begins[i]] in widths[i] bytes each,
   is written to out[targets[i]:]. */
EXPORT void tda_widen(const uint8_t *held, const int64_t *begins, const int64_t *sizes,
                      const uint8_t *widths, int64_t n, const int64_t *targets, uint32_t *out) {
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *from = held + begins[i];
        uint32_t *to = out + targets[i];
        if (widths[i] == 4) {
            memcpy(to, from, (size_t)sizes[i] * sizeof *to);
        } else if (widths[i] == 2) {
            for (int64_t j = 0; j < sizes[i]; j++) {
                uint16_t point;
                memcpy(&point, from + 2 * j, sizeof point);
                to[j] = point;
            }
        } else {
            for (int64_t j = 0; j < sizes[i]; j++) to[j] = from[j];
        }
    }
}
