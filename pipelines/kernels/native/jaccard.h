/* Sets of shingles, exactly: a shingle of five code points is its 105 bits in two words, so equal
   words are equal shingles and no hash decides. Hashes choose the slot of a table only, under a salt
   that changes nothing but the order of the slots, so that nobody can write a text whose shingles
   all fall into one. */
#ifndef TDA_JACCARD_H
#define TDA_JACCARD_H

#include "text.h"

#define SHINGLE 5

typedef struct {
    uint64_t low, high;
    int32_t stamp; /* 0: an empty slot; 1: a shingle; above: also met in the text so numbered */
    int32_t unused;
} slot;

typedef struct {
    slot *slots;
    int64_t size; /* a power of two */
    uint64_t salt;
} shingle_table;

/* In how many parts a text of `length` goes through a table, a quarter full where in many. */
int64_t parts_of(int64_t length, int64_t slots);

/* The number of distinct shingles of text[0:length], length >= SHINGLE, in `part`; the table holds
   them, and no others. */
int64_t fill(const shingle_table *table, const uint32_t *text, int64_t length, int64_t part,
             int64_t parts);

/* How many shingles of text[0:length] in `part` the table holds, each counted once; it was filled
   with a text of `filled` code points. `number`, from 2 on, marks what was counted. -1 once `enough`
   can no longer be reached. */
int64_t count_shared(const shingle_table *table, int64_t filled, const uint32_t *text,
                     int64_t length, int64_t part, int64_t parts, int32_t number, int64_t enough);

#endif
