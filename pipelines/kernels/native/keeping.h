/* Candidates that share keys, and what becomes of each: see keeping.py. */
#ifndef TDA_KEEPING_H
#define TDA_KEEPING_H

#include "jaccard.h"

typedef struct { /* keys of candidate i are keys[ends[i]] up to ends[i + 1] */
    const int64_t *ends;
    const int32_t *keys;
} key_groups;

typedef struct { /* kept candidates under key k are members[starts[k]] and following */
    const int64_t *starts;
    int32_t *filled; /* beyond the room of the list, so much was turned away */
    int32_t *members;
} kept_lists;

typedef struct {
    int32_t *kept_for; /* -1 where it is kept itself */
    double *similarity;
    int64_t *distinct; /* shingles; 0 while nobody had to know */
} verdict_arrays;

typedef struct { /* text of members[i] is points[ends[i]] up to ends[i + 1] */
    const int32_t *members;
    int64_t count;
    const uint32_t *points;
    const int64_t *ends;
} text_wave;

typedef struct {
    key_groups groups;
    kept_lists lists;
    verdict_arrays verdicts;
    text_wave wave, others;
    shingle_table table;
    double threshold;
    int64_t *scratch;    /* as many as kept candidates can be found for one */
    int32_t *indexes;    /* of each candidate among `others`; -1: it is not among them */
    int32_t *asked_by;   /* the last candidate that found it among the kept; at first -1 */
    int64_t decide;      /* those kept at the end are listed */
    int64_t comparisons; /* pairs whose shingles were counted */
} comparison;

/* Each of the wave is weighed against the kept among `others`, and listed if kept at the end; false
   without memory. */
bool weigh_wave(comparison *c);

#endif
