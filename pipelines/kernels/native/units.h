/* Words in place of characters: see units.py. */
#ifndef TDA_UNITS_H
#define TDA_UNITS_H

#include "text.h"

/* The words of points[0:size] at `out`, which has room for one more; how many there are. A text with
   no word keeps its code points. */
int64_t words_of(const uint32_t *points, int64_t size, const text_table *table, uint32_t *out);

#endif
