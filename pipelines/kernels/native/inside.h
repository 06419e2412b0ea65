/* Questions inside longer texts: anchors find where one may stand, shingles say how much of it does. */
#ifndef TDA_INSIDE_H
#define TDA_INSIDE_H

#include "jaccard.h"

/* Pieces of questions, all of one length. A slot is found by the hash of the piece; whether it is the
   piece its code points say. */
typedef struct {
    const uint64_t *slots;    /* hashes, open addressing; 0 is none */
    const int32_t *anchors;   /* of each slot that is not empty */
    int64_t size;             /* slots, a power of two */
    const uint32_t *bits;     /* a set of the hashes, which stays near */
    int64_t bit_count;        /* a power of two */
    const int64_t *starts;    /* anchor a stands at the entries starts[a] up to starts[a + 1] */
    const int32_t *questions; /* of each entry */
    const int32_t *offsets;   /* of each entry, within its question */
    int64_t length;           /* code points of an anchor */
    int64_t factor;           /* of the hash, odd and drawn anew for each table */
} anchor_table;

typedef struct {
    const uint32_t *points;
    const int64_t *ends;     /* question q is points[ends[q]] up to points[ends[q + 1]] */
    const int64_t *distinct; /* shingles of each */
    const int64_t *needed;   /* how many of them a passage must hold */
    const int64_t *runs;     /* code points that must stand there in a row for it to be looked at */
    const anchor_table *tables[2]; /* NULL: none */
    shingle_table *shingles; /* takes the longest question in one part */
} question_table;

/* Of the text that is searched. */
typedef struct {
    int64_t *most;         /* by question: shingles in its best passage so far; -1: not met */
    int64_t *aligned;      /* by question: where it would begin, as last looked at */
    int32_t *met;          /* the questions met */
    int64_t met_count;
    int64_t left[2];       /* code points that may still be looked at, for each table */
    int64_t crowded;       /* 1: they did not suffice */
    int64_t held;          /* the question whose shingles the table holds; -1: none */
    int64_t *best;         /* by question: the same over all texts, 0: found in none */
    int64_t *best_place;   /* and the first text with so many */
} passage_search;

#endif
