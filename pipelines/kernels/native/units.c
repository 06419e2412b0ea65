/* Words in place of characters, so that shingles are runs of five words: see units.py. */
#include "units.h"

enum { LATIN = 2, DIGIT = 3, KANA = 5, HANGUL = 6, LETTER = 7 };
#define LETTERS (1u << LATIN | 1u << DIGIT | 1u << HANGUL | 1u << LETTER)
#define SINGLES (1u << HAN_CLASS | 1u << KANA)

INLINE uint32_t finished(uint64_t hash) {
    hash = (hash ^ hash >> 32) * 0xFF51AFD7ED558CCDu;
    return (uint32_t)(hash >> 32);
}

/* Where words end nobody can foretell, so each is written again and again until it does. */
int64_t words_of(const uint32_t *points, int64_t size, const text_table *table, uint32_t *out) {
    int64_t words = 0;
    uint64_t hash = 0; /* of the word that is open */
    uint32_t open = 0;
    for (int64_t i = 0; i < size; i++) {
        uint32_t class = CLASS(entry_of(table, points[i]));
        uint32_t letter = LETTERS >> class & 1, alone = SINGLES >> class & 1;
        out[words] = finished(hash);
        words += open & ~letter;
        uint64_t value = (points[i] + 1) * 0x9E3779B97F4A7C15u;
        out[words] = finished(value);
        words += alone;
        uint64_t longer = (hash ^ (points[i] + 1)) * 0x9E3779B97F4A7C15u;
        hash = longer & (0 - (uint64_t)letter);
        open = letter;
    }
    if (open) out[words++] = finished(hash);
    if (words == 0) memcpy(out, points, (size_t)size * sizeof *out);
    return words ? words : size;
}

/* The words of n normal texts, one text after the other; `out` has room for one more
   than all code points. */
EXPORT void tda_words(const uint32_t *points, const int64_t *offsets, int64_t n,
                      const uint32_t *entries, uint32_t *out, int64_t *ends) {
    text_table table = {entries, NULL, NULL};
    ends[0] = 0;
    for (int64_t i = 0; i < n; i++)
        ends[i + 1] = ends[i] + words_of(points + offsets[i], offsets[i + 1] - offsets[i], &table,
                                         out + ends[i]);
}
