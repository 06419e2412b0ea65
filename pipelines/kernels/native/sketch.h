/* Shingles, signatures and band keys of one normal text at a time. */
#ifndef TDA_SKETCH_H
#define TDA_SKETCH_H

#include "text.h"

#define SHINGLE 5
#define MOST_PERM 4096
#define PART 4096 /* shingle hashes held at a time: a text of any length takes this room */

typedef struct {
    const uint32_t *a, *b; /* odd multipliers and offsets, num_perm of each */
    int64_t num_perm;      /* a power of two */
    int64_t bands, rows;
} sketch_spec;

/* The signature of points[0:size], size > 0, by the scheme tda-split-1. */
void split_signature(const uint32_t *points, int64_t size, const sketch_spec *spec,
                     uint32_t *values);

void band_keys(const uint32_t *values, const sketch_spec *spec, uint64_t *keys);

#endif
