/* One text at a time: its normal form, and the counts of its characters, in one pass. */
#ifndef TDA_NORMAL_H
#define TDA_NORMAL_H

#include "text.h"

#define CLASSES 8

typedef uint64_t longs8 __attribute__((ext_vector_type(8)));

typedef struct {
    int64_t classes[CLASSES]; /* code points by script class */
    int64_t damage;           /* of these, replacement and control characters */
    int64_t feeds;            /* line feeds */
} character_counts;

/* The normal form of data[0:size] as code points at `points`, and in UTF-8 at `bytes` unless it is
   NULL; the number of code points, or -1 where the form depends on neighbours. `encoded` is the
   number of bytes. `points` has room for size + size / 2 + 2 * BLOCK values, `bytes` for four times
   as many bytes. With `counts`, which asks for `bytes`, all characters are counted, whatever is
   returned. */
int64_t normal_text(const uint8_t *data, int64_t size, const text_table *table, uint32_t *points,
                    uint8_t *bytes, int64_t *encoded, character_counts *counts);

/* The characters from `at` to `end` are added to `counts`. */
void count_characters(const uint8_t *at, const uint8_t *end, const text_table *table,
                      character_counts *counts);

#endif
