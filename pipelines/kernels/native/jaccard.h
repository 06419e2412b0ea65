/* Sets of shingles, exactly. A slot says where in the text its shingle begins (1 + that, above what
   its numbering has before), and nothing else, so two shingles are
   equal when their five code points are: no hash decides. Hashes choose the slot only, by factors
   drawn anew for each table, so that nobody can write a text whose shingles all fall into one. */
#ifndef TDA_JACCARD_H
#define TDA_JACCARD_H

#include "text.h"

#define SHINGLE 5
#define ROUNDING 1e-9 /* slack of what is compared with a share of a count */

/* What a table still holds of earlier texts is not wiped, it is told apart by its numbers. */
typedef struct {
    uint32_t before, last; /* of a text in the table slots say before + 1 to `last`; others are empty */
} numbering;

typedef struct {
    numbering held, apart; /* of the two halves of the slots */
    int32_t counted;       /* the number of the last text that was counted */
} table_age;

typedef struct {
    uint32_t *slots;
    int32_t *stamps;         /* of each shingle the number of the text it was last met in: by where it
                                begins first in a text in one part, by its slot in others */
    table_age *age;
    uint32_t *places;        /* where the shingle at each place of a text in one part begins first */
    int64_t size;            /* slots, a power of two; as many again are for what is not held */
    const uint32_t *factors; /* SHINGLE odd ones */
} shingle_table;

/* In how many parts a text of `length` goes through a table, a quarter full where in many. */
int64_t parts_of(int64_t length, int64_t slots);

/* The number of distinct shingles of text[0:length], length >= SHINGLE, in `part`; the table holds
   them, and no others, while the text stays where it is. */
int64_t fill(const shingle_table *table, const uint32_t *text, int64_t length, int64_t part,
             int64_t parts);

/* How many shingles of text[0:length] in `part` the table holds, each counted once; it was filled
   with the `filled` code points of `held`. -1 once `enough` can no longer be reached. */
int64_t count_shared(const shingle_table *table, const uint32_t *held, int64_t filled,
                     const uint32_t *text, int64_t length, int64_t part, int64_t parts,
                     int64_t enough);

/* The same in one part of a text whose distinct shingles nobody has counted, and which is not too
   long for one part either: `distinct` is their number. `own` is that of `held`. -1, and `distinct`
   as it was, once a similarity of `least` can no longer be reached. */
int64_t count_both(const shingle_table *table, const uint32_t *held, int64_t filled, int64_t own,
                   const uint32_t *text, int64_t length, double least, int64_t *distinct);

#endif
