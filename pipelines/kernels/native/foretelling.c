/* What each candidate is compared with, if it is known beforehand which are kept: foretelling.py. */
#include "prime.h"

typedef struct {
    const int64_t *ends; /* keys of candidate i are keys[ends[i]] up to ends[i + 1] */
    const int32_t *keys;
    const int64_t *texts;  /* two numbers name the text of a candidate */
    const uint8_t *kept;   /* of each candidate, whether it will be kept */
    const int64_t *starts; /* kept candidates under key k are members[starts[k]] and following */
    int32_t *filled;       /* beyond the room of the list, so much was turned away */
    int32_t *members;
    int32_t *asked_by; /* the last candidate that found it among the kept; at first -1 */
    int32_t *scratch;  /* as many as kept candidates can be found for one */
    uint64_t factors[2];
} foretelling;

/* How many are kept so far under a key of `member`; `scratch` begins with them, ascending. */
static int64_t gather(const foretelling *f, int32_t member) {
    int64_t found = 0;
    for (int64_t e = f->ends[member]; e < f->ends[member + 1]; e++) {
        int32_t key = f->keys[e];
        int64_t end = f->starts[key] + f->filled[key];
        if (end > f->starts[key + 1]) end = f->starts[key + 1];
        for (int64_t at = f->starts[key]; at < end; at++) {
            int32_t kept = f->members[at];
            if (f->asked_by[kept] == member) continue;
            f->asked_by[kept] = member;
            int64_t place = found++; /* few, and most often in order */
            for (; place > 0 && f->scratch[place - 1] > kept; place--)
                f->scratch[place] = f->scratch[place - 1];
            f->scratch[place] = kept;
        }
    }
    return found;
}

/* A polynomial over 32-bit parts, none of them zero, so that no two lists are the same one. */
INLINE uint64_t with(uint64_t state, uint64_t factor, int64_t number) {
    state = reduced((unsigned __int128)state * factor + ((uint64_t)number >> 32) + 1);
    return reduced((unsigned __int128)state * factor + (uint32_t)number + 1);
}

/* The texts that each of `count` candidates is compared with, in their order, as two numbers. */
EXPORT void tda_foretell(foretelling *f, int64_t count, int64_t *seen) {
    for (int32_t member = 0; member < count; member++) {
        int64_t found = gather(f, member);
        for (int which = 0; which < 2; which++) {
            uint64_t state = 0, factor = f->factors[which];
            for (int64_t at = 0; at < found; at++) {
                const int64_t *text = f->texts + 2 * (int64_t)f->scratch[at];
                state = with(with(state, factor, text[0]), factor, text[1]);
            }
            seen[2 * member + which] = (int64_t)state;
        }
        if (!f->kept[member]) continue;
        for (int64_t e = f->ends[member]; e < f->ends[member + 1]; e++) {
            int32_t key = f->keys[e];
            int64_t spot = f->starts[key] + f->filled[key]++;
            if (spot < f->starts[key + 1]) f->members[spot] = member;
        }
    }
}
