/* Words in place of characters, so that shingles are runs of five words: see units.py. */
#include "text.h"

enum { LATIN = 2, DIGIT = 3, KANA = 5, HANGUL = 6, LETTER = 7 };

INLINE uint32_t finished(uint64_t hash) {
    hash = (hash ^ hash >> 32) * 0xFF51AFD7ED558CCDu;
    return (uint32_t)(hash >> 32);
}

/* The words of points[0:size] at `out`, which has room for as many; how many there are. A text with
   no word keeps its code points. */
static int64_t words_of(const uint32_t *points, int64_t size, const text_table *table,
                        uint32_t *out) {
    int64_t words = 0;
    uint64_t hash = 0;
    bool open = false;
    for (int64_t i = 0; i <= size; i++) {
        uint32_t class = i < size ? CLASS(entry_of(table, points[i])) : OTHER_CLASS;
        bool letter = class == LATIN || class == DIGIT || class == HANGUL || class == LETTER;
        bool alone = class == HAN_CLASS || class == KANA;
        if (open && !letter) out[words++] = finished(hash);
        if (alone) out[words++] = finished((points[i] + 1) * 0x9E3779B97F4A7C15u);
        if (letter) hash = ((open ? hash : 0) ^ (points[i] + 1)) * 0x9E3779B97F4A7C15u;
        open = letter;
    }
    if (words == 0) memcpy(out, points, (size_t)size * sizeof *out);
    return words ? words : size;
}

/* The words of n normal texts, one text after the other; `out` has room for all code points. */
EXPORT void tda_words(const uint32_t *points, const int64_t *offsets, int64_t n,
                      const uint32_t *entries, uint32_t *out, int64_t *ends) {
    text_table table = {entries, NULL, NULL};
    ends[0] = 0;
    for (int64_t i = 0; i < n; i++)
        ends[i + 1] = ends[i] + words_of(points + offsets[i], offsets[i + 1] - offsets[i], &table,
                                         out + ends[i]);
}
