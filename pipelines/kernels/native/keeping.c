/* The law of near duplicates over candidates that share keys: see keeping.py. */
#include "keeping.h"

INLINE int64_t list_end(const kept_lists *lists, int32_t key) {
    int64_t end = lists->starts[key] + lists->filled[key];
    return end < lists->starts[key + 1] ? end : lists->starts[key + 1];
}

/* How many of `others` are kept before `member` under a key of it; `scratch` begins with their
   indexes, ascending, each once. */
static int64_t gather(comparison *c, int32_t member) {
    int64_t found = 0;
    for (int64_t e = c->groups.ends[member]; e < c->groups.ends[member + 1]; e++) {
        int32_t key = c->groups.keys[e];
        int64_t end = list_end(&c->lists, key);
        for (int64_t at = c->lists.starts[key]; at < end; at++) {
            int32_t kept = c->lists.members[at];
            if (kept >= member) break; /* they ascend */
            int64_t index = c->indexes[kept];
            if (index < 0 || c->asked_by[kept] == member) continue;
            c->asked_by[kept] = member;
            int64_t place = found++; /* few, and most often in order */
            for (; place > 0 && c->scratch[place - 1] > index; place--)
                c->scratch[place] = c->scratch[place - 1];
            c->scratch[place] = index;
        }
    }
    return found;
}

INLINE const uint32_t *text_of(const text_wave *wave, int64_t index, int64_t *length) {
    *length = wave->ends[index + 1] - wave->ends[index];
    return wave->points + wave->ends[index];
}

static int64_t distinct_of(const shingle_table *table, const uint32_t *text, int64_t length) {
    int64_t parts = parts_of(length, table->size), distinct = 0;
    for (int64_t part = 0; part < parts; part++) distinct += fill(table, text, length, part, parts);
    return distinct;
}

/* How many of the first `found` of `scratch` are not known to be too large to reach the threshold.

   With `parts` above 1 all are known after. */
static int64_t of_fitting_size(comparison *c, int64_t size, int64_t found, int64_t parts) {
    int64_t fitting = 0;
    for (int64_t at = 0; at < found; at++) {
        int64_t index = c->scratch[at], length;
        int64_t *distinct = c->verdicts.distinct + c->others.members[index];
        const uint32_t *text = text_of(&c->others, index, &length);
        if (*distinct == 0 && (parts > 1 || parts_of(length, c->table.size) > 1))
            *distinct = distinct_of(&c->table, text, length);
        /* J is at most the ratio of the sizes; one shingle of slack for the rounding */
        if ((double)*distinct * c->threshold <= (double)(size - SHINGLE + 2))
            c->scratch[fitting++] = index;
    }
    return fitting;
}

/* `member` is removed for the one with this index, if it is similar enough and more than the last. */
static void judge(comparison *c, int32_t member, int64_t index, int64_t shared, int64_t both) {
    double *best = c->verdicts.similarity + member;
    double similarity = (double)shared / (double)(both - shared);
    if (similarity >= c->threshold && similarity > *best) {
        *best = similarity;
        c->verdicts.kept_for[member] = c->others.members[index];
    }
}

/* The verdict on `member`, whose text goes through the table in one part. */
static void weigh(comparison *c, const uint32_t *text, int64_t size, int32_t member,
                  int64_t found) {
    int64_t own = fill(&c->table, text, size, 0, 1);
    for (int64_t at = 0; at < found; at++) {
        int64_t index = c->scratch[at], length, shared;
        int64_t *distinct = c->verdicts.distinct + c->others.members[index];
        const uint32_t *other = text_of(&c->others, index, &length);
        double best = c->verdicts.similarity[member];
        double least = c->threshold > best ? c->threshold : best;
        if (*distinct == 0) {
            shared = count_both(&c->table, text, size, own, other, length, least, distinct);
        } else {
            /* J >= least means shared >= both * least / (1 + least), less the rounding */
            double both = (double)(own + *distinct);
            double needed = both * least / (1.0 + least) - ROUNDING * both;
            shared = count_shared(&c->table, text, size, other, length, 0, 1, (int64_t)needed);
        }
        if (shared >= 0) judge(c, member, index, shared, own + *distinct);
    }
    c->verdicts.distinct[member] = own;
}

/* The same part by part; false without memory. */
static bool weigh_in_parts(comparison *c, const uint32_t *text, int64_t size, int32_t member,
                           int64_t found, int64_t parts) {
    int64_t own = 0, *shared = calloc((size_t)found, sizeof *shared);
    if (shared == NULL) return false;
    for (int64_t part = 0; part < parts; part++) {
        own += fill(&c->table, text, size, part, parts);
        for (int64_t at = 0; at < found; at++) {
            int64_t length;
            const uint32_t *other = text_of(&c->others, c->scratch[at], &length);
            shared[at] += count_shared(&c->table, text, size, other, length, part, parts, 0);
        }
    }
    for (int64_t at = 0; at < found; at++) {
        int64_t index = c->scratch[at];
        int64_t distinct = c->verdicts.distinct[c->others.members[index]];
        judge(c, member, index, shared[at], own + distinct);
    }
    c->verdicts.distinct[member] = own;
    free(shared);
    return true;
}

static bool compare(comparison *c) {
    for (int64_t at = 0; at < c->wave.count; at++) {
        int32_t member = c->wave.members[at];
        int64_t size;
        const uint32_t *text = text_of(&c->wave, at, &size);
        if (size < SHINGLE) continue; /* one shingle, the whole text: like no other text */
        int64_t parts = parts_of(size, c->table.size);
        int64_t found = of_fitting_size(c, size, gather(c, member), parts);
        c->comparisons += found;
        if (found && parts == 1) weigh(c, text, size, member, found);
        if (found && parts > 1 && !weigh_in_parts(c, text, size, member, found, parts))
            return false;
        if (!c->decide || c->verdicts.kept_for[member] >= 0) continue;
        for (int64_t e = c->groups.ends[member]; e < c->groups.ends[member + 1]; e++) {
            int32_t key = c->groups.keys[e];
            int64_t spot = c->lists.starts[key] + c->lists.filled[key]++;
            if (spot < c->lists.starts[key + 1]) c->lists.members[spot] = member;
        }
    }
    return true;
}

bool weigh_wave(comparison *c) {
    for (int64_t i = 0; i < c->others.count; i++) {
        c->indexes[c->others.members[i]] = (int32_t)i;
        c->asked_by[c->others.members[i]] = -1; /* another wave may have asked */
    }
    bool held = compare(c);
    for (int64_t i = 0; i < c->others.count; i++) c->indexes[c->others.members[i]] = -1;
    return held;
}

/* 0, or -1 without memory. */
EXPORT int64_t tda_compare(comparison *c) { return weigh_wave(c) ? 0 : -1; }

/* met[i] is set for the candidates that are kept under a key of one of `members`, before it. */
EXPORT void tda_met(const comparison *c, const int32_t *members, int64_t count, uint8_t *met) {
    for (int64_t i = 0; i < count; i++) {
        for (int64_t e = c->groups.ends[members[i]]; e < c->groups.ends[members[i] + 1]; e++) {
            int32_t key = c->groups.keys[e];
            int64_t end = list_end(&c->lists, key);
            for (int64_t at = c->lists.starts[key]; at < end; at++) {
                if (c->lists.members[at] >= members[i]) break;
                met[c->lists.members[at]] = 1;
            }
        }
    }
}
