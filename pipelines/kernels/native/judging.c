/* The law of near duplicates over texts in memory, one component of candidates after the other: a
   component is normalised and compared while it is near, and nothing of it is needed after. */
#include "keeping.h"
#include "normal.h"
#include "units.h"

typedef struct {
    const uint8_t *data; /* all texts in UTF-8 */
    const int64_t *offsets;
    const int64_t *rows;  /* of each candidate, which text it is */
    const int64_t *heads; /* the first candidate of each component, and the number of candidates */
    int64_t components;
    text_table table;
    uint32_t *points, *words; /* room for the texts of one component; words where they are units */
    int64_t room;
    int32_t *members; /* room for one component */
    int64_t *ends;    /* one more */
    int64_t most;     /* members it may have */
} source;

/* The texts of the candidates from `first` to `last` as a wave; false where they have no room, or
   one of them depends on neighbours. */
static bool taken(const source *s, int64_t first, int64_t last, text_wave *wave) {
    int64_t used = 0;
    if (last - first > s->most) return false;
    s->ends[0] = 0;
    for (int64_t i = first; i < last; i++) {
        const int64_t *at = s->offsets + s->rows[i];
        int64_t size = at[1] - at[0];
        if (used + size + size / 2 + 2 * BLOCK >= s->room) return false;
        uint32_t *points = s->points + used;
        int64_t length = normal_text(s->data + at[0], size, &s->table, points, NULL, NULL, NULL);
        if (length < 0) return false;
        used += s->words ? words_of(points, length, &s->table, s->words + used) : length;
        s->members[i - first] = (int32_t)i;
        s->ends[i - first + 1] = used;
    }
    wave->members = s->members;
    wave->count = last - first;
    wave->points = s->words ? s->words : s->points;
    wave->ends = s->ends;
    return true;
}

/* Judges component by component, from number `at` on. Returns the number of the first one that
   asks for more room or for the formula, or how many there are; -1 without memory. */
EXPORT int64_t tda_judge(comparison *c, const source *s, int64_t at) {
    c->decide = 1;
    for (; at < s->components; at++) {
        if (!taken(s, s->heads[at], s->heads[at + 1], &c->wave)) break;
        c->others = c->wave;
        if (!weigh_wave(c)) return -1;
    }
    return at;
}
