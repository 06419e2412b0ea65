/* Candidates that share keys, put in the order of judgement: see grouping.py. */
#include "text.h"

INLINE int32_t root_of(int32_t *parents, int32_t at) {
    while (parents[at] != at) at = parents[at] = parents[parents[at]];
    return at;
}

/* The least member of the component of each of `count` candidates. Entry e says that members[e] has
   key keys[e]; keys ascend, and members within a key. */
EXPORT void tda_roots(const int32_t *keys, const int32_t *members, int64_t entries, int64_t count,
                      int32_t *parents) {
    for (int64_t i = 0; i < count; i++) parents[i] = (int32_t)i;
    for (int64_t e = 1; e < entries; e++) {
        if (keys[e] != keys[e - 1]) continue;
        int32_t left = root_of(parents, members[e - 1]), right = root_of(parents, members[e]);
        if (left < right)
            parents[right] = left;
        else
            parents[left] = right;
    }
    for (int64_t i = 0; i < count; i++) parents[i] = parents[parents[i]]; /* never above its child */
}

/* Keys by candidate, whose new number is place[old]; `ends` has count + 1 zeros, `sizes` one a key. */
EXPORT void tda_spread(const int32_t *keys, const int32_t *members, int64_t entries,
                       const int64_t *place, int64_t count, int64_t *ends, int32_t *by_member,
                       int32_t *sizes) {
    for (int64_t e = 0; e < entries; e++) {
        ends[place[members[e]] + 1]++;
        sizes[keys[e]]++;
    }
    for (int64_t i = 0; i < count; i++) ends[i + 1] += ends[i];
    for (int64_t e = 0; e < entries; e++) by_member[ends[place[members[e]]]++] = keys[e];
    for (int64_t i = count; i > 0; i--) ends[i] = ends[i - 1]; /* back to where each begins */
    ends[0] = 0;
}

/* How many keys more than `most` of the kept candidates have; `under` has a zero a key. */
EXPORT int64_t tda_crowded(const int64_t *ends, const int32_t *keys, int64_t count,
                           const uint8_t *kept, int32_t *under, int64_t most) {
    int64_t crowded = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!kept[i]) continue;
        for (int64_t at = ends[i]; at < ends[i + 1]; at++) crowded += ++under[keys[at]] == most + 1;
    }
    return crowded;
}
