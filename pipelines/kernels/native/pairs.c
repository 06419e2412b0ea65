#include "jaccard.h"

/* For each of `count` pairs of texts, those with the same left one together, the shingles they share
   and the distinct ones they have together; each text has at least SHINGLE code points. */
EXPORT void tda_shared_by_pairs(const shingle_table *given, const uint32_t *points,
                                const int64_t *ends, const int64_t *left, const int64_t *right,
                                int64_t count, int64_t *shared, int64_t *together) {
    shingle_table table = *given;
    int64_t held = -1, own = 0; /* the text the table holds in one part, and its distinct shingles */
    for (int64_t i = 0; i < count; i++) {
        const uint32_t *a = points + ends[left[i]], *b = points + ends[right[i]];
        int64_t a_length = ends[left[i] + 1] - ends[left[i]];
        int64_t b_length = ends[right[i] + 1] - ends[right[i]], distinct = 0;
        int64_t parts = parts_of(a_length > b_length ? a_length : b_length, table.size);
        if (parts == 1) {
            if (held != left[i]) {
                own = fill(&table, a, a_length, 0, 1);
                held = left[i];
            }
            shared[i] = count_both(&table, a, a_length, own, b, b_length, 0, &distinct);
            together[i] = own + distinct - shared[i];
            continue;
        }
        held = -1;
        shared[i] = together[i] = 0;
        for (int64_t part = 0; part < parts; part++) {
            distinct = fill(&table, b, b_length, part, parts);
            distinct += fill(&table, a, a_length, part, parts);
            int64_t both = count_shared(&table, a, a_length, b, b_length, part, parts, 0);
            shared[i] += both;
            together[i] += distinct - both;
        }
    }
}
