/* How much of a text stands in lines that repeat an earlier line of it. */
#ifndef TDA_LINES_H
#define TDA_LINES_H

#include "text.h"

typedef struct {
    uint64_t *seen; /* hashes of lines, 0 where free */
    int64_t size;   /* a power of two, or 0: none yet */
} line_set;

/* Bytes of the lines of data[0:size] that are not empty and equal to an earlier one; the text has
   `feeds` line feeds. -1 without memory. `set` is used again from text to text. */
int64_t repeated_bytes(const uint8_t *data, int64_t size, int64_t feeds, line_set *set);

#endif
